#include "api/export/regulator/readme.h"

#include "absl/strings/str_replace.h"

namespace constancia::api {
namespace {

constexpr char kEnglish[] = R"(EXPORT $id: THE TRAIL OF CASE $case

What this is
  All events of the case up to a signed checkpoint of the ledger, with the proof that none is
  missing and none was altered, and tables made from them.

How to check it
  1. Get constancia-verify from its public source, or build it yourself: a C++20 compiler, OpenSSL
     and zlib are enough. Never take it from whoever gave you this file.
  2. Get the policy file (the keys and witnesses you trust) by a way you trust; proofs/keys.txt
     only informs.
  3. constancia-verify bundle $id.zip --policy policy.txt
     Exit code 0: proven. 7: not proven; the text says what does not hold and where.

What is proven
  data/events.bin and data/related.bin: these are the events the ledger recorded, in order,
  unaltered, and all of the case up to the checkpoint. Personal data that is shown is what was
  recorded.

What is only signed
  contacts.csv, events.jsonl, counts.json and the other tables are the operator's reading of those
  events. export.note signs them; compare them with events.bin where it matters.

What nobody can prove
  That an act which was never recorded did not take place.

Files
  contacts.csv      every contact and every refused contact, a row each
  events.jsonl      every event, a line each
  redactions.csv    what is withheld and why
  dictionary.csv    every column and code
  counts.json       control totals        scope.json   what is covered
  request.json      who asked for it and why
  report.html       the trail as a page; needs no network
)";

constexpr char kSpanish[] = R"(EXPORTACIÓN $id: LA HISTORIA DEL CASO $case

Qué es
  Todos los eventos del caso hasta un punto de control firmado del libro, con la prueba de que no
  falta ninguno ni fue alterado, y tablas hechas a partir de ellos.

Cómo comprobarla
  1. Obtenga constancia-verify de su fuente pública, o compílelo: basta un compilador de C++20,
     OpenSSL y zlib. Nunca lo tome de quien le dio este archivo.
  2. Obtenga el archivo de política (las claves y testigos en que confía) por una vía de su
     confianza; proofs/keys.txt solo informa.
  3. constancia-verify bundle $id.zip --policy policy.txt --lang es
     Código de salida 0: probado. 7: no probado; el texto dice qué no se cumple y dónde.

Qué está probado
  data/events.bin y data/related.bin: son los eventos que el libro registró, en orden, sin
  alteración, y todos los del caso hasta el punto de control. Los datos personales que se muestran
  son los que se registraron.

Qué está solo firmado
  contacts.csv, events.jsonl, counts.json y las demás tablas son la lectura que el operador hace de
  esos eventos. export.note las firma; compárelas con events.bin donde importe.

Qué nadie puede probar
  Que no ocurrió un acto que nunca se registró.

Archivos
  contacts.csv      cada gestión y cada gestión denegada, una por fila
  events.jsonl      cada evento, uno por línea
  redactions.csv    qué se reservó y por qué
  dictionary.csv    cada columna y código
  counts.json       totales de control    scope.json   qué abarca
  request.json      quién la pidió y para qué
  report.html       la historia como página; no necesita red
)";

constexpr char kPortuguese[] = R"(EXPORTAÇÃO $id: O HISTÓRICO DO CASO $case

O que é
  Todos os eventos do caso até um ponto de controle assinado do livro, com a prova de que nenhum
  falta nem foi alterado, e tabelas feitas a partir deles.

Como conferir
  1. Obtenha o constancia-verify de sua fonte pública, ou compile-o: bastam um compilador C++20,
     OpenSSL e zlib. Nunca o aceite de quem lhe deu este arquivo.
  2. Obtenha o arquivo de política (as chaves e testemunhas em que confia) por um meio de sua
     confiança; proofs/keys.txt apenas informa.
  3. constancia-verify bundle $id.zip --policy policy.txt --lang pt
     Código de saída 0: provado. 7: não provado; o texto diz o que não vale e onde.

O que está provado
  data/events.bin e data/related.bin: são os eventos que o livro registrou, em ordem, sem
  alteração, e todos os do caso até o ponto de controle. Os dados pessoais mostrados são os que
  foram registrados.

O que está apenas assinado
  contacts.csv, events.jsonl, counts.json e as demais tabelas são a leitura que o operador faz
  desses eventos. export.note as assina; compare-as com events.bin onde importar.

O que ninguém pode provar
  Que não ocorreu um ato que nunca foi registrado.

Arquivos
  contacts.csv      cada acionamento e cada acionamento negado, um por linha
  events.jsonl      cada evento, um por linha
  redactions.csv    o que foi reservado e por quê
  dictionary.csv    cada coluna e código
  counts.json       totais de controle    scope.json   o que abrange
  request.json      quem pediu e para quê
  report.html       o histórico como página; não precisa de rede
)";

}  // namespace

std::vector<BagFile> ReadmeFiles(const std::string& export_id, const std::string& case_id) {
  const auto fill = [&](const char* text) {
    return absl::StrReplaceAll(text, {{"$id", export_id}, {"$case", case_id}});
  };
  return {{"data/README.txt", fill(kEnglish)},
          {"data/LEEME.txt", fill(kSpanish)},
          {"data/LEIA-ME.txt", fill(kPortuguese)}};
}

}  // namespace constancia::api
