#include "api/commands/judge_conduct.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "api/commands/contact_facts.h"
#include "api/commands/drafts.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/correction.pb.h"
#include "constancia/event/v1/gate.pb.h"
#include "constancia/event/v1/notice.pb.h"
#include "constancia/event/v1/portfolio.pb.h"
#include "constancia/event/v1/values.pb.h"
#include "core/base/civil_date.h"
#include "core/base/log.h"
#include "core/base/status.h"
#include "core/case/acts.h"
#include "core/case/rule_words.h"
#include "core/event/public_string.h"
#include "core/event/uuid.h"
#include "eventstore/projections/case_file/case_file.h"
#include "eventstore/projections/contact_ledger/contact_ledger.h"
#include "eventstore/projections/contact_ledger/contact_rows.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace constancia::api {
namespace {

namespace ev = event::v1;
using casefile::v1::CaseFile;
using counsel::v1::Finding;
using counsel::v1::Verdict;
using eventstore::EventDraft;
using policies::DatedEvent;
using policies::Fields;

constexpr std::string_view kPackage = "constancia.event.v1.";
constexpr char kHouse[] = "HOUSE";

std::string_view ShortName(std::string_view type) {
  if (type.starts_with(kPackage)) type.remove_prefix(kPackage.size());
  return type;
}

template <typename Payload>
Payload Read(const std::string& public_part) {
  Payload payload;
  payload.ParseFromString(public_part);
  return payload;
}

std::optional<absl::CivilDay> ReadDay(const std::string& text) {
  const absl::StatusOr<CivilDate> date = CivilDate::Parse(text);
  if (!date.ok()) return std::nullopt;
  return absl::CivilDay(date->year, date->month, date->day);
}

// The date of an act on its own clock.
absl::CivilDay DateOf(Instant at, int32_t offset_minutes) {
  return absl::ToCivilDay(absl::FromUnixMicros(at.micros) + absl::Minutes(offset_minutes),
                          absl::UTCTimeZone());
}

// "no_answer" of REACH_NO_ANSWER in enum Reach.
std::string CodeOf(const google::protobuf::EnumValueDescriptor& value) {
  const std::string& first = value.type()->value(0)->name();
  constexpr std::string_view kNone = "UNSPECIFIED";
  const size_t prefix = first.size() < kNone.size() ? 0 : first.size() - kNone.size();
  return absl::AsciiStrToLower(value.name().substr(std::min(prefix, value.name().size())));
}

// Adds the fields of `message` that are set, by name: codes and numbers as text, anything greater
// as "present".
void AddFields(const google::protobuf::Message& message, Fields* fields) {
  using google::protobuf::FieldDescriptor;
  std::vector<const FieldDescriptor*> set;
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  reflection.ListFields(message, &set);
  for (const FieldDescriptor* field : set) {
    std::string& value = (*fields)[field->name()];
    if (field->is_repeated()) {
      value = "present";
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
               field->type() != FieldDescriptor::TYPE_BYTES) {
      value = reflection.GetString(message, field);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
      value = reflection.GetBool(message, field) ? "true" : "false";
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      value = CodeOf(*reflection.GetEnum(message, field));
    } else {
      value = "present";
    }
  }
}

// The fields of any event, by its type.
Fields FieldsOf(const EventDraft& draft) {
  Fields fields;
  const google::protobuf::Descriptor* type =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(draft.type);
  if (type == nullptr) return fields;
  const std::unique_ptr<google::protobuf::Message> message(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
  if (message->ParseFromString(draft.public_part)) AddFields(*message, &fields);
  return fields;
}

// The three digits that mass calls show at the front, in Chile behind 56 when the number is whole.
std::string PrefixOf(std::string_view origin) {
  if (origin.starts_with("56") && origin.size() > 9) origin.remove_prefix(2);
  return std::string(origin.substr(0, 3));
}

std::optional<Money> ToMoney(const ev::Money& money) {
  const absl::StatusOr<Currency> currency = Currency::FromCode(money.code());
  if (!currency.ok()) return std::nullopt;
  return Money(money.amount_minor(), *currency);
}

std::string FeeWord(ev::FeeKind kind) {
  // What says nothing is taken for what it usually is.
  if (kind == ev::FEE_KIND_UNSPECIFIED) kind = ev::FEE_KIND_COLLECTION;
  return CodeOf(*ev::FeeKind_descriptor()->FindValueByNumber(kind));
}

ev::Severity SeverityOf(const Finding& finding) {
  return finding.severity() == Finding::HOUSE ? ev::SEVERITY_MINOR : ev::SEVERITY_MAJOR;
}

// An event that another one names: of this append or recorded.
struct Named {
  std::string type;  // short
  std::string public_part;
  Instant at;
  std::string zone;
  int32_t offset_minutes = 0;
};

// One append, judged.
class Append {
 public:
  Append(const eventstore::EventLog* log, const policies::PackSet* packs, Random* random,
         std::vector<EventDraft>& drafts, size_t room)
      : log_(log),
        packs_(packs),
        random_(random),
        drafts_(drafts),
        room_(room),
        stored_contacts_(log, eventstore::ContactLedger::kName),
        stored_cases_(log, eventstore::CaseFiles::kName),
        cases_(&stored_cases_) {}

  absl::Status Judge(size_t index) {
    const EventDraft& draft = drafts_[index];
    const auto about = Read<ev::About>(draft.public_part);
    if (!IsId(about.case_id())) return absl::OkStatus();
    ASSIGN_OR_RETURN(const CaseFile file, CaseBefore(index, about.case_id()));
    const std::vector<std::string> jurisdictions = JurisdictionsOf(*packs_, file);
    if (jurisdictions.empty()) return absl::OkStatus();
    policies::ConductScope scope;
    scope.jurisdictions.assign(jurisdictions.begin(), jurisdictions.end());
    scope.region = file.region();
    for (const std::string& code : file.regimes()) {
      if (IsCircumstance(code)) scope.circumstances.insert(code);
    }

    const std::string_view type = ShortName(draft.type);
    if (type == "ContactCompleted") RETURN_IF_ERROR(JudgeContact(index, file, scope));
    if (type == "FeeCharged") RETURN_IF_ERROR(JudgeCharge(index, file, scope));
    DatedEvent event{.type = std::string(type),
                     .on = DateOf(draft.occurred_at, draft.offset_minutes),
                     .position = {},
                     .fields = FieldsOf(draft)};
    if (type == "BureauReported") {
      event.on = ReadDay(Read<ev::BureauReported>(draft.public_part).date()).value_or(event.on);
    }
    Record(index, file, scope, policies::JudgeEvent(*packs_, scope, EarlierIn(file, about), event));
    return absl::OkStatus();
  }

  // What never happened broke no rule. The violations of contacts are judged with them.
  absl::Status ClearAnnulled(size_t index) {
    EventDraft& draft = drafts_[index];
    const std::string target = Read<ev::EventAnnulled>(draft.public_part).target_event_id();
    ASSIGN_OR_RETURN(const auto contact, eventstore::ReadContact(stored_contacts_, target));
    if (contact.has_value()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const auto standing, eventstore::ReadViolations(stored_contacts_, target));
    if (standing.violations().empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::optional<Named> named, FindNamed(target));
    if (!named) return absl::OkStatus();
    const auto about = Read<ev::About>(named->public_part);
    if (!IsId(about.case_id())) return absl::OkStatus();
    RETURN_IF_ERROR(Expect(about.case_id()));
    GiveId(&draft);
    for (const auto& one : standing.violations()) {
      if (judgement_.consequences.size() == room_) break;
      ev::ViolationCleared cleared;
      cleared.set_violation_event_id(one.event_id());
      cleared.set_rule_id(one.rule_id());
      cleared.set_why(ev::CLEARING_REASON_ANNULLED);
      cleared.set_caused_by_event_id(ToText(*draft.event_id));
      cleared.set_act_event_id(target);
      cleared.set_case_id(about.case_id());
      cleared.set_party_id(about.party_id());
      *cleared.mutable_obligation_ids() = about.obligation_ids();
      Add(cleared, *draft.event_id,
          {.at = named->at, .zone = named->zone, .offset_minutes = named->offset_minutes}, about);
    }
    return absl::OkStatus();
  }

  ConductJudgement Take() { return std::move(judgement_); }

 private:
  void GiveId(EventDraft* draft) {
    if (draft->event_id.has_value()) return;
    draft->event_id = NewEventId(draft->occurred_at, *random_);
    draft->event_id_made = true;
  }

  // The case as the drafts before one leave it.
  absl::StatusOr<CaseFile> CaseBefore(size_t index, const std::string& case_id) {
    RETURN_IF_ERROR(Expect(case_id));
    for (; applied_ < index; ++applied_) {
      EventDraft& draft = drafts_[applied_];
      GiveId(&draft);  // by which the case file tells events apart
      const auto about = Read<ev::About>(draft.public_part);
      if (IsId(about.case_id())) RETURN_IF_ERROR(Expect(about.case_id()));
      eventstore::CaseFiles().Apply(AsRecorded(draft, applied_), cases_);
      RETURN_IF_ERROR(cases_.status());
    }
    ASSIGN_OR_RETURN(std::optional<CaseFile> file, eventstore::ReadCaseFile(cases_, case_id));
    return file.has_value() ? *std::move(file) : CaseFile();
  }

  // The version comes before the facts: an event that falls between makes the append fail. Cases
  // without a law to ask are not expected to stand still.
  absl::Status Expect(const std::string& case_id) {
    if (!known_.insert(case_id).second) return absl::OkStatus();
    const Stream stream = CaseStream(case_id);
    ASSIGN_OR_RETURN(const StreamVersion version, log_->reader().VersionOf(stream));
    ASSIGN_OR_RETURN(const auto file, eventstore::ReadCaseFile(stored_cases_, case_id));
    if (file.has_value() && !file->regimes().empty())
      judgement_.expectations.push_back({stream, version});
    return absl::OkStatus();
  }

  // What happened in the case before.
  static std::vector<DatedEvent> EarlierIn(const CaseFile& file, const ev::About& about) {
    std::vector<DatedEvent> earlier;
    for (const auto& act : file.acts()) {
      const auto& debts = act.obligation_ids();
      const bool ours =
          debts.empty() || about.obligation_ids().empty() ||
          std::find_first_of(debts.begin(), debts.end(), about.obligation_ids().begin(),
                             about.obligation_ids().end()) != debts.end();
      const std::optional<absl::CivilDay> on = ReadDay(act.date());
      if (!ours || !on) continue;
      std::optional<uint64_t> position;  // that of a draft is not known yet
      if (act.position() < kFirstDraft) position = act.position();
      earlier.push_back({act.type(), *on, position, {}});
    }
    return earlier;
  }

  absl::StatusOr<std::optional<Named>> FindNamed(const std::string& id) const {
    const absl::StatusOr<EventId> event_id = ParseEventId(id);
    if (!event_id.ok()) return std::optional<Named>();
    for (const EventDraft& draft : drafts_) {
      if (draft.event_id != *event_id) continue;
      return std::optional<Named>({std::string(ShortName(draft.type)), draft.public_part,
                                   draft.occurred_at, draft.zone, draft.offset_minutes});
    }
    ASSIGN_OR_RETURN(const std::optional<Position> position, log_->reader().FindEvent(*event_id));
    if (!position) return std::optional<Named>();
    ASSIGN_OR_RETURN(const eventstore::RecordedEvent event, log_->reader().ReadEvent(*position));
    return std::optional<Named>({std::string(ShortName(event.header.type())),
                                 event.header.public_payload(), Instant{event.header.occurred_at()},
                                 event.header.zone(), event.header.offset_minutes()});
  }

  absl::Status JudgeContact(size_t index, const CaseFile& file, policies::ConductScope scope) {
    const EventDraft& draft = drafts_[index];
    const auto completed = Read<ev::ContactCompleted>(draft.public_part);
    ASSIGN_OR_RETURN(const std::optional<Named> named, FindNamed(completed.attempt_id()));
    const bool known = named && named->type == "ContactAttempted";
    const auto attempt =
        known ? Read<ev::ContactAttempted>(named->public_part) : ev::ContactAttempted();
    if (RuleInitiator(attempt.initiated_by(), attempt.direction()) != "collector") {
      return absl::OkStatus();
    }
    const std::string_view channel =
        RuleChannel(known ? attempt.channel() : completed.channel(), attempt.place(),
                    attempt.prerecorded(), attempt.direction());
    if (channel.empty()) return absl::OkStatus();

    policies::CompletedContact contact;
    contact.on = known ? DateOf(named->at, named->offset_minutes)
                       : DateOf(draft.occurred_at, draft.offset_minutes);
    const std::string_view outcome = RuleOutcome(completed.reach(), channel);
    const ev::PartyRole role = attempt.party_role() == ev::PARTY_ROLE_UNSPECIFIED
                                   ? completed.party_role()
                                   : attempt.party_role();
    const auto party = policies::ParseWord<policies::Party>(
        role == ev::PARTY_ROLE_UNSPECIFIED ? "debtor" : RuleParty(role));
    contact.channel = *policies::ParseWord<policies::Channel>(channel);
    contact.outcome = *policies::ParseWord<policies::Outcome>(outcome);
    contact.party = *party;
    contact.purpose = *policies::ParseWord<policies::Purpose>(RulePurpose(attempt.purpose()));
    if (completed.reach() == ev::REACH_THIRD_PARTY || completed.reach() == ev::REACH_WRONG_PARTY) {
      contact.other_reached =
          policies::ParseWord<policies::Party>(RuleParty(completed.person_reached_role()));
    }
    contact.first = file.right_party_contacts() == 0;
    contact.reviewed =
        !completed.checks_held().empty() || completed.tone_check() != ev::TONE_CHECK_UNSPECIFIED;
    for (const int disclosure : completed.disclosures_made()) {
      const auto* value = ev::Disclosure_descriptor()->FindValueByNumber(disclosure);
      if (value != nullptr) contact.disclosures.insert(absl::AsciiStrToUpper(CodeOf(*value)));
    }
    contact.checks.insert(completed.checks_held().begin(), completed.checks_held().end());
    AddFields(attempt, &contact.fields);
    AddFields(completed, &contact.fields);
    for (const ev::CodeValue& field : completed.record_fields()) {
      contact.fields[field.name()] = field.value();
    }
    AddRuleWords(draft, attempt, file, channel, outcome, &contact.fields);
    if (attempt.prerecorded() || !attempt.bot_id().empty() || !attempt.campaign_id().empty()) {
      scope.circumstances.insert("mass_or_automated_call");
    }
    Record(index, file, scope, policies::JudgeContact(*packs_, scope, contact));
    return absl::OkStatus();
  }

  // What the record shows of a contact, in the words of rules.
  void AddRuleWords(const EventDraft& draft, const ev::ContactAttempted& attempt,
                    const CaseFile& file, std::string_view channel, std::string_view outcome,
                    Fields* fields) const {
    const auto put = [&](const char* name, std::string_view value) {
      std::string& field = (*fields)[name];
      if (field.empty()) field = value;
    };
    put("at", "present");
    put("agent_id", !attempt.bot_id().empty() ? attempt.bot_id() : draft.actor.id());
    put("creditor_id", file.creditor_id());
    put("party_id", file.party_id());
    put("agent", fields->at("agent_id"));
    put("creditor", fields->at("creditor_id"));
    put("person", fields->at("party_id"));
    if (fields->contains("reach")) put("outcome", outcome);
    (*fields)["channel"] = channel;
    if (!attempt.origin().empty()) put("prefix", PrefixOf(attempt.origin()));
  }

  absl::Status JudgeCharge(size_t index, const CaseFile& file,
                           const policies::ConductScope& scope) {
    const EventDraft& draft = drafts_[index];
    const auto fee = Read<ev::FeeCharged>(draft.public_part);
    const std::optional<Money> amount = ToMoney(fee.amount());
    if (!amount) return absl::OkStatus();
    policies::Charge charge(*amount);
    charge.kind = FeeWord(fee.kind());
    charge.on =
        ReadDay(fee.effective_date()).value_or(DateOf(draft.occurred_at, draft.offset_minutes));
    AddDebt(file, fee, &charge);
    if (const std::optional<Money> base = ToMoney(fee.legal_cap().base())) {
      charge.bases = {{"overdue", *base}, {"instalment", *base}};
    }
    if (fee.legal_cap().has_unit_value()) {
      const ev::IndexedAmount& unit = fee.legal_cap().unit_value();
      charge.unit = unit.code();
      charge.unit_value = IndexValue{unit.index_value_minor(),
                                     static_cast<int>(unit.index_exponent()), amount->currency()};
      charge.unit_value_on = ReadDay(unit.index_date());
    }
    const std::string& rule = fee.legal_cap().rule_id();
    if (!rule.empty()) charge.basis = {IsCircumstance(rule) ? rule : "law"};
    ASSIGN_OR_RETURN(const std::optional<Named> notice, FindNamed(fee.useful_notice_event_id()));
    if (notice && Read<ev::About>(notice->public_part).case_id() == fee.case_id()) {
      charge.useful_notice = DateOf(notice->at, notice->offset_minutes);
    }
    for (const std::string& id : fee.justified_by_event_ids()) {
      ASSIGN_OR_RETURN(const std::optional<Named> act, FindNamed(id));
      if (act && act->at <= draft.occurred_at) charge.acted = true;
    }
    Record(index, file, scope, policies::JudgeCharge(*packs_, scope, charge));
    return absl::OkStatus();
  }

  // The due date that was missed, and what was charged since.
  static void AddDebt(const CaseFile& file, const ev::FeeCharged& fee, policies::Charge* charge) {
    std::map<std::string, std::pair<ev::FeeKind, ev::Money>> charges;  // by fee id
    for (const auto& obligation : file.obligations()) {
      if (obligation.obligation_id() != fee.obligation_id()) continue;
      charge->due = ReadDay(obligation.due_date());
      for (const auto& movement : obligation.movements()) {
        if (movement.kind() != casefile::v1::Movement::CHARGE || movement.reversed()) continue;
        if (movement.effective_date() <= obligation.due_date()) continue;
        charges[movement.id()] = {movement.fee_kind(), movement.amount()};
      }
    }
    charges.erase(fee.fee_id());
    for (const auto& [id, one] : charges) {
      const std::optional<Money> amount = ToMoney(one.second);
      if (!amount || amount->currency() != charge->amount.currency()) continue;
      const auto [sum, added] = charge->charged_before.emplace(FeeWord(one.first), *amount);
      if (added) continue;
      // A sum that does not fit is above every cap: the greatest one stands for it.
      const absl::StatusOr<Money> more = sum->second.Plus(*amount);
      sum->second = more.ok() ? *more : std::max(sum->second, *amount, [](Money a, Money b) {
        return a.minor() < b.minor();
      });
    }
  }

  // Adds a violation for each rule that the draft broke.
  void Record(size_t index, const CaseFile& file, const policies::ConductScope& scope,
              const absl::StatusOr<Verdict>& verdict) {
    EventDraft& draft = drafts_[index];
    if (!verdict.ok()) {
      Log(LogLevel::kWarning, "conduct could not be judged",
          {{"type", draft.type}, {"why", std::string(verdict.status().message())}});
      return;
    }
    if (verdict->outcome() != Verdict::DENY) return;
    const auto about = Read<ev::About>(draft.public_part);
    Verdict kept = *verdict;
    ShortenVerdict(&kept);
    for (const Finding& finding : verdict->findings()) {
      if (finding.result() != Finding::FAIL || finding.severity() == Finding::REVIEW) continue;
      if (judgement_.consequences.size() == room_) {
        Log(LogLevel::kWarning, "an append breaks more rules than one append can say");
        return;
      }
      GiveId(&draft);
      ev::ViolationDetected violation;
      violation.set_jurisdiction(finding.jurisdiction());
      violation.set_rule_id(finding.rule_id());
      violation.mutable_pack()->set_id(finding.pack());
      violation.mutable_pack()->set_version(finding.pack_version());
      violation.add_event_ids(ToText(*draft.event_id));
      violation.set_count(finding.count());
      violation.set_limit(finding.limit());
      violation.set_severity(SeverityOf(finding));
      *violation.mutable_verdict() = kept;
      violation.set_case_id(about.case_id());
      violation.set_party_id(about.party_id());
      violation.set_party_role(about.party_role());
      *violation.mutable_obligation_ids() = about.obligation_ids();
      violation.set_creditor_id(file.creditor_id());
      violation.set_agent_id(about.agent_id());
      violation.set_campaign_id(about.campaign_id());
      violation.mutable_regimes()->Assign(scope.jurisdictions.begin(), scope.jurisdictions.end());

      Add(violation, *draft.event_id,
          {.at = draft.occurred_at, .zone = draft.zone, .offset_minutes = draft.offset_minutes},
          about);
    }
  }

  // When and where the act was that a consequence is about.
  struct Moment {
    Instant at;
    std::string zone;
    int32_t offset_minutes = 0;
  };

  template <typename Payload>
  void Add(const Payload& payload, const EventId& cause, const Moment& moment,
           const ev::About& about) {
    EventDraft consequence;
    consequence.type = payload.GetDescriptor()->full_name();
    consequence.occurred_at = moment.at;
    consequence.zone = moment.zone;
    consequence.offset_minutes = moment.offset_minutes;
    consequence.actor.set_kind(ledger::v1::SYSTEM);
    consequence.actor.set_id(eventstore::kOwnSource);
    consequence.causation_id = cause;
    consequence.public_part = payload.SerializeAsString();
    consequence.streams = {CaseStream(about.case_id())};
    if (IsId(about.party_id())) consequence.streams.push_back(DebtorStream(about.party_id()));
    consequence.retention_class = "contact";
    consequence.consequence = true;
    judgement_.consequences.push_back(std::move(consequence));
  }

  const eventstore::EventLog* const log_;
  const policies::PackSet* const packs_;
  Random* const random_;
  std::vector<EventDraft>& drafts_;
  const size_t room_;
  const eventstore::StoredRows stored_contacts_;
  const eventstore::StoredRows stored_cases_;
  eventstore::AppendedRows cases_;  // with the first drafts applied
  size_t applied_ = 0;
  std::set<std::string> known_;  // cases whose version was read
  ConductJudgement judgement_;
};

}  // namespace

JudgeConduct::JudgeConduct(const eventstore::EventLog* log, const policies::PackSet* packs,
                           Random* random)
    : log_(log), packs_(packs), random_(random) {
  for (const policies::PackSet::Member& member : packs->members()) {
    for (const policies::ConductRule& rule : member.book.conduct) {
      if (const auto* wait = std::get_if<policies::Wait>(&rule.kind)) {
        asked_.insert(wait->before.begin(), wait->before.end());
      } else if (const auto* fields = std::get_if<policies::RecordField>(&rule.kind)) {
        asked_.insert(fields->of.begin(), fields->of.end());
        if (fields->of.empty()) asked_.insert("ContactCompleted");
      } else if (std::holds_alternative<policies::Content>(rule.kind)) {
        asked_.insert("ContactCompleted");
      } else if (std::holds_alternative<policies::AmountCap>(rule.kind)) {
        asked_.insert("FeeCharged");
      }
    }
  }
  // What a contract told is no act of whoever collects; whole portfolios arrive without saying.
  asked_.erase("ObligationPlaced");
}

absl::StatusOr<ConductJudgement> JudgeConduct::Run(std::vector<EventDraft>& drafts,
                                                   size_t room) const {
  Append append(log_, packs_, random_, drafts, room);
  for (size_t i = 0; i < drafts.size(); ++i) {
    const std::string_view type = ShortName(drafts[i].type);
    if (asked_.contains(type)) RETURN_IF_ERROR(append.Judge(i));
    if (type == "EventAnnulled") RETURN_IF_ERROR(append.ClearAnnulled(i));
  }
  return append.Take();
}

std::vector<std::string> JurisdictionsOf(const policies::PackSet& packs, const CaseFile& file) {
  std::vector<std::string> loaded;
  for (const std::string& regime : file.regimes()) {
    if (packs.Select({regime}).ok()) loaded.push_back(regime);
  }
  if (!loaded.empty() && packs.Select({kHouse}).ok()) loaded.push_back(kHouse);
  return loaded;
}

absl::StatusOr<std::vector<policies::DutyStanding>> DutiesOf(const policies::PackSet& packs,
                                                             const CaseFile& file,
                                                             absl::CivilDay now) {
  const std::vector<std::string> jurisdictions = JurisdictionsOf(packs, file);
  policies::ConductScope scope;
  scope.jurisdictions.assign(jurisdictions.begin(), jurisdictions.end());
  scope.region = file.region();
  for (const std::string& code : file.regimes()) {
    if (IsCircumstance(code)) scope.circumstances.insert(code);
  }
  std::vector<DatedEvent> events;
  for (const auto& act : file.acts()) {
    if (const auto on = ReadDay(act.date())) {
      events.push_back({act.type(), *on, act.position(), {}});
    }
  }
  return policies::ListDuties(packs, scope, events, now);
}

}  // namespace constancia::api
