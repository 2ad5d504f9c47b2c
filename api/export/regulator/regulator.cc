#include "api/export/regulator/regulator.h"

#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "api/export/bag/csv.h"
#include "api/export/bag/evidence.h"
#include "api/export/regulator/contacts_table.h"
#include "api/export/regulator/dictionary.h"
#include "api/export/regulator/readme.h"
#include "api/export/regulator/report.h"
#include "boost/json.hpp"
#include "constancia/event/v1/money.pb.h"
#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/status.h"
#include "google/protobuf/descriptor.h"

namespace constancia::api {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 6> kRedactionColumns = {"item",   "position", "field",
                                                               "reason", "by",       "date"};
constexpr std::string_view kNotOrdered = "NOT_ORDERED";

std::string DateText(Instant instant) { return UtcText(instant.micros).substr(0, 10); }

// One object a line and two spaces a level, so that people can read it.
void Print(const json::value& value, const std::string& indent, std::string* out) {
  const json::object* object = value.if_object();
  if (object == nullptr || object->empty()) {
    out->append(json::serialize(value));
    return;
  }
  const std::string deeper = indent + "  ";
  const char* separator = "{\n";
  for (const auto& [key, member] : *object) {
    absl::StrAppend(out, separator, deeper, json::serialize(json::value(key)), ": ");
    Print(member, deeper, out);
    separator = ",\n";
  }
  absl::StrAppend(out, "\n", indent, "}");
}

std::string ToText(const json::object& object) {
  std::string text;
  Print(object, "", &text);
  return text + "\n";
}

json::object ToJson(const std::map<std::string, uint64_t>& counts) {
  json::object object;
  for (const auto& [name, count] : counts) object[name] = count;
  return object;
}

std::string RequestJson(const ExportOrder& order) {
  const event::v1::ExportRequested& request = order.request;
  return ToText({
      {"export_id", order.export_id},
      {"kind", "regulator"},
      {"requested_by", request.requested_by()},
      {"recipient_id", request.recipient_id()},
      {"purpose", request.purpose()},
      {"legal_basis", request.legal_basis()},
      {"recorded_at", UtcText(order.requested_at.micros)},
      {"position", absl::StrCat(order.position.value)},
      {"personal_data", order.opens_personal() ? "opened" : "withheld"},
  });
}

std::string ScopeJson(const ExportOrder& order, const Evidence& evidence) {
  return ToText({
      {"case_id", order.request.case_id()},
      {"stream", ToText(evidence.stream)},
      {"stream_key", HexEncode(evidence.completeness.key.view())},
      {"origin", evidence.checkpoint.origin},
      {"checkpoint_size", absl::StrCat(evidence.checkpoint.size)},
      {"checkpoint_root", Base64Encode(evidence.checkpoint.root.view())},
      {"positions", absl::StrCat("[0, ", evidence.checkpoint.size, ")")},
      {"times", "UTC, and local by the offset of each event"},
      {"excluded",
       json::object{
           {"events", "none of the case up to the checkpoint"},
           {"other_files", "events of the persons, agents and sources that do not name the case"},
           {"documents", "documents and recordings are named by digest, not included"},
       }},
  });
}

std::string CountsJson(const Evidence& evidence, const ContactSummary& contacts) {
  std::map<std::string, uint64_t> by_type;
  std::map<std::string, uint64_t> personal = {
      {"none", 0}, {"opened", 0}, {"withheld", 0}, {"erased", 0}};
  std::set<std::string> parties;
  std::map<std::string, int64_t> payments;
  for (const ExportedEvent& event : evidence.events) {
    const ledger::v1::EventHeader& header = event.event.header;
    ++by_type[header.type().substr(header.type().rfind('.') + 1)];
    ++personal[std::string(ToText(event.personal))];
    for (const StreamPlace& place : header.streams()) {
      if (place.kind() == ledger::v1::STREAM_KIND_DEBTOR) parties.insert(place.name());
    }
    if (header.type() == event::v1::PaymentConfirmed::descriptor()->full_name()) {
      event::v1::PaymentConfirmed payment;
      CHECK(payment.ParseFromString(PayloadBytes(event)));
      payments[payment.amount().code()] += payment.amount().amount_minor();
    }
  }
  json::object money;
  for (const auto& [code, minor] : payments) money[code] = minor;
  return ToText({
      {"events", evidence.events.size()},
      {"events_by_type", ToJson(by_type)},
      {"personal_parts", ToJson(personal)},
      {"parties", parties.size()},
      {"contacts",
       json::object{
           {"attempts", contacts.attempts},
           {"inbound", contacts.inbound},
           {"denied", contacts.denied},
           {"with_violation", contacts.with_violation},
           {"without_permit", contacts.without_permit},
           {"by_day", ToJson(contacts.by_day)},
           {"by_channel", ToJson(contacts.by_channel)},
       }},
      {"payments_confirmed_minor", std::move(money)},
  });
}

std::string RedactionsCsv(const ExportOrder& order, const Evidence& evidence,
                          const Catalogue& catalogue) {
  CsvTable table(kRedactionColumns);
  for (const ExportedEvent& event : evidence.events) {
    if (event.personal != PersonalState::kWithheld) continue;
    const EventType* type = catalogue.Find(event.event.header.type());
    CHECK(type != nullptr);
    const std::string fields =
        absl::StrJoin(type->personal_fields, ";", [type](std::string* out, int number) {
          out->append(type->descriptor->FindFieldByNumber(number)->name());
        });
    table.Text(EventIdText(event));
    table.Number(event.event.position.value);
    table.Text(fields);
    table.Text(kNotOrdered);
    table.Text(order.request.requested_by());
    table.Text(DateText(order.requested_at));
    table.EndRow();
  }
  return table.Take();
}

}  // namespace

absl::StatusOr<BagContents> BuildRegulator(const ExportOrder& order, const ExportSources& sources) {
  const Stream stream{.kind = ledger::v1::STREAM_KIND_CASE, .name = order.request.case_id()};
  ASSIGN_OR_RETURN(const Evidence evidence,
                   GatherEvidence(*sources.log, stream, order.opens_personal(), sources.cosigned));
  const ContactsTable contacts = MakeContactsTable(evidence.events);

  BagContents contents;
  contents.description = absl::StrCat("Trail of case ", stream.name, " for an authority");
  contents.events = evidence.events.size();
  contents.checkpoint_size = evidence.checkpoint.size;
  contents.checkpoint_root = evidence.checkpoint.root;
  contents.files = RecordFiles(evidence, *sources.catalogue);
  const auto add = [&contents](std::string path, std::string bytes) {
    contents.files.push_back({std::move(path), std::move(bytes)});
  };
  for (BagFile& file : ReadmeFiles(order.export_id, stream.name)) {
    contents.files.push_back(std::move(file));
  }
  add("data/request.json", RequestJson(order));
  add("data/scope.json", ScopeJson(order, evidence));
  add("data/counts.json", CountsJson(evidence, contacts.summary));
  add("data/contacts.csv", contacts.csv);
  add("data/redactions.csv", RedactionsCsv(order, evidence, *sources.catalogue));
  add("data/dictionary.csv", MakeDictionary(*sources.catalogue));
  add("data/report.html", MakeReport(order, evidence, contacts.summary, *sources.catalogue));
  for (BagFile& file : ProofFiles(evidence, sources.log_key)) {
    contents.files.push_back(std::move(file));
  }
  return contents;
}

}  // namespace constancia::api
