#include "api/cli/sandbox/story.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/check.h"
#include "core/base/status.h"
#include "core/event/uuid.h"
#include "google/protobuf/descriptor.h"

namespace constancia::api {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Sets a field of the event's context when the type has it and the event does not say it itself.
void Default(std::string_view field_name, std::string_view value, Message* event) {
  const FieldDescriptor* field = event->GetDescriptor()->FindFieldByName(std::string(field_name));
  if (field == nullptr) return;
  const auto* reflection = event->GetReflection();
  if (field->is_repeated()) {
    if (reflection->FieldSize(*event, field) > 0) return;
    reflection->AddString(event, field, std::string(value));
  } else if (reflection->GetString(*event, field).empty()) {
    reflection->SetString(event, field, std::string(value));
  }
}

ledger::v1::Actor MakeActor(ledger::v1::ActorKind kind, std::string_view id) {
  ledger::v1::Actor actor;
  actor.set_kind(kind);
  actor.set_id(std::string(id));
  return actor;
}

}  // namespace

Story::Story(std::string name, const StoryPlace* place, uint64_t seed)
    : name_(std::move(name)),
      case_id_("C-" + name_),
      party_id_("P-" + name_),
      obligation_id_("O-" + name_),
      place_(place),
      random_(seed) {}

absl::Time Story::At(absl::CivilDay day, int hour, int minute) const {
  return place_->zone.At(absl::CivilSecond(day) + hour * 3600 + minute * 60).pre;
}

absl::CivilDay Story::Weekday(absl::CivilDay day) {
  while (absl::GetWeekday(day) == absl::Weekday::saturday ||
         absl::GetWeekday(day) == absl::Weekday::sunday) {
    ++day;
  }
  return day;
}

void Story::Begin(absl::Time at) {
  Happening happening{.at = at, .append = {}};
  happening.append.set_request_id(absl::StrCat("sandbox-", name_, "-", happenings_.size() + 1));
  happenings_.push_back(std::move(happening));
}

std::string Story::Add(const Message& event, const ledger::v1::Actor& actor) {
  CHECK(!happenings_.empty());
  Happening& happening = happenings_.back();
  const std::unique_ptr<Message> whole(event.New());
  whole->CopyFrom(event);
  Default("case_id", case_id_, whole.get());
  Default("party_id", party_id_, whole.get());
  Default("obligation_id", obligation_id_, whole.get());
  Default("obligation_ids", obligation_id_, whole.get());
  Default("creditor_id", place_->creditor, whole.get());

  v1::EventDraft* draft = happening.append.add_events();
  draft->mutable_payload()->PackFrom(*whole);
  draft->mutable_occurred_at()->set_seconds(absl::ToUnixSeconds(happening.at));
  draft->set_zone(std::string(place_->zone_name));
  *draft->mutable_actor() = actor;
  draft->mutable_on_behalf_of()->set_creditor(std::string(place_->creditor));
  draft->add_streams("case/" + case_id_);
  draft->add_streams("debtor/" + party_id_);
  draft->set_external_id(absl::StrCat("sandbox:", name_, ":", ++events_));
  const EventId id = NewEventId(Instant{absl::ToUnixMicros(happening.at)}, random_);
  draft->set_event_id(ToText(id));
  return draft->event_id();
}

event::v1::Money Story::Amount(int64_t minor) const {
  event::v1::Money money;
  money.set_amount_minor(minor);
  money.set_code(std::string(place_->currency));
  return money;
}

ledger::v1::Actor Agent(std::string_view name) { return MakeActor(ledger::v1::PERSON, name); }
ledger::v1::Actor Machine(std::string_view name) { return MakeActor(ledger::v1::SYSTEM, name); }
ledger::v1::Actor TheDebtor(std::string_view party_id) {
  return MakeActor(ledger::v1::DEBTOR, party_id);
}

}  // namespace constancia::api
