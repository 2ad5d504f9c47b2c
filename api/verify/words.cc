// The words of reports in English, Spanish and Portuguese.
#include <array>

#include "bytes.h"
#include "report.h"

namespace verify {
namespace {

struct Entry {
  std::string_view id;
  std::array<std::string_view, 3> words;  // English, Spanish, Portuguese
};

constexpr std::array<Entry, static_cast<size_t>(Say::kCount)> kStatements = {{
    {"checkpoint_accepted",
     {"The checkpoint of log {0} with {1} entries (root {2}) is signed by log key {3}, which your "
      "policy trusts.",
      "El punto de control del registro {0} con {1} entradas (raíz {2}) está firmado por la clave "
      "{3} del registro, en la que confía su política.",
      "O ponto de controle do registro {0} com {1} entradas (raiz {2}) está assinado pela chave "
      "{3} do registro, na qual a sua política confia."}},
    {"quorum_holds",
     {"The quorum of witnesses in your policy holds: {0}.",
      "Se cumple el quórum de testigos de su política: {0}.",
      "O quórum de testemunhas da sua política é cumprido: {0}."}},
    {"old_extended",
     {"Since your earlier checkpoint of {0} entries the log has only grown: nothing in it was "
      "changed or taken out.",
      "Desde su punto de control anterior de {0} entradas el registro solo ha crecido: nada se "
      "cambió ni se quitó.",
      "Desde o seu ponto de controle anterior de {0} entradas o registro só cresceu: nada foi "
      "alterado nem retirado."}},
    {"entries_hashed",
     {"All {0} entries were hashed again and give the root that the checkpoint signs: no byte was "
      "changed, added or removed.",
      "Se recalcularon las {0} entradas y dan la raíz que firma el punto de control: ningún byte "
      "se cambió, agregó o quitó.",
      "As {0} entradas foram recalculadas e dão a raiz que o ponto de controle assina: nenhum "
      "byte foi alterado, acrescentado ou retirado."}},
    {"tiles_match",
     {"All {0} hash tiles hold the hashes computed from the entries.",
      "Los {0} archivos de resúmenes contienen los calculados a partir de las entradas.",
      "Os {0} arquivos de resumos contêm os calculados a partir das entradas."}},
    {"events_in_order",
     {"{0} events in {1} streams: in every stream the sequence numbers are 0, 1, 2 and so on "
      "without gap or repetition, and the time of recording never goes back.",
      "{0} eventos en {1} flujos: en cada flujo los números de secuencia son 0, 1, 2, etc., sin "
      "huecos ni repeticiones, y la hora de registro nunca retrocede.",
      "{0} eventos em {1} fluxos: em cada fluxo os números de sequência são 0, 1, 2 etc., sem "
      "lacunas nem repetições, e a hora de registro nunca volta atrás."}},
    {"last_map_root",
     {"The map of all {0} streams was recomputed from the events and is the one the checkpoint "
      "commits to.",
      "El mapa de los {0} flujos se recalculó a partir de los eventos y es el que fija el punto "
      "de control.",
      "O mapa dos {0} fluxos foi recalculado a partir dos eventos e é o que o ponto de controle "
      "fixa."}},
    {"every_map_root",
     {"Every one of the {0} map roots in the log was recomputed and is right.",
      "Se recalcularon las {0} raíces de mapa del registro y todas son correctas.",
      "As {0} raízes de mapa do registro foram recalculadas e todas estão corretas."}},
    {"groups_cover",
     {"{0} commit groups: each names the one before it, each root was recomputed, and with the "
      "map roots they cover every position exactly once.",
      "{0} grupos: cada uno nombra al anterior, cada raíz se recalculó, y junto con las raíces de "
      "mapa cubren cada posición exactamente una vez.",
      "{0} grupos: cada um nomeia o anterior, cada raiz foi recalculada e, com as raízes de mapa, "
      "cobrem cada posição exatamente uma vez."}},
    {"seals_verified",
     {"The signature of every one of the {0} commit groups was verified.",
      "Se verificó la firma de cada uno de los {0} grupos.",
      "Foi verificada a assinatura de cada um dos {0} grupos."}},
    {"bag_valid",
     {"The bag is complete and valid: all {0} files under data/ are there, none is unlisted, and "
      "every SHA-512 is right.",
      "La bolsa está completa y es válida: están los {0} archivos de data/, ninguno falta en la "
      "lista y cada SHA-512 es correcto.",
      "A bolsa está completa e é válida: os {0} arquivos de data/ estão presentes, nenhum fora da "
      "lista, e cada SHA-512 está correto."}},
    {"export_signed",
     {"Export {0} is signed as a whole by log key {1}.",
      "La exportación {0} está firmada en su conjunto por la clave {1} del registro.",
      "A exportação {0} está assinada no seu conjunto pela chave {1} do registro."}},
    {"events_included",
     {"Each of the {0} events stands, unaltered, at the position given in the log of the "
      "checkpoint.",
      "Cada uno de los {0} eventos está, sin alteración, en la posición indicada del registro del "
      "punto de control.",
      "Cada um dos {0} eventos está, sem alteração, na posição indicada do registro do ponto de "
      "controle."}},
    {"stream_complete",
     {"{0} (key {1}) is complete: these are all of its {2} events up to the checkpoint, in order.",
      "{0} (clave {1}) está completo: estos son todos sus {2} eventos hasta el punto de control, "
      "en orden.",
      "{0} (chave {1}) está completo: estes são todos os seus {2} eventos até o ponto de "
      "controle, em ordem."}},
    {"stream_absent",
     {"The stream with key {0} has no event in the log up to the checkpoint.",
      "El flujo con clave {0} no tiene ningún evento en el registro hasta el punto de control.",
      "O fluxo com chave {0} não tem nenhum evento no registro até o ponto de controle."}},
    {"personal_opened",
     {"The personal parts of {0} events are opened, and are those committed to when recorded.",
      "Las partes personales de {0} eventos están abiertas y son las comprometidas al "
      "registrarlos.",
      "As partes pessoais de {0} eventos estão abertas e são as comprometidas no registro."}},
    {"personal_erased",
     {"The personal parts of {0} events are erased: for each, a later event of the ledger's "
      "stream, "
      "itself proven to be in the log, is an erasure or a disposal whose public part names the "
      "data key.",
      "Las partes personales de {0} eventos fueron borradas: para cada una, un evento posterior "
      "del flujo del libro, probado en el registro, es un borrado o una eliminación cuya parte "
      "pública nombra la clave de datos.",
      "As partes pessoais de {0} eventos foram apagadas: para cada uma, um evento posterior do "
      "fluxo do livro, provado no registro, é um apagamento ou descarte cuja parte pública nomeia "
      "a chave de dados."}},
    {"source_signed",
     {"The signatures of their sources on {0} events were verified with the keys you gave.",
      "Se verificaron las firmas de las fuentes en {0} eventos con las claves que usted dio.",
      "Foram verificadas as assinaturas das fontes em {0} eventos com as chaves que você deu."}},
    {"listing_matches",
     {"Each of the {0} lines of events.jsonl stands for the event of the same number.",
      "Cada una de las {0} líneas de events.jsonl corresponde al evento del mismo número.",
      "Cada uma das {0} linhas de events.jsonl corresponde ao evento do mesmo número."}},
    {"audit_feed_replayed",
     {"The audit feed was replayed: {0} events give the checkpoint's root and all {1} map roots.",
      "Se reprodujo la lista de auditoría: {0} eventos dan la raíz del punto de control y las {1} "
      "raíces de mapa.",
      "A lista de auditoria foi reproduzida: {0} eventos dão a raiz do ponto de controle e as {1} "
      "raízes de mapa."}},
    {"entry_included",
     {"The entry you hold stands at position {0} in the log of {1} entries.",
      "La entrada que usted tiene está en la posición {0} del registro de {1} entradas.",
      "A entrada que você tem está na posição {0} do registro de {1} entradas."}},
    {"seal_holds",
     {"The log sealed the event you hold at position {0}, in the group of positions {1} to {2}.",
      "El registro selló el evento que usted tiene en la posición {0}, en el grupo de posiciones "
      "{1} a {2}.",
      "O registro selou o evento que você tem na posição {0}, no grupo de posições {1} a {2}."}},
    {"event_is",
     {"It is {0}, recorded at {1}, in the streams {2}.",
      "Es {0}, registrado el {1}, en los flujos {2}.",
      "É {0}, registrado em {1}, nos fluxos {2}."}},
    {"map_root_is",
     {"It is a map root that covers {0} entries and {1} streams.",
      "Es una raíz de mapa que cubre {0} entradas y {1} flujos.",
      "É uma raiz de mapa que cobre {0} entradas e {1} fluxos."}},
    {"consistent",
     {"The log of {1} entries extends the log of {0} entries: nothing in it was changed or taken "
      "out.",
      "El registro de {1} entradas extiende el de {0} entradas: nada se cambió ni se quitó.",
      "O registro de {1} entradas estende o de {0} entradas: nada foi alterado nem retirado."}},
    {"names_match",
     {"The names of cases, debtors and other streams belong to the stream keys shown: each was "
      "recomputed with the secret K you gave. (Identifiers have no name here.)",
      "Los nombres de casos, deudores y otros flujos corresponden a las claves de flujo: cada una "
      "se "
      "recalculó con el secreto K que usted dio. (Los identificadores no tienen nombre aquí.)",
      "Os nomes de casos, devedores e outros fluxos correspondem às chaves de fluxo: cada uma foi "
      "recalculada com o segredo K que você deu. (Os identificadores não têm nome aqui.)"}},
    {"assume_policy",
     {"That the keys in your policy file are the right ones and came to you by a way you trust.",
      "Que las claves de su archivo de política son las correctas y le llegaron por una vía de "
      "confianza.",
      "Que as chaves do seu arquivo de política são as corretas e chegaram a você por uma via de "
      "confiança."}},
    {"assume_algorithms",
     {"That SHA-256 and Ed25519 are not broken, and that the private keys behind your policy were "
      "used by their owners alone.",
      "Que SHA-256 y Ed25519 no están rotos, y que las claves privadas tras su política solo las "
      "usaron sus dueños.",
      "Que SHA-256 e Ed25519 não estão quebrados e que as chaves privadas por trás da sua política "
      "só foram usadas pelos seus donos."}},
    {"assume_no_witness",
     {"That the operator shows everybody the same log: your policy asks for no witness.",
      "Que el operador muestra a todos el mismo registro: su política no pide testigos.",
      "Que o operador mostra a todos o mesmo registro: a sua política não pede testemunhas."}},
    {"assume_map",
     {"That the map of streams lists every event under all of its streams. Who reads the whole log "
      "once can check this: constancia-verify log --audit.",
      "Que el mapa de flujos incluye cada evento en todos sus flujos. Quien lea una vez todo el "
      "registro puede comprobarlo: constancia-verify log --audit.",
      "Que o mapa de fluxos inclui cada evento em todos os seus fluxos. Quem ler uma vez todo o "
      "registro pode comprová-lo: constancia-verify log --audit."}},
    {"assume_clock",
     {"That the operator's clock was right: times of recording are his statement.",
      "Que el reloj del operador era correcto: las horas de registro son declaración suya.",
      "Que o relógio do operador estava certo: as horas de registro são declaração dele."}},
    {"not_unsubmitted",
     {"That nothing happened which was never submitted to the log. No record can show that.",
      "Que no ocurrió nada que nunca se envió al registro. Ningún registro puede mostrarlo.",
      "Que não ocorreu nada que nunca foi enviado ao registro. Nenhum registro pode mostrá-lo."}},
    {"not_names",
     {"That the names of cases, debtors and others belong to the stream keys shown: that needs the "
      "ledger's secret K, which you can ask for. (For sources and the ledger itself it was "
      "checked.)",
      "Que los nombres de casos, deudores y otros corresponden a las claves de flujo: para eso se "
      "necesita el secreto K del libro, que puede pedir. (Para las fuentes y el propio libro se "
      "comprobó.)",
      "Que os nomes de casos, devedores e outros correspondem às chaves de fluxo: para isso é "
      "preciso o segredo K do livro, que pode ser pedido. (Para as fontes e o próprio livro foi "
      "verificado.)"}},
    {"not_withheld",
     {"What the personal parts of {0} events say: they are withheld.",
      "Qué dicen las partes personales de {0} eventos: están reservadas.",
      "O que dizem as partes pessoais de {0} eventos: estão retidas."}},
    {"not_source_signed",
     {"The sources' own signatures on {0} events: not checked, you gave no key for them.",
      "Las firmas de las fuentes en {0} eventos: no comprobadas, usted no dio sus claves.",
      "As assinaturas das fontes em {0} eventos: não verificadas, você não deu as chaves."}},
    {"not_sealed",
     {"The signatures of {0} commit groups: not checked. Run again with --seals.",
      "Las firmas de {0} grupos: no comprobadas. Ejecute de nuevo con --seals.",
      "As assinaturas de {0} grupos: não verificadas. Execute de novo com --seals."}},
    {"not_seals_missing",
     {"The commit groups: the folder has no file 'seals'.",
      "Los grupos: la carpeta no tiene el archivo 'seals'.",
      "Os grupos: a pasta não tem o arquivo 'seals'."}},
    {"not_every_map_root",
     {"{0} earlier map roots: not recomputed. Run again with --audit.",
      "{0} raíces de mapa anteriores: no recalculadas. Ejecute de nuevo con --audit.",
      "{0} raízes de mapa anteriores: não recalculadas. Execute de novo com --audit."}},
    {"not_beyond_checkpoint",
     {"{0} files that the checkpoint does not cover: not read.",
      "{0} archivos que el punto de control no cubre: no leídos.",
      "{0} arquivos que o ponto de controle não cobre: não lidos."}},
    {"not_rows_beyond",
     {"{0} commit groups behind the checkpoint: only their chain was followed.",
      "{0} grupos posteriores al punto de control: solo se siguió su cadena.",
      "{0} grupos posteriores ao ponto de controle: só a cadeia foi seguida."}},
    {"not_readings",
     {"That the tables, pages and texts beside the events say what the events say: they are signed "
      "by the operator as his reading of them.",
      "Que las tablas, páginas y textos junto a los eventos dicen lo que dicen los eventos: el "
      "operador los firma como su lectura de ellos.",
      "Que as tabelas, páginas e textos ao lado dos eventos dizem o que dizem os eventos: o "
      "operador os assina como a sua leitura deles."}},
    {"not_timestamp",
     {"The time stamp proofs/checkpoint.tsr: not checked here, but by 'openssl ts -verify'.",
      "El sello de tiempo proofs/checkpoint.tsr: no se comprueba aquí, sino con 'openssl ts "
      "-verify'.",
      "O carimbo de tempo proofs/checkpoint.tsr: não se verifica aqui, mas com 'openssl ts "
      "-verify'."}},
    {"not_cms",
     {"The certificate signature export.p7s: not checked here, but by 'openssl cms -verify'.",
      "La firma con certificado export.p7s: no se comprueba aquí, sino con 'openssl cms -verify'.",
      "A assinatura com certificado export.p7s: não se verifica aqui, mas com 'openssl cms "
      "-verify'."}},
    {"not_complete_streams",
     {"That {0} of the events are all there are of their kind: they stand in no stream that was "
      "exported whole.",
      "Que {0} de los eventos son todos los de su clase: no están en ningún flujo exportado "
      "entero.",
      "Que {0} dos eventos são todos os do seu tipo: não estão em nenhum fluxo exportado "
      "inteiro."}},
    {"not_places",
     {"The positions in the log of the events before the last: this proof gives their order only.",
      "Las posiciones en el registro de los eventos anteriores al último: esta prueba solo da su "
      "orden.",
      "As posições no registro dos eventos anteriores ao último: esta prova só dá a sua ordem."}},
    {"not_published",
     {"That the event is in a published checkpoint: ask for its .tlog-proof.",
      "Que el evento está en un punto de control publicado: pida su .tlog-proof.",
      "Que o evento está em um ponto de controle publicado: peça o seu .tlog-proof."}},
    {"not_old_quorum",
     {"That witnesses cosigned the earlier checkpoint: only the log's own signature was asked of "
      "it.",
      "Que hubo testigos del punto de control anterior: solo se le pidió la firma del registro.",
      "Que houve testemunhas do ponto de controle anterior: só se pediu a assinatura do "
      "registro."}},
}};

constexpr std::array<Entry, static_cast<size_t>(Step::kCount)> kSteps = {{
    {"run", {"the run", "la ejecución", "a execução"}},
    {"input", {"reading the input", "leer la entrada", "ler a entrada"}},
    {"policy", {"your policy", "su política", "a sua política"}},
    {"checkpoint", {"the checkpoint", "el punto de control", "o ponto de controle"}},
    {"entries", {"the entries of the log", "las entradas del registro", "as entradas do registro"}},
    {"tiles", {"the hash tiles", "los archivos de resúmenes", "os arquivos de resumos"}},
    {"streams", {"the streams", "los flujos", "os fluxos"}},
    {"map", {"the map of streams", "el mapa de flujos", "o mapa de fluxos"}},
    {"seals", {"the seals", "los sellos", "os selos"}},
    {"bag", {"the BagIt bag", "la bolsa BagIt", "a bolsa BagIt"}},
    {"export_note",
     {"the signature of the export", "la firma de la exportación", "a assinatura da exportação"}},
    {"records", {"the events", "los eventos", "os eventos"}},
    {"inclusion",
     {"the place of the events in the log", "el lugar de los eventos en el registro",
      "o lugar dos eventos no registro"}},
    {"completeness",
     {"the completeness of a stream", "la integridad de un flujo", "a completude de um fluxo"}},
    {"personal_part", {"a personal part", "una parte personal", "uma parte pessoal"}},
    {"erasure", {"an erasure", "un borrado", "um apagamento"}},
    {"source_signature",
     {"the signature of a source", "la firma de una fuente", "a assinatura de uma fonte"}},
    {"consistency",
     {"the earlier checkpoint", "el punto de control anterior", "o ponto de controle anterior"}},
    {"listing", {"events.jsonl", "events.jsonl", "events.jsonl"}},
    {"audit_feed", {"the audit feed", "la lista de auditoría", "a lista de auditoria"}},
}};

const Entry& Of(Say say) { return kStatements[static_cast<size_t>(say)]; }
const Entry& Of(Step step) { return kSteps[static_cast<size_t>(step)]; }

std::string_view Pick(const Entry& entry, Language language) {
  return entry.words[static_cast<size_t>(language)];
}

}  // namespace

std::string Words(const Statement& statement, Language language) {
  const std::string_view words = Pick(Of(statement.say), language);
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] != '{') {
      text.push_back(words[i]);
      continue;
    }
    text += Printable(statement.values[static_cast<size_t>(words[i + 1] - '0')]);
    i += 2;
  }
  return text;
}

std::string_view Id(Say say) { return Of(say).id; }
std::string_view Id(Step step) { return Of(step).id; }
std::string_view Words(Step step, Language language) { return Pick(Of(step), language); }

}  // namespace verify
