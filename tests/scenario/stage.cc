#include "tests/scenario/stage.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "api/cli/import/field_path.h"
#include "api/commands/gate.h"
#include "api/commands/judge_contacts.h"
#include "api/commands/messages.h"
#include "api/commands/observer.h"
#include "api/commands/record_events.h"
#include "api/server/packs.h"
#include "constancia/event/v1/gate.pb.h"
#include "core/base/status.h"
#include "core/crypto/sha256.h"
#include "core/event/catalogue.h"
#include "core/event/parting.h"
#include "core/event/sealing.h"
#include "core/event/uuid.h"
#include "eventstore/projections/case_file/case_file.h"
#include "eventstore/projections/projections.h"
#include "google/protobuf/timestamp.pb.h"
#include "tests/support/test_ledger.h"

namespace constancia::scenario {
namespace {

using api::FieldPath;
using eventstore::RecordedEvent;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr char kSource[] = "storyteller";
constexpr int64_t kMicrosPerSecond = 1'000'000;

absl::Status Otherwise(std::string_view expected, std::string_view got) {
  return absl::FailedPreconditionError(
      absl::StrCat("the story says \"", ToAbsl(expected), "\", the ledger \"", ToAbsl(got), "\""));
}

absl::Status Unreadable(std::string_view why) { return Error(error::v1::INPUT_MALFORMED, why); }

// The name of the value that `text` means: itself, or in lower case without the prefix.
std::string EnumName(const google::protobuf::EnumDescriptor& type, const std::string& text) {
  if (type.FindValueByName(text) != nullptr) return text;
  const std::string ending = absl::StrCat("_", absl::AsciiStrToUpper(text));
  std::string found = text;
  for (int i = 0; i < type.value_count(); ++i) {
    const std::string& name = type.value(i)->name();
    // The shortest is the one whose prefix is that of the enumeration.
    if (absl::EndsWith(name, ending) && (found == text || name.size() < found.size())) found = name;
  }
  return found;
}

class NoObserver final : public api::Observer {
 public:
  void Appended(std::string_view, std::string_view) override {}
  void AppendTook(absl::Duration) override {}
  void AppendRejected(Reason) override {}
};

}  // namespace

struct Stage::Impl {
  explicit Impl(Zones given_zones) : zones(std::move(given_zones)) {}

  absl::StatusOr<Instant> Read(const Line& line, const std::string& text) const {
    ASSIGN_OR_RETURN(const absl::TimeZone zone, zones.Find(line.zone));
    absl::Time time;
    std::string error;
    for (const char* format : {"%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"}) {
      if (absl::ParseTime(format, text, zone, &time, &error)) return Instant{ToUnixMicros(time)};
    }
    return Unreadable(absl::StrCat(text, " is no time"));
  }

  absl::Status SetField(const Line& line, const std::string& name, const std::string& value,
                        Message* message) const {
    ASSIGN_OR_RETURN(const FieldPath path, FieldPath::Parse(*message->GetDescriptor(), name));
    const FieldDescriptor& field = path.field();
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      if (field.message_type() != google::protobuf::Timestamp::descriptor()) {
        return Unreadable(absl::StrCat(name, " has fields of its own: name one of them"));
      }
      ASSIGN_OR_RETURN(const Instant at, Read(line, value));
      api::SetTimestamp(at, static_cast<google::protobuf::Timestamp*>(path.Mutable(message)));
      return absl::OkStatus();
    }
    if (field.type() == FieldDescriptor::TYPE_BYTES) {
      // Digests: of the word written.
      const std::string digest(Sha256(value).view());
      if (field.is_repeated()) {
        message->GetReflection()->AddString(message, &field, digest);
      } else {
        message->GetReflection()->SetString(message, &field, digest);
      }
      return absl::OkStatus();
    }
    // A list of a top-level field stands between commas.
    if (field.is_repeated() && name.find('[') == std::string::npos &&
        absl::StrContains(value, ',')) {
      int index = 0;
      for (const absl::string_view part : absl::StrSplit(value, ',')) {
        RETURN_IF_ERROR(
            SetField(line, absl::StrCat(name, "[", index++, "]"), std::string(part), message));
      }
      return absl::OkStatus();
    }
    return path.SetText(field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM
                            ? EnumName(*field.enum_type(), value)
                            : value,
                        message);
  }

  // The message of the line's type with what the line and its `about` give.
  absl::StatusOr<std::unique_ptr<Message>> MakePayload(const Line& line,
                                                       const EventType& type) const {
    std::unique_ptr<Message> message(google::protobuf::MessageFactory::generated_factory()
                                         ->GetPrototype(type.descriptor)
                                         ->New());
    constexpr std::pair<const char*, const char*> kAbout[] = {{"case", "case_id"},
                                                              {"debtor", "party_id"},
                                                              {"debt", "obligation_id"},
                                                              {"debt", "obligation_ids"},
                                                              {"creditor", "creditor_id"}};
    for (const auto& [what, field] : kAbout) {
      const auto value = line.about.find(what);
      if (value == line.about.end() || type.descriptor->FindFieldByName(field) == nullptr) continue;
      const bool given = std::any_of(line.fields.begin(), line.fields.end(),
                                     [&](const auto& own) { return own.first == field; });
      if (!given) RETURN_IF_ERROR(SetField(line, field, value->second, message.get()));
    }
    for (const auto& [name, value] : line.fields) {
      std::string meant = value;
      if (value.starts_with('$')) {
        const auto id = last.find(value.substr(1));
        if (id == last.end()) return Unreadable(absl::StrCat(value, " has not been recorded"));
        meant = id->second;
      }
      RETURN_IF_ERROR(SetField(line, name, meant, message.get()));
    }
    return message;
  }

  std::vector<std::string> StreamsOf(const Line& line) const {
    std::vector<std::string> streams;
    for (const char* kind : {"case", "debtor"}) {
      const auto name = line.about.find(kind);
      if (name != line.about.end()) streams.push_back(absl::StrCat(kind, "/", name->second));
    }
    streams.insert(streams.end(), line.streams.begin(), line.streams.end());
    return streams;
  }

  absl::StatusOr<ledger::v1::Actor> ActorOf(const Line& line) const {
    ledger::v1::Actor actor;
    actor.set_kind(ledger::v1::SYSTEM);
    actor.set_id(kSource);
    if (line.actor.empty()) return actor;
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(line.actor, absl::MaxSplits('/', 1));
    ledger::v1::ActorKind kind;
    if (!ledger::v1::ActorKind_Parse(parts.first, &kind)) {
      return Unreadable(absl::StrCat(parts.first, " is no kind of actor"));
    }
    actor.set_kind(kind);
    actor.set_id(parts.second);
    return actor;
  }

  // Appends a fact as a source does.
  absl::StatusOr<Position> RecordFact(const Line& line, const Message& payload, Instant at) {
    v1::AppendEventsRequest request;
    request.set_parent("tenants/tenant-1");
    request.set_request_id(absl::StrCat("line-", line.number));
    v1::EventDraft* draft = request.add_events();
    draft->mutable_payload()->PackFrom(payload);
    api::SetTimestamp(at, draft->mutable_occurred_at());
    draft->set_zone(line.zone);
    ASSIGN_OR_RETURN(*draft->mutable_actor(), ActorOf(line));
    for (const std::string& stream : StreamsOf(line)) draft->add_streams(stream);
    if (const auto debtor = line.about.find("debtor"); debtor != line.about.end()) {
      draft->set_subject(absl::StrCat("debtor/", debtor->second));
    }
    absl::StatusOr<v1::AppendEventsResponse> answer;
    absl::Notification answered;
    record->Run(caller, request, [&](absl::StatusOr<v1::AppendEventsResponse> response) {
      answer = std::move(response);
      answered.Notify();
    });
    answered.WaitForNotification();
    RETURN_IF_ERROR(answer.status());
    return Position{answer->receipts(0).position()};
  }

  // Appends what only the server's own commands make.
  absl::StatusOr<Position> RecordDecision(const Line& line, const EventType& type,
                                          const Message& payload, Instant at) {
    eventstore::AppendRequest request;
    request.source = eventstore::kOwnSource;
    request.request_id = absl::StrCat("line-", line.number);
    eventstore::EventDraft& draft = request.drafts.emplace_back();
    ASSIGN_OR_RETURN(Parts parts, PartPayload(*type.descriptor, payload.SerializeAsString()));
    draft.type = type.name;
    draft.public_part = std::move(parts.public_part);
    draft.personal_part = std::move(parts.personal_part);
    draft.occurred_at = at;
    draft.zone = line.zone;
    ASSIGN_OR_RETURN(const absl::TimeZone zone, zones.Find(line.zone));
    draft.offset_minutes = OffsetMinutes(zone, at);
    ASSIGN_OR_RETURN(draft.actor, ActorOf(line));
    draft.retention_class = type.retention_class;
    for (const std::string& text : StreamsOf(line)) {
      ASSIGN_OR_RETURN(const Stream stream, ParseStream(text));
      if (stream.kind == ledger::v1::STREAM_KIND_DEBTOR ||
          (stream.kind == ledger::v1::STREAM_KIND_AGENT && !draft.subject.has_value())) {
        draft.subject = draft.streams.size();
      }
      draft.streams.push_back(stream);
    }
    ASSIGN_OR_RETURN(const eventstore::AppendResult result,
                     ledger.log().AppendAndWait(std::move(request)));
    return result.receipts.front().position;
  }

  // What is stored is what was said, and nothing personal of it stands in clear.
  absl::Status CheckStored(const EventType& type, const Message& payload,
                           const RecordedEvent& event) const {
    if (event.header.type() != type.name) return Otherwise(type.name, event.header.type());
    std::string whole = event.header.public_payload();
    if (!event.sealed.empty()) {
      ASSIGN_OR_RETURN(const OpenedPersonal opened, ledger.log().reader().OpenPersonal(event));
      whole += opened.personal_part;
    }
    const std::unique_ptr<Message> read(payload.New());
    if (!read->ParseFromString(whole) || read->SerializeAsString() != payload.SerializeAsString()) {
      return Otherwise(payload.ShortDebugString(), read->ShortDebugString());
    }
    for (const int number : type.personal_fields) {
      const FieldDescriptor* field = type.descriptor->FindFieldByNumber(number);
      if (field->is_repeated() || field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) continue;
      const std::string value = payload.GetReflection()->GetString(payload, field);
      if (value.size() > 3 && absl::StrContains(event.leaf, value)) {
        return absl::FailedPreconditionError(absl::StrCat(field->name(), " stands in clear"));
      }
    }
    return absl::OkStatus();
  }

  absl::Status PlayEvent(const Line& line, Instant at) {
    const EventType* type = catalogue.Find(absl::StrCat("constancia.event.v1.", line.verb));
    if (type == nullptr) return Unreadable(absl::StrCat("there is no event ", line.verb));
    ASSIGN_OR_RETURN(const std::unique_ptr<Message> payload, MakePayload(line, *type));
    const absl::StatusOr<Position> position = type->origin == EventOrigin::kFact
                                                  ? RecordFact(line, *payload, at)
                                                  : RecordDecision(line, *type, *payload, at);
    if (!position.ok()) {
      const auto reason = ReasonOf(position.status());
      if (!reason.has_value()) return position.status();
      const std::string got =
          absl::StrCat("refused ", error::v1::Reason_Name(*reason), " ",
                       FieldOf(position.status()).empty() ? "" : FieldOf(position.status()));
      if (absl::StripAsciiWhitespace(got) == line.outcome) return absl::OkStatus();
      return Otherwise(line.outcome, absl::StrCat(got, ": ", position.status().message()));
    }
    ASSIGN_OR_RETURN(const std::vector<RecordedEvent> events,
                     ledger.reader().ReadAppend(*position));
    RETURN_IF_ERROR(CheckStored(*type, *payload, events.front()));
    for (const RecordedEvent& event : events) {
      const std::string& name = event.header.type();
      last[name.substr(name.rfind('.') + 1)] = ToText(*EventId::From(event.header.event_id()));
    }
    std::vector<std::string> broken;
    for (size_t i = 1; i < events.size(); ++i) {
      event::v1::ViolationDetected violation;
      if (events[i].header.type() == violation.GetDescriptor()->full_name() &&
          violation.ParseFromString(events[i].header.public_payload())) {
        broken.push_back(violation.rule_id());
      }
    }
    const std::string got = broken.empty()
                                ? "recorded"
                                : absl::StrCat("recorded, violates ", absl::StrJoin(broken, ", "));
    return got == line.outcome ? absl::OkStatus() : Otherwise(line.outcome, got);
  }

  absl::StatusOr<v1::IntendedContact> ContactOf(const Line& line) const {
    v1::IntendedContact contact;
    if (const auto id = line.about.find("case"); id != line.about.end()) {
      contact.set_case_id(id->second);
    }
    RETURN_IF_ERROR(SetField(line, "channel", line.channel, &contact));
    for (const auto& [name, value] : line.fields) {
      RETURN_IF_ERROR(SetField(line, name, value, &contact));
    }
    return contact;
  }

  absl::Status CheckVerdict(const Line& line, const counsel::v1::Verdict& verdict) const {
    std::string got = absl::AsciiStrToLower(counsel::v1::Verdict::Outcome_Name(verdict.outcome()));
    if (!verdict.rule().empty()) absl::StrAppend(&got, " ", verdict.rule());
    if (absl::StrContains(line.outcome, ", from ") && verdict.has_next_allowed_at_micros()) {
      ASSIGN_OR_RETURN(const absl::TimeZone zone, zones.Find(line.zone));
      absl::StrAppend(
          &got, ", from ",
          absl::FormatTime("%Y-%m-%d %H:%M", absl::FromUnixMicros(verdict.next_allowed_at_micros()),
                           zone));
    }
    return got == line.outcome ? absl::OkStatus() : Otherwise(line.outcome, got);
  }

  absl::Status PlayQuestion(const Line& line, Instant at) {
    ASSIGN_OR_RETURN(const v1::IntendedContact contact, ContactOf(line));
    if (line.verb == "may") {
      ASSIGN_OR_RETURN(const api::Advice advice, gate->Check(contact, at));
      return CheckVerdict(line, advice.verdict);
    }
    v1::ReserveContactRequest request;
    request.set_request_id(absl::StrCat("line-", line.number));
    *request.mutable_contact() = contact;
    ASSIGN_OR_RETURN(*request.mutable_actor(), ActorOf(line));
    absl::StatusOr<api::Decision> decision;
    absl::Notification answered;
    gate->Reserve(request, kSource, [&](absl::StatusOr<api::Decision> answer) {
      decision = std::move(answer);
      answered.Notify();
    });
    answered.WaitForNotification();
    RETURN_IF_ERROR(decision.status());
    if (decision->expires_at.has_value()) {
      last["PermitGranted"] = ToText(decision->receipt.event_id);
    }
    return CheckVerdict(line, decision->verdict);
  }

  // Every field named has the value named.
  absl::Status PlayCase(const Line& line) const {
    const auto id = line.about.find("case");
    if (id == line.about.end()) return Unreadable("`about` names no case");
    ASSIGN_OR_RETURN(const eventstore::CaseView view,
                     eventstore::ReadCase(ledger.log(), id->second));
    for (const auto& [name, value] : line.fields) {
      casefile::v1::CaseFile expected = view.file;
      RETURN_IF_ERROR(SetField(line, name, value, &expected));
      if (expected.SerializeAsString() != view.file.SerializeAsString()) {
        return Otherwise(absl::StrCat(name, "=", value), view.file.ShortDebugString());
      }
    }
    return absl::OkStatus();
  }

  // Reading is not const in the fixture; nothing else of it is used where it must be.
  mutable testing::TestLedger ledger;
  Zones zones;
  Catalogue catalogue;
  api::Access access{{}};
  api::SourceKeys source_keys;
  NoObserver observer;
  SeededRandom random{7};
  const api::Caller caller{.kind = api::CallerKind::kSource, .tenant = "tenant-1", .id = kSource};
  std::optional<api::Counsel> counsel;
  std::optional<api::Gate> gate;
  std::optional<api::JudgeContacts> judge_contacts;
  std::optional<api::RecordEvents> record;
  bool begun = false;
  std::map<std::string, std::string> last;  // Type to the id of the last event of it.
};

Stage::Stage(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Stage::~Stage() = default;

absl::StatusOr<std::unique_ptr<Stage>> Stage::Build(const std::string& packs) {
  ASSIGN_OR_RETURN(Zones zones, Zones::Load());
  auto impl = std::make_unique<Impl>(std::move(zones));
  ASSIGN_OR_RETURN(impl->counsel, api::LoadCounsel(packs));
  impl->ledger.options().projections = eventstore::InlineProjections();
  return std::unique_ptr<Stage>(new Stage(std::move(impl)));
}

absl::Status Stage::Play(const Line& line) {
  ASSIGN_OR_RETURN(const Instant at, impl_->Read(line, line.at));
  testing::TestLedger& ledger = impl_->ledger;
  if (!impl_->begun) {
    impl_->begun = true;
    ledger.clock().Set({at.micros - kMicrosPerSecond});
    RETURN_IF_ERROR(ledger.Create());
    impl_->gate.emplace(&ledger.log(), &impl_->counsel->packs, &impl_->zones, &ledger.clock(),
                        &impl_->random);
    impl_->judge_contacts.emplace(api::JudgeContacts::Uses{.log = &ledger.log(),
                                                           .packs = &impl_->counsel->packs,
                                                           .zones = &impl_->zones,
                                                           .random = &impl_->random});
    impl_->record.emplace(api::RecordEvents::Uses{.catalogue = &impl_->catalogue,
                                                  .zones = &impl_->zones,
                                                  .access = &impl_->access,
                                                  .source_keys = &impl_->source_keys,
                                                  .clock = &ledger.clock(),
                                                  .observer = &impl_->observer,
                                                  .log = &ledger.log(),
                                                  .contacts = &*impl_->judge_contacts});
  }
  if (ledger.clock().Now() < at) ledger.clock().Set(at);
  if (line.verb == "case") return impl_->PlayCase(line);
  if (line.verb == "may" || line.verb == "reserve") return impl_->PlayQuestion(line, at);
  return impl_->PlayEvent(line, at);
}

}  // namespace constancia::scenario
