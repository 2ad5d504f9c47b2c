#include "api/service/reason_words.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "core/base/status.h"

namespace constancia::api {
namespace {

using error::v1::Reason;

struct Words {
  Reason reason;
  std::string_view es, pt;
};

constexpr Words kWords[] = {
    {error::v1::SCHEMA_INVALID,
     "Un mensaje, campo o valor no corresponde al esquema. Envíe lo que dice la documentación del "
     "campo.",
     "Uma mensagem, campo ou valor não corresponde ao esquema. Envie o que diz a documentação do "
     "campo."},
    {error::v1::TYPE_UNKNOWN,
     "No hay un tipo de evento con ese nombre. Vea el catálogo de eventos.",
     "Não há um tipo de evento com esse nome. Veja o catálogo de eventos."},
    {error::v1::TYPE_NOT_APPENDABLE, "Los eventos de este tipo los crea solamente un comando.",
     "Os eventos deste tipo são criados somente por um comando."},
    {error::v1::STREAM_MOVED,
     "La secuencia recibió un evento después de leída. Vuelva a leerla y a decidir.",
     "A sequência recebeu um evento depois de lida. Leia e decida de novo."},
    {error::v1::ACTOR_REQUIRED, "Todo evento indica quién actuó.", "Todo evento indica quem agiu."},
    {error::v1::SUBJECT_REQUIRED,
     "El evento contiene datos personales y no está claro de quién. Indique el titular.",
     "O evento contém dados pessoais e não está claro de quem. Indique o titular."},
    {error::v1::STREAM_INVALID,
     "Una secuencia no tiene la forma tipo/id, está repetida, sobra, o solo la agrega el servidor.",
     "Uma sequência não tem a forma tipo/id, está repetida, sobra, ou só o servidor a acrescenta."},
    {error::v1::PERSONAL_DATA_MISPLACED,
     "Un campo público parece contener un dato personal. Use el campo marcado como personal, o un "
     "id.",
     "Um campo público parece conter um dado pessoal. Use o campo marcado como pessoal, ou um id."},
    {error::v1::EVENT_TOO_LARGE, "El evento o sus partes exceden el tamaño declarado.",
     "O evento ou suas partes excedem o tamanho declarado."},
    {error::v1::SOURCE_CLOCK_SKEW,
     "Una hora declarada es anterior a 1970 o está demasiado adelantada. Revise el reloj de quien "
     "la declara.",
     "Uma hora declarada é anterior a 1970 ou está adiantada demais. Verifique o relógio de quem a "
     "declara."},
    {error::v1::SOURCE_SIGNATURE_INVALID,
     "La firma de la fuente no se verifica, o su clave no está registrada.",
     "A assinatura da fonte não confere, ou sua chave não está registrada."},
    {error::v1::IDEMPOTENCY_CONFLICT,
     "La clave (id de solicitud o id externo) ya se conoce con otro contenido. Use una nueva.",
     "A chave (id da solicitação ou id externo) já é conhecida com outro conteúdo. Use uma nova."},
    {error::v1::QUEUE_FULL, "Hay demasiadas solicitudes en espera. Reintente, cada vez más tarde.",
     "Há solicitações demais em espera. Tente de novo, cada vez mais tarde."},
    {error::v1::LOG_HALTED,
     "Falló una escritura en disco; no se acepta nada hasta reiniciar el servidor.",
     "Uma gravação em disco falhou; nada é aceito até reiniciar o servidor."},
    {error::v1::SHUTTING_DOWN, "El servidor se está deteniendo. Reintente con otro, o más tarde.",
     "O servidor está parando. Tente com outro, ou mais tarde."},
    {error::v1::CALLER_UNKNOWN,
     "Ningún certificado dice quién llama. Use uno emitido para este libro.",
     "Nenhum certificado diz quem chama. Use um emitido para este livro."},
    {error::v1::WRONG_TENANT, "Este servidor no tiene el libro de esa organización.",
     "Este servidor não tem o livro dessa organização."},
    {error::v1::SCOPE_NOT_GRANTED, "Quien llama no puede hacer esto, o no sobre eso.",
     "Quem chama não pode fazer isto, ou não sobre isso."},
    {error::v1::NOT_FOUND, "No hay nada con ese nombre.", "Não há nada com esse nome."},
    {error::v1::NOT_PUBLISHED,
     "Todavía no lo cubre ningún punto de control. Reintente en un segundo.",
     "Nenhum ponto de controle o cobre ainda. Tente de novo em um segundo."},
    {error::v1::PERSONAL_PART_ERASED, "La parte personal fue eliminada; la parte pública queda.",
     "A parte pessoal foi eliminada; a parte pública permanece."},
    {error::v1::DAMAGED,
     "Lo guardado no es lo que se escribió. Detenga el servidor, conserve la carpeta y restaure "
     "desde una copia.",
     "O que está guardado não é o que foi gravado. Pare o servidor, conserve a pasta e restaure de "
     "uma cópia."},
    {error::v1::INPUT_MALFORMED,
     "Datos externos (una nota, una prueba, un archivo) no tienen la forma que declaran.",
     "Dados externos (uma nota, uma prova, um arquivo) não têm a forma que declaram."},
    {error::v1::PROOF_INVALID, "Una prueba o firma no demuestra lo que afirma.",
     "Uma prova ou assinatura não demonstra o que afirma."},
    {error::v1::INTERNAL, "Un error del servidor, nunca de quien llama.",
     "Um erro do servidor, nunca de quem chama."},
    {error::v1::LIMIT_EXCEEDED, "La solicitud nombra más de lo que permite su límite.",
     "A solicitação nomeia mais do que permite seu limite."},
    {error::v1::SETUP_INVALID,
     "La configuración o la carpeta no lo permiten; el texto dice qué hacer.",
     "A configuração ou a pasta não o permitem; o texto diz o que fazer."},
    {error::v1::PACK_INVALID,
     "Un paquete de reglas, calendario o archivo de casos no es correcto; el texto dice archivo, "
     "línea y columna.",
     "Um pacote de regras, calendário ou arquivo de casos não está correto; o texto diz arquivo, "
     "linha e coluna."},
    {error::v1::PERMIT_EXPIRED, "El permiso venció. Reserve de nuevo.",
     "A permissão venceu. Reserve de novo."},
    {error::v1::PERMIT_USED, "El permiso ya fue usado o anulado. Reserve de nuevo.",
     "A permissão já foi usada ou cancelada. Reserve de novo."},
    {error::v1::HOLD_ACTIVE, "Los datos deben conservarse, o hay una retención vigente.",
     "Os dados devem ser conservados, ou há uma retenção em vigor."},
    {error::v1::EXISTS_ALREADY, "El nombre ya está en uso.", "O nome já está em uso."},
    {error::v1::WITNESS_UNKNOWN,
     "Ningún testigo con esa clave está en la política del libro. Agregue antes su línea a "
     "policy.txt.",
     "Nenhuma testemunha com essa chave está na política do livro. Acrescente antes sua linha a "
     "policy.txt."},
    {error::v1::GUARD_FAILED, "Falta una condición para este paso; vea cuál y qué registrar.",
     "Falta uma condição para este passo; veja qual e o que registrar."},
    {error::v1::SECOND_PERSON_REQUIRED,
     "Quien propone no puede aprobar; pídalo a otra persona con el rol.",
     "Quem propõe não pode aprovar; peça a outra pessoa com o papel."},
    {error::v1::PURPOSE_REQUIRED,
     "Una búsqueda por documento de identidad o teléfono dice para qué se hace; indique un "
     "propósito.",
     "Uma busca por documento de identidade ou telefone diz para que é feita; indique um "
     "propósito."},
};

}  // namespace

Language ParseAcceptLanguage(std::string_view value) {
  Language best = Language::kEnglish;
  double best_weight = 0;
  for (const absl::string_view range : absl::StrSplit(ToAbsl(value), ',')) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(range, absl::MaxSplits(';', 1));
    const std::string tag = absl::AsciiStrToLower(absl::StripAsciiWhitespace(parts.first));
    absl::string_view parameter = absl::StripAsciiWhitespace(parts.second);
    double weight = 1;
    if (absl::ConsumePrefix(&parameter, "q=") && !absl::SimpleAtod(parameter, &weight)) continue;
    if (weight <= best_weight) continue;
    for (const Language language :
         {Language::kEnglish, Language::kSpanish, Language::kPortuguese}) {
      if (tag.substr(0, tag.find('-')) != LocaleOf(language)) continue;
      best = language;
      best_weight = weight;
    }
  }
  return best;
}

std::string_view LocaleOf(Language language) {
  switch (language) {
    case Language::kEnglish:
      return "en";
    case Language::kSpanish:
      return "es";
    case Language::kPortuguese:
      return "pt";
  }
  return "en";
}

std::string_view WordsOf(error::v1::Reason reason, Language language) {
  if (language == Language::kEnglish) return "";
  const auto known = std::find_if(std::begin(kWords), std::end(kWords),
                                  [reason](const Words& words) { return words.reason == reason; });
  // A reason without words is a bug, and so is an error without a reason.
  const Words& words =
      known != std::end(kWords)
          ? *known
          : *std::find_if(std::begin(kWords), std::end(kWords),
                          [](const Words& other) { return other.reason == error::v1::INTERNAL; });
  return language == Language::kSpanish ? words.es : words.pt;
}

}  // namespace constancia::api
