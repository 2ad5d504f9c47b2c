#include "api/export/regulator/dictionary.h"

#include <array>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "api/export/bag/csv.h"
#include "constancia/event/v1/common.pb.h"
#include "constancia/event/v1/options.pb.h"
#include "google/protobuf/descriptor.h"

namespace constancia::api {
namespace {

constexpr std::array<std::string_view, 6> kColumns = {"file", "name", "type", "es", "pt", "en"};

struct Entry {
  std::string_view file, name, type, es, pt, en;
};

constexpr Entry kEntries[] = {
    {"contacts.csv", "row_no", "number", "número de fila, desde 1",
     "número da linha, a partir de 1", "number of the row, from 1"},
    {"contacts.csv", "event_id", "id", "identificador del evento", "identificador do evento",
     "id of the event"},
    {"contacts.csv", "position", "number", "lugar del evento en el registro",
     "lugar do evento no registro", "place of the event in the log"},
    {"contacts.csv", "case_seq", "number", "lugar del evento en el caso, desde 0, sin saltos",
     "lugar do evento no caso, a partir de 0, sem saltos",
     "place of the event in the case, from 0, without gaps"},
    {"contacts.csv", "debtor_seq", "number", "lugar del evento en el expediente de la persona",
     "lugar do evento no arquivo da pessoa", "place of the event in the file of the person"},
    {"contacts.csv", "case_id", "id", "caso", "caso", "case"},
    {"contacts.csv", "obligation_ids", "ids", "deudas, separadas por punto y coma",
     "dívidas, separadas por ponto e vírgula", "debts, parted by semicolons"},
    {"contacts.csv", "debtor_id_type", "code", "tipo de identificación de la persona",
     "tipo de identificação da pessoa", "type of national id of the person"},
    {"contacts.csv", "debtor_id_masked", "text",
     "identificación, salvo los últimos caracteres oculta",
     "identificação, oculta salvo os últimos caracteres",
     "national id, hidden but for its last characters"},
    {"contacts.csv", "debtor_name", "text", "nombre de la persona; vacío si se reservó",
     "nome da pessoa; vazio se foi reservado", "name of the person; empty when withheld"},
    {"contacts.csv", "occurred_local", "time", "cuándo ocurrió, en la hora de la zona",
     "quando ocorreu, na hora do fuso", "when it happened, on the clock of the zone"},
    {"contacts.csv", "zone", "zone", "zona horaria IANA", "fuso horário IANA", "IANA time zone"},
    {"contacts.csv", "occurred_utc", "time", "cuándo ocurrió, UTC", "quando ocorreu, UTC",
     "when it happened, UTC"},
    {"contacts.csv", "recorded_utc", "time", "cuándo se registró, UTC",
     "quando foi registrado, UTC", "when it was recorded, UTC"},
    {"contacts.csv", "lateness_s", "seconds", "segundos entre hecho y registro",
     "segundos entre o fato e o registro", "seconds from act to record"},
    {"contacts.csv", "weekday", "number", "día de la semana local, 1 lunes a 7 domingo",
     "dia da semana local, 1 segunda a 7 domingo", "local day of the week, 1 Monday to 7 Sunday"},
    {"contacts.csv", "is_holiday", "bool",
     "feriado en el calendario del país; vacío si no hay calendario",
     "feriado no calendário do país; vazio se não há calendário",
     "holiday in the calendar of the country; empty when there is none"},
    {"contacts.csv", "channel", "code", "canal", "canal", "channel"},
    {"contacts.csv", "direction", "code", "quién inició el contacto", "quem iniciou o contato",
     "who began the contact"},
    {"contacts.csv", "purpose", "code", "finalidad", "finalidade", "what it was for"},
    {"contacts.csv", "contact_point_masked", "text",
     "número o dirección, oculto salvo el final; o su identificador",
     "número ou endereço, oculto salvo o final; ou seu identificador",
     "number or address, hidden but for its end; or its id"},
    {"contacts.csv", "origin", "text", "número o cuenta mostrados a la persona",
     "número ou conta mostrados à pessoa", "number or account shown to the person"},
    {"contacts.csv", "agency", "id", "agencia", "agência", "agency"},
    {"contacts.csv", "creditor", "id", "acreedor", "credor", "creditor"},
    {"contacts.csv", "agent_id", "id", "agente", "agente", "agent"},
    {"contacts.csv", "agent_name", "text", "nombre del agente; está en su propio expediente",
     "nome do agente; está no seu próprio arquivo",
     "name of the agent; it is in a file of its own"},
    {"contacts.csv", "is_bot", "bool", "si actuó un programa", "se atuou um programa",
     "whether a program acted"},
    {"contacts.csv", "campaign", "id", "campaña", "campanha", "campaign"},
    {"contacts.csv", "strategy_version", "version", "estrategia y versión", "estratégia e versão",
     "strategy and version"},
    {"contacts.csv", "template_version", "version", "plantilla o guion y versión",
     "modelo ou roteiro e versão", "template or script and version"},
    {"contacts.csv", "reach_code", "code",
     "hasta dónde llegó; NOT_ATTEMPTED: se pidió, se denegó y no se hizo",
     "até onde chegou; NOT_ATTEMPTED: pedido, negado e não feito",
     "how far it got; NOT_ATTEMPTED: asked for, denied and not made"},
    {"contacts.csv", "person_role", "code", "qué es la persona para la deuda",
     "o que a pessoa é para a dívida", "what the person is to the debt"},
    {"contacts.csv", "result_code", "code", "resultado", "resultado", "what came of it"},
    {"contacts.csv", "reason_code", "code",
     "motivo de no pago que la persona dio; vacío si se reservó",
     "motivo de não pagamento dado pela pessoa; vazio se reservado",
     "why the debt is unpaid, as the person said; empty when withheld"},
    {"contacts.csv", "duration_s", "seconds", "duración en segundos", "duração em segundos",
     "duration in seconds"},
    {"contacts.csv", "recording_id", "id", "grabación", "gravação", "recording"},
    {"contacts.csv", "recording_sha256", "hex", "SHA-256 de la grabación", "SHA-256 da gravação",
     "SHA-256 of the recording"},
    {"contacts.csv", "disclosures", "codes", "qué se informó a la persona",
     "o que foi informado à pessoa", "what the person was told"},
    {"contacts.csv", "consent_id", "id", "evento del consentimiento de grabación",
     "evento do consentimento de gravação", "event of the consent to record"},
    {"contacts.csv", "permit_id", "id", "permiso invocado", "permissão invocada",
     "permit relied on"},
    {"contacts.csv", "governed", "bool", "si un permiso válido cubría el contacto",
     "se uma permissão válida cobria o contato", "whether a permit that fits covered the contact"},
    {"contacts.csv", "verdict", "code", "dictamen: ALLOW, DENY o REFER; vacío si no se pidió",
     "parecer: ALLOW, DENY ou REFER; vazio se não foi pedido",
     "verdict: ALLOW, DENY or REFER; empty when none was asked for"},
    {"contacts.csv", "rules_evaluated", "codes", "reglas evaluadas", "regras avaliadas",
     "rules evaluated"},
    {"contacts.csv", "counter_week", "number", "contactos contados en la semana",
     "contatos contados na semana", "contacts counted in the week"},
    {"contacts.csv", "limit_week", "number", "límite de la semana", "limite da semana",
     "limit of the week"},
    {"contacts.csv", "violation_ids", "ids", "infracciones no levantadas",
     "infrações não afastadas", "violations that were not cleared"},
    {"contacts.csv", "corrected_by", "id", "evento que lo corrige", "evento que o corrige",
     "event that corrects it"},
    {"contacts.csv", "annulled", "bool", "si fue anulado", "se foi anulado",
     "whether it was annulled"},
    {"contacts.csv", "note", "text", "nota; vacía si se reservó", "nota; vazia se reservada",
     "note; empty when withheld"},
    {"contacts.csv", "leaf_hash", "hex", "hash de la hoja del evento", "hash da folha do evento",
     "leaf hash of the event"},
    {"contacts.csv", "proof_ref", "text", "archivo y posición que lo prueban",
     "arquivo e posição que o provam", "file and position that prove it"},
    {"redactions.csv", "item", "id", "evento", "evento", "event"},
    {"redactions.csv", "position", "number", "su lugar en el registro", "seu lugar no registro",
     "its place in the log"},
    {"redactions.csv", "field", "names", "campos reservados", "campos reservados",
     "fields withheld"},
    {"redactions.csv", "reason", "code", "NOT_ORDERED: el pedido no incluye datos personales",
     "NOT_ORDERED: o pedido não inclui dados pessoais",
     "NOT_ORDERED: the order does not include personal data"},
    {"redactions.csv", "by", "id", "quién pidió la exportación", "quem pediu a exportação",
     "who ordered the export"},
    {"redactions.csv", "date", "date", "fecha del pedido", "data do pedido", "date of the order"},
};

// A code list of the tables and the part of its values' names that the tables leave out.
struct CodeList {
  const google::protobuf::EnumDescriptor* codes;
  std::string_view column, prefix;
};

void Write(const Entry& entry, CsvTable* table) {
  table->Text(entry.file);
  table->Text(entry.name);
  table->Text(entry.type);
  table->Text(entry.es);
  table->Text(entry.pt);
  table->Text(entry.en);
  table->EndRow();
}

void Write(const CodeList& list, CsvTable* table) {
  for (int i = 0; i < list.codes->value_count(); ++i) {
    const google::protobuf::EnumValueDescriptor& value = *list.codes->value(i);
    if (value.number() == 0) continue;
    const event::v1::Label& label = value.options().GetExtension(event::v1::label);
    const std::string name =
        absl::StrCat(ToAbsl(list.column), "=", value.name().substr(list.prefix.size()));
    Write(Entry{"contacts.csv", name, "code", label.es(), label.pt(), label.en()}, table);
  }
}

}  // namespace

std::string MakeDictionary(const Catalogue& catalogue) {
  CsvTable table(kColumns);
  for (const Entry& entry : kEntries) Write(entry, &table);
  const CodeList lists[] = {
      {event::v1::Channel_descriptor(), "channel", "CHANNEL_"},
      {event::v1::Direction_descriptor(), "direction", "DIRECTION_"},
      {event::v1::Purpose_descriptor(), "purpose", "PURPOSE_"},
      {event::v1::Reach_descriptor(), "reach_code", "REACH_"},
      {event::v1::PartyRole_descriptor(), "person_role", "PARTY_ROLE_"},
      {event::v1::Result_descriptor(), "result_code", "RESULT_"},
      {event::v1::VolunteeredReason_descriptor(), "reason_code", "VOLUNTEERED_REASON_"},
      {event::v1::Disclosure_descriptor(), "disclosures", "DISCLOSURE_"},
  };
  for (const CodeList& list : lists) Write(list, &table);
  for (const EventType& type : catalogue.All()) {
    Write(Entry{"events.jsonl", type.name, "event", type.title_es, type.title_pt, type.title_en},
          &table);
  }
  return table.Take();
}

}  // namespace constancia::api
