#include "api/cli/import/row_mapper.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "api/cli/import/internal/row_plan.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/crypto/sha256.h"
#include "core/event/parting.h"
#include "core/event/public_string.h"
#include "core/event/stream.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace constancia::api {
namespace {

constexpr size_t kEventsPerRowMax = 64;  // As many as one append may hold.

absl::Status Refuse(std::string_view why) { return Error(error::v1::INPUT_MALFORMED, why); }

// Puts in front of a text what it is about.
absl::Status About(std::string_view what, const absl::Status& status) {
  if (status.ok()) return status;
  return Error(error::v1::INPUT_MALFORMED, absl::StrCat(ToAbsl(what), ": ", status.message()));
}

bool AllHold(const std::vector<ColumnTest>& tests, const RowView& row) {
  return std::all_of(tests.begin(), tests.end(), [&](const ColumnTest& t) { return t.Holds(row); });
}

absl::StatusOr<std::string> ExternalId(const RowPlan& plan, const RowView& row) {
  std::vector<std::string> parts;
  static const std::vector<std::string> kFileAndRow = {"@file", "@row"};
  for (const std::string& name : plan.external_id.empty() ? kFileAndRow : plan.external_id) {
    ASSIGN_OR_RETURN(std::string part, plan.names.ValueOf(name, row));
    parts.push_back(std::move(part));
  }
  const std::string id = absl::StrJoin(parts, ":");
  RETURN_IF_ERROR(About("external_id", CheckPublicString(id, "external_id")));
  return id;
}

absl::Status SetActor(const RowPlan& plan, const ActorSource& source, const RowView& row,
                      ledger::v1::Actor* actor) {
  actor->set_kind(source.kind);
  ASSIGN_OR_RETURN(*actor->mutable_id(), plan.Fill(source.id, row));
  RETURN_IF_ERROR(CheckId(actor->id(), "id"));
  if (source.role.has_value()) {
    ASSIGN_OR_RETURN(*actor->mutable_role(), plan.Fill(*source.role, row));
    RETURN_IF_ERROR(CheckId(actor->role(), "role"));
  }
  return absl::OkStatus();
}

absl::Status SetOnBehalfOf(const RowPlan& plan, const OnBehalfOfSource& source, const RowView& row,
                           ledger::v1::OnBehalfOf* on_behalf_of) {
  ASSIGN_OR_RETURN(*on_behalf_of->mutable_creditor(), plan.Fill(source.creditor, row));
  RETURN_IF_ERROR(CheckId(on_behalf_of->creditor(), "creditor"));
  if (source.agency.has_value()) {
    ASSIGN_OR_RETURN(*on_behalf_of->mutable_agency(), plan.Fill(*source.agency, row));
    RETURN_IF_ERROR(CheckId(on_behalf_of->agency(), "agency"));
  }
  return absl::OkStatus();
}

absl::Status SetPayload(const EventPlan& event, const RowView& row,
                        google::protobuf::Any* payload) {
  const std::unique_ptr<google::protobuf::Message> message(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(event.type)->New());
  for (const FieldPlan& field : event.fields) {
    const absl::Status status = field.set(row, message.get());
    if (field.optional && ReasonOf(status) == error::v1::NOT_FOUND) continue;
    RETURN_IF_ERROR(About(field.name, status));
  }
  payload->PackFrom(*message);
  const absl::Status fits = PartPayload(*event.type, payload->value()).status();
  return FieldOf(fits).empty() ? fits : About(FieldOf(fits), fits);
}

absl::Status Draft(const RowPlan& plan, const EventPlan& event, const RowView& row,
                   v1::EventDraft* draft) {
  RETURN_IF_ERROR(SetPayload(event, row, draft->mutable_payload()));
  const TimeSource& time = event.occurred_at;
  ASSIGN_OR_RETURN(const std::string text, plan.Text(time.column, time.column_name, row));
  ASSIGN_OR_RETURN(const Instant instant, time.text.Read(text));
  PutInstant(instant, draft->mutable_occurred_at());
  draft->set_zone(time.zone);
  RETURN_IF_ERROR(About("actor", SetActor(plan, event.actor, row, draft->mutable_actor())));
  if (event.on_behalf_of.has_value()) {
    RETURN_IF_ERROR(About("on_behalf_of", SetOnBehalfOf(plan, *event.on_behalf_of, row,
                                                        draft->mutable_on_behalf_of())));
  }
  for (const RowTemplate& stream : event.streams) {
    ASSIGN_OR_RETURN(std::string name, plan.Fill(stream, row));
    RETURN_IF_ERROR(About(name, ParseStream(name).status()));
    draft->add_streams(std::move(name));
  }
  if (event.subject.has_value()) {
    ASSIGN_OR_RETURN(*draft->mutable_subject(), plan.Fill(*event.subject, row));
  }
  return absl::OkStatus();
}

// Remembers where running totals stand after the row, whatever became of its events. A total that
// cannot be read is forgotten, so that no later amount is wrong by it.
void FollowTotals(const RowView& row, RowPlan* plan) {
  for (const std::unique_ptr<RunningTotal>& total : plan->totals) {
    const std::string& key = row.row.fields[total->key_column];
    const auto amount = plan->Amount(total->amount, row);
    if (amount.ok()) {
      total->last[key] = amount->minor();
    } else if (ReasonOf(amount.status()) != error::v1::NOT_FOUND) {
      total->last.erase(key);
    }
  }
}

absl::StatusOr<v1::AppendEventsRequest> Append(const RowPlan& plan, const RowView& row) {
  v1::AppendEventsRequest request;
  for (const std::vector<ColumnTest>& ignored : plan.ignore) {
    if (AllHold(ignored, row)) return request;
  }
  ASSIGN_OR_RETURN(const std::string external_id, ExternalId(plan, row));
  for (const EventPlan& event : plan.events) {
    if (!AllHold(event.when, row)) continue;
    v1::EventDraft* draft = request.add_events();
    RETURN_IF_ERROR(About(event.type->name(), Draft(plan, event, row, draft)));
    draft->set_external_id(request.events_size() == 1
                               ? external_id
                               : absl::StrCat(external_id, ":", request.events_size()));
  }
  if (request.events().empty()) return Refuse("no event of the mapping is for this row");
  if (request.events_size() > static_cast<int>(kEventsPerRowMax)) {
    return Refuse("more than 64 events in one row");
  }
  request.set_request_id(absl::StrCat("csv-", HexEncode(Sha256(external_id).view().substr(0, 20))));
  return request;
}

}  // namespace

bool ColumnTest::Holds(const RowView& row) const {
  const std::string& value = row.row.fields[column];
  if (texts.empty()) return value.empty() == when_empty;
  return std::find(texts.begin(), texts.end(), value) != texts.end();
}

absl::StatusOr<std::string> RowPlan::Fill(const RowTemplate& text, const RowView& row) const {
  return text.Fill([&](std::string_view name) { return names.ValueOf(name, row); });
}

absl::StatusOr<std::string> RowPlan::Text(size_t column, std::string_view name,
                                          const RowView& row) const {
  const std::string& text = row.row.fields[column];
  if (text.empty()) {
    return Error(error::v1::NOT_FOUND, absl::StrCat("\"", ToAbsl(name), "\" is empty"));
  }
  return text;
}

absl::StatusOr<Money> RowPlan::Amount(const AmountSource& source, const RowView& row) const {
  ASSIGN_OR_RETURN(const std::string text, Text(source.column, source.column_name, row));
  ASSIGN_OR_RETURN(const std::string code, Fill(source.currency, row));
  ASSIGN_OR_RETURN(const Currency currency, Currency::FromCode(code));
  return ReadAmount(text, currency, source.style);
}

void PutInstant(Instant instant, google::protobuf::Timestamp* timestamp) {
  int64_t seconds = instant.micros / kMicrosPerSecond;
  int64_t micros = instant.micros % kMicrosPerSecond;
  if (micros < 0) {
    micros += kMicrosPerSecond;
    --seconds;
  }
  timestamp->set_seconds(seconds);
  timestamp->set_nanos(static_cast<int32_t>(micros * 1000));
}

absl::StatusOr<MappingFile> MappingFile::Read(std::string_view name, std::string_view yaml) {
  ASSIGN_OR_RETURN(policies::YamlDocument document, policies::YamlDocument::Parse(name, yaml));
  csv::v1::Mapping mapping;
  RETURN_IF_ERROR(document.Into(&mapping));
  const std::string& delimiter = mapping.delimiter();
  if (delimiter.size() > 1 || delimiter == "\"" || delimiter == "\n" || delimiter == "\r") {
    return document.ErrorAt("delimiter", "a delimiter is one character, not a quote or line break");
  }
  return MappingFile(std::move(document), std::move(mapping));
}

RowMapper::RowMapper(std::unique_ptr<RowPlan> plan) : plan_(std::move(plan)) {}
RowMapper::RowMapper(RowMapper&&) noexcept = default;
RowMapper& RowMapper::operator=(RowMapper&&) noexcept = default;
RowMapper::~RowMapper() = default;

absl::StatusOr<RowMapper> RowMapper::Make(const MappingFile& file, Setting setting,
                                          const Zones& zones, const Catalogue& catalogue) {
  ASSIGN_OR_RETURN(auto plan, CompileMapping(file, std::move(setting), zones, catalogue));
  return RowMapper(std::move(plan));
}

absl::StatusOr<v1::AppendEventsRequest> RowMapper::Map(const CsvRow& row, uint64_t number) {
  if (!row.fault.empty()) return Refuse(row.fault);
  if (row.fields.size() != plan_->names.columns()) {
    return Refuse(
        absl::StrCat(row.fields.size(), " columns where the header has ", plan_->names.columns()));
  }
  const RowView view{row, number};
  auto append = Append(*plan_, view);
  FollowTotals(view, plan_.get());
  if (!append.ok()) return Refuse(ToStd(append.status().message()));
  return append;
}

}  // namespace constancia::api
