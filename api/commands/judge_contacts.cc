#include "api/commands/judge_contacts.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/commands/contact_facts.h"
#include "api/commands/drafts.h"
#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/correction.pb.h"
#include "constancia/event/v1/gate.pb.h"
#include "constancia/event/v1/portfolio.pb.h"
#include "constancia/event/v1/values.pb.h"
#include "core/base/log.h"
#include "core/base/status.h"
#include "core/event/public_string.h"
#include "core/event/stream.h"
#include "core/event/uuid.h"
#include "eventstore/projections/case_file/case_file.h"
#include "eventstore/projections/contact_ledger/contact_ledger.h"
#include "eventstore/projections/contact_ledger/contact_rows.h"
#include "policies/engine/evaluate.h"

namespace constancia::api {
namespace {

namespace ev = event::v1;
using casefile::v1::LedgerContact;
using counsel::v1::Finding;
using counsel::v1::Proposal;
using counsel::v1::Verdict;
using eventstore::AppendedRows;
using eventstore::ContactLedger;
using eventstore::EventDraft;
using eventstore::StoredRows;
using eventstore::Touched;
namespace contact_row = eventstore::contact_row;

constexpr int64_t kForEver = std::numeric_limits<int64_t>::max();
// Of what was counted, that much is kept with a finding and named by a violation.
constexpr int kPositionsMax = 32;

template <typename Payload>
bool Is(const EventDraft& draft) {
  return draft.type == ToStd(Payload::descriptor()->full_name());
}

// What says which law and which debts a case is under.
bool ShapesCase(const EventDraft& draft) {
  return Is<ev::CaseOpened>(draft) || Is<ev::ObligationPlaced>(draft);
}

// The contacts of one person to be judged: those that begin in one of the spans.
struct Matter {
  struct Span {
    int64_t from = 0;
    int64_t to = 0;
    size_t draft = 0;  // what touched them
  };
  std::vector<Span> spans;
  // Contacts that drafts put in, changed or took out, by event id.
  std::map<std::string, size_t> changed;

  int64_t From() const {
    int64_t from = kForEver;
    for (const Span& span : spans) from = std::min(from, span.from);
    return from;
  }
  int64_t To() const {
    int64_t to = 0;
    for (const Span& span : spans) to = std::max(to, span.to);
    return to;
  }
  // The draft for which a contact is judged; nothing when it is not.
  std::optional<size_t> CauseOf(const LedgerContact& contact, const std::string& id) const {
    if (const auto found = changed.find(id); found != changed.end()) return found->second;
    for (const Span& span : spans) {
      if (span.from <= contact.contact().at_micros() && contact.contact().at_micros() < span.to)
        return span.draft;
    }
    return std::nullopt;
  }
};
using Matters = std::map<std::string, Matter>;  // by person

// One append, judged.
class Append {
 public:
  Append(const JudgeContacts::Uses& uses, std::vector<EventDraft>& drafts)
      : uses_(uses),
        drafts_(drafts),
        stored_contacts_(uses.log, ContactLedger::kName),
        stored_cases_(uses.log, eventstore::CaseFiles::kName) {}

  absl::StatusOr<Judgement> Judge() {
    for (EventDraft& draft : drafts_) {
      if (!draft.event_id.has_value()) {
        draft.event_id = NewEventId(draft.occurred_at, *uses_.random);
        draft.event_id_made = true;
      }
      for (const Stream& stream : draft.streams) {
        if (stream.kind == ledger::v1::STREAM_KIND_DEBTOR ||
            stream.kind == ledger::v1::STREAM_KIND_CASE)
          grounds_.insert(stream);
      }
    }
    // The versions come before the rows: an event that falls between the two makes the append fail.
    // When more people or cases are found on the way, all is looked at from the start.
    while (versions_.size() < grounds_.size() || contacts_ == nullptr) {
      RETURN_IF_ERROR(ReadVersions());
      RETURN_IF_ERROR(Apply());
      ContactFacts facts(contacts_.get(), cases_.get(), uses_.packs);
      for (const auto& [person, matter] : matters_) {
        RETURN_IF_ERROR(JudgePerson(person, matter, facts));
      }
    }
    for (const auto& [stream, version] : versions_) {
      judgement_.expectations.push_back({.stream = stream, .version = version});
    }
    return std::move(judgement_);
  }

 private:
  absl::Status ReadVersions() {
    for (const Stream& stream : grounds_) {
      if (versions_.contains(stream)) continue;
      ASSIGN_OR_RETURN(versions_[stream], uses_.log->reader().VersionOf(stream));
    }
    return absl::OkStatus();
  }

  // Applies the drafts ahead of the log and notes what they touch.
  absl::Status Apply() {
    contacts_ = std::make_unique<AppendedRows>(&stored_contacts_);
    cases_ = std::make_unique<AppendedRows>(&stored_cases_);
    matters_.clear();
    judgement_ = Judgement();
    for (size_t i = 0; i < drafts_.size(); ++i) {
      const EventDraft& draft = drafts_[i];
      const eventstore::RecordedEvent event = AsRecorded(draft, i);
      // Nobody can have spoken yet of an event whose id was made just now: its place is not looked
      // for.
      if (draft.event_id_made) contacts_->Delete(contact_row::Event(draft.event_id->view()));
      std::vector<Touched> touched;
      ContactLedger::Fold(event, *contacts_, &touched);
      if (ShapesCase(draft)) {
        eventstore::CaseFiles().Apply(event, *cases_);
        RETURN_IF_ERROR(TouchCase(i));
      }
      for (const Touched& one : touched) RETURN_IF_ERROR(Touch(one, i));
    }
    RETURN_IF_ERROR(contacts_->status());
    return cases_->status();
  }

  // The judgement rests on what stands about a person or in a case. What has no id has no stream,
  // hence nothing that could move.
  void RestOn(Stream stream) {
    if (IsId(stream.name)) grounds_.insert(std::move(stream));
  }

  void AddSpan(const std::string& person, int64_t from, int64_t to, size_t draft) {
    if (!IsId(person)) return;
    RestOn(DebtorStream(person));
    matters_[person].spans.push_back({from, to, draft});
  }

  absl::Status Touch(const Touched& touched, size_t draft) {
    const int64_t at = touched.at.micros;
    if (touched.missing) {
      if (const auto id = ParseEventId(touched.contact_id); id.ok()) judgement_.missing.insert(*id);
      return absl::OkStatus();
    }
    if (!touched.contact_id.empty()) {
      AddSpan(touched.person, at, touched.for_ever ? kForEver : at + kFactsReachMicros, draft);
      const auto matter = matters_.find(touched.person);
      if (matter != matters_.end()) matter->second.changed.emplace(touched.contact_id, draft);
      return absl::OkStatus();
    }
    // Whom a record binds: the person it names, whom its event names, and everybody in its case.
    ASSIGN_OR_RETURN(std::set<std::string> persons, PersonsOf(drafts_[draft]));
    if (!touched.person.empty()) persons.insert(touched.person);
    RETURN_IF_ERROR(AddPersonsIn(touched.case_id, &persons));
    for (const std::string& person : persons) AddSpan(person, at, kForEver, draft);
    return absl::OkStatus();
  }

  // A case that is opened, or gains a debt, is one whose contacts can be judged now: all of them
  // when nobody could be asked about them before, else those from when the debt is there.
  absl::Status TouchCase(size_t draft) {
    ASSIGN_OR_RETURN(const std::set<std::string> persons, PersonsOf(drafts_[draft]));
    ev::About about;
    about.ParseFromString(drafts_[draft].public_part);
    ContactFacts before(&stored_contacts_, &stored_cases_, uses_.packs);
    ASSIGN_OR_RETURN(const casefile::v1::CaseFile* file, before.Case(about.case_id()));
    const bool asked =
        file != nullptr && !file->obligations().empty() && !before.Jurisdictions(*file).empty();
    const Instant from{asked ? drafts_[draft].occurred_at.micros : 0};
    for (const std::string& person : persons) {
      RestOn(DebtorStream(person));
      ASSIGN_OR_RETURN(const std::vector<LedgerContact> contacts,
                       eventstore::ReadContacts(*contacts_, person, from, {kForEver}));
      for (const LedgerContact& contact : contacts) {
        const int64_t at = contact.contact().at_micros();
        if (contact.case_id() == about.case_id())
          AddSpan(person, at, at + kFactsReachMicros, draft);
      }
    }
    return absl::OkStatus();
  }

  // Whom a draft can concern: those it names and everybody in its case.
  absl::StatusOr<std::set<std::string>> PersonsOf(const EventDraft& draft) {
    std::set<std::string> persons;
    ev::About about;  // these fields have the same numbers in every event
    about.ParseFromString(draft.public_part);
    if (!about.party_id().empty()) persons.insert(about.party_id());
    for (const Stream& stream : draft.streams) {
      if (stream.kind == ledger::v1::STREAM_KIND_DEBTOR) persons.insert(stream.name);
    }
    RETURN_IF_ERROR(AddPersonsIn(about.case_id(), &persons));
    return persons;
  }

  absl::Status AddPersonsIn(std::string_view case_id, std::set<std::string>* persons) {
    if (case_id.empty()) return absl::OkStatus();
    RestOn(CaseStream(case_id));
    ASSIGN_OR_RETURN(const auto file, eventstore::ReadCaseFile(*cases_, case_id));
    if (!file.has_value()) return absl::OkStatus();
    if (!file->party_id().empty()) persons->insert(file->party_id());
    for (const auto& party : file->parties()) persons->insert(party.party_id());
    return absl::OkStatus();
  }

  absl::Status JudgePerson(const std::string& person, const Matter& matter, ContactFacts& facts) {
    ASSIGN_OR_RETURN(std::vector<LedgerContact> contacts,
                     eventstore::ReadContacts(*contacts_, person, {matter.From()}, {matter.To()}));
    std::set<std::string> gone;
    for (const auto& [id, draft] : matter.changed) gone.insert(id);
    bool reaches_back = false;
    for (size_t i = 0; i < contacts.size(); ++i) {
      const auto raw = EventId::From(contacts[i].event_id());
      const std::string id = raw.has_value() ? ToText(*raw) : std::string();
      gone.erase(id);
      const std::optional<size_t> cause = matter.CauseOf(contacts[i], id);
      if (!cause.has_value()) continue;
      RestOn(CaseStream(contacts[i].case_id()));
      ASSIGN_OR_RETURN(const std::optional<Proposal> proposal, facts.Propose(contacts[i]));
      if (proposal.has_value() && !reaches_back) {
        // What came before is read once somebody can be asked: a person may have been contacted
        // often.
        ASSIGN_OR_RETURN(std::vector<LedgerContact> before, ReadBefore(person, matter.From()));
        i += before.size();
        std::move(contacts.begin(), contacts.end(), std::back_inserter(before));
        contacts = std::move(before);
        reaches_back = true;
      }
      RETURN_IF_ERROR(JudgeContact(contacts[i], id, proposal, *cause, matter.changed.contains(id),
                                   std::span(contacts).first(i), facts));
    }
    for (const std::string& id : gone) RETURN_IF_ERROR(ClearGone(id, matter));
    return absl::OkStatus();
  }

  // The contacts of the reach before `from`.
  absl::StatusOr<std::vector<LedgerContact>> ReadBefore(const std::string& person, int64_t from) {
    const int64_t since = from - std::min(from, kFactsReachMicros);
    return eventstore::ReadContacts(*contacts_, person, {since}, {from});
  }

  // `proposal`: what counsel is asked, if anybody can be. `own`: a draft records or changes the
  // contact itself.
  absl::Status JudgeContact(const LedgerContact& contact, const std::string& id,
                            const std::optional<Proposal>& proposal, size_t cause, bool own,
                            std::span<const LedgerContact> earlier, ContactFacts& facts) {
    std::optional<Verdict> verdict;
    if (proposal.has_value()) {
      ASSIGN_OR_RETURN(const counsel::v1::Facts known, facts.Recall(contact, *proposal, earlier));
      absl::StatusOr<Verdict> judged = policies::Evaluate(*uses_.packs, known, *proposal);
      if (!judged.ok()) {
        // A fact is never refused: that it could not be judged is the operator's to mend.
        Log(LogLevel::kWarning, "a contact could not be judged",
            {{"event_id", id}, {"why", std::string(judged.status().message())}});
        return absl::OkStatus();
      }
      verdict = *std::move(judged);
    }
    casefile::v1::StandingViolations standing;
    const bool recorded = contact.contact().position() < kFirstDraft;
    if (recorded) {
      ASSIGN_OR_RETURN(standing, eventstore::ReadViolations(*contacts_, id));
    }
    std::set<std::string> broken;
    if (verdict.has_value() && verdict->outcome() == Verdict::DENY) {
      // Every finding is heeded, also where the verdict that is kept with them is shortened.
      const auto findings = verdict->findings();
      Tidy(*verdict);
      ShortenVerdict(&*verdict);
      ev::PartyRole role = contact.party_role();
      if (role == ev::PARTY_ROLE_UNSPECIFIED) {
        ASSIGN_OR_RETURN(const casefile::v1::CaseFile* file, facts.Case(contact.case_id()));
        role = RoleIn(*file, proposal->person());
      }
      for (const Finding& finding : findings) {
        if (finding.result() != Finding::FAIL || finding.severity() == Finding::REVIEW) continue;
        if (!broken.insert(finding.rule_id()).second || Stands(standing, finding.rule_id()))
          continue;
        // Raised against a contact that was recorded before, by facts that came after it.
        Raise(contact, id, role, *proposal, *verdict, finding, earlier, cause, recorded && !own);
      }
    }
    for (const auto& one : standing.violations()) {
      if (!broken.contains(one.rule_id())) Clear(contact, one, id, cause);
    }
    return absl::OkStatus();
  }

  // A contact that is no longer there, or stands without the person, breaks nothing.
  absl::Status ClearGone(const std::string& id, const Matter& matter) {
    ASSIGN_OR_RETURN(const auto moved, eventstore::ReadContact(*contacts_, id));
    if (moved.has_value()) return absl::OkStatus();  // to another person, who is judged as well
    ASSIGN_OR_RETURN(const auto before, eventstore::ReadContact(stored_contacts_, id));
    if (!before.has_value()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const auto standing, eventstore::ReadViolations(*contacts_, id));
    for (const auto& one : standing.violations()) Clear(*before, one, id, matter.changed.at(id));
    return absl::OkStatus();
  }

  static bool Stands(const casefile::v1::StandingViolations& standing, std::string_view rule) {
    return std::any_of(standing.violations().begin(), standing.violations().end(),
                       [&](const auto& one) { return one.rule_id() == rule; });
  }

  // Makes a verdict fit beside the fact it judges, however much was counted: a fact is never
  // refused for its size. Positions that are not given yet are left out, and with them the digest
  // of facts that nobody could repeat.
  static void Tidy(Verdict& verdict) {
    bool repeatable = true;
    for (Finding& finding : *verdict.mutable_findings()) {
      auto* positions = finding.mutable_positions();
      const auto unknown = std::remove_if(positions->begin(), positions->end(),
                                          [](uint64_t one) { return one >= kFirstDraft; });
      if (unknown != positions->end()) {
        positions->Truncate(static_cast<int>(unknown - positions->begin()));
        repeatable = false;
      }
      if (positions->size() > kPositionsMax) positions->Truncate(kPositionsMax);
    }
    if (!repeatable) verdict.clear_facts_digest();
  }

  static ev::Severity SeverityOf(const Finding& finding) {
    if (finding.severity() == Finding::HOUSE) return ev::SEVERITY_MINOR;
    // Contact after a suit, an insolvency or a cease, and disclosure to a third party.
    const bool gravest = finding.severity() == Finding::PROHIBITION && finding.step() <= 2;
    return gravest ? ev::SEVERITY_CRITICAL : ev::SEVERITY_MAJOR;
  }

  void Raise(const LedgerContact& contact, const std::string& id, ev::PartyRole role,
             const Proposal& proposal, const Verdict& verdict, const Finding& finding,
             std::span<const LedgerContact> earlier, size_t cause, bool unknowable) {
    ev::ViolationDetected violation;
    violation.set_jurisdiction(finding.jurisdiction());
    violation.set_rule_id(finding.rule_id());
    violation.mutable_pack()->set_id(finding.pack());
    violation.mutable_pack()->set_version(finding.pack_version());
    violation.add_event_ids(id);
    for (const LedgerContact& other : earlier) {
      if (violation.event_ids_size() > kPositionsMax) break;
      const auto& counted = finding.positions();
      if (std::find(counted.begin(), counted.end(), other.contact().position()) == counted.end())
        continue;
      if (const auto raw = EventId::From(other.event_id())) violation.add_event_ids(ToText(*raw));
    }
    violation.set_count(finding.count());
    violation.set_limit(finding.limit());
    violation.set_severity(SeverityOf(finding));
    violation.set_unknowable_at_the_time(unknowable);
    violation.set_ungoverned(contact.ungoverned());
    *violation.mutable_verdict() = verdict;
    violation.set_case_id(contact.case_id());
    violation.set_party_id(proposal.person());
    violation.set_party_role(role);
    *violation.mutable_obligation_ids() = contact.contact().debts();
    violation.set_creditor_id(proposal.creditor());
    violation.set_agent_id(contact.agent_id());
    violation.set_campaign_id(contact.campaign_id());
    *violation.mutable_regimes() = proposal.jurisdictions();
    Add(violation, contact, cause);
  }

  void Clear(const LedgerContact& contact, const casefile::v1::StandingViolation& standing,
             const std::string& id, size_t cause) {
    ev::ViolationCleared cleared;
    cleared.set_violation_event_id(standing.event_id());
    cleared.set_rule_id(standing.rule_id());
    cleared.set_why(Is<ev::EventAnnulled>(drafts_[cause])    ? ev::CLEARING_REASON_ANNULLED
                    : Is<ev::EventCorrected>(drafts_[cause]) ? ev::CLEARING_REASON_CORRECTED
                                                             : ev::CLEARING_REASON_LATE_FACT);
    cleared.set_caused_by_event_id(ToText(*drafts_[cause].event_id));
    cleared.set_act_event_id(id);
    cleared.set_case_id(contact.case_id());
    cleared.set_party_id(contact.contact().person());
    *cleared.mutable_obligation_ids() = contact.contact().debts();
    Add(cleared, contact, cause);
  }

  // A breach found late is dated by the contact and discovered when it is recorded.
  template <typename Payload>
  void Add(const Payload& payload, const LedgerContact& contact, size_t cause) {
    if (judgement_.consequences.size() == eventstore::kAppendConsequencesMax) {
      Log(LogLevel::kWarning, "an append changes more violations than one append can say");
      return;
    }
    EventDraft draft;
    draft.type = std::string(payload.GetDescriptor()->full_name());
    draft.occurred_at = {contact.contact().at_micros()};
    draft.zone = contact.zone();
    if (const auto zone = uses_.zones->Find(draft.zone); zone.ok())
      draft.offset_minutes = OffsetMinutes(*zone, draft.occurred_at);
    draft.actor.set_kind(ledger::v1::SYSTEM);
    draft.actor.set_id(eventstore::kOwnSource);
    draft.causation_id = drafts_[cause].event_id;
    draft.public_part = payload.SerializeAsString();
    if (IsId(contact.case_id())) draft.streams.push_back(CaseStream(contact.case_id()));
    draft.streams.push_back(DebtorStream(contact.contact().person()));
    draft.retention_class = "contact";
    draft.consequence = true;
    judgement_.consequences.push_back(std::move(draft));
  }

  const JudgeContacts::Uses& uses_;
  std::vector<EventDraft>& drafts_;
  const StoredRows stored_contacts_;
  const StoredRows stored_cases_;
  std::set<Stream> grounds_;  // streams of the persons and cases that the judgement rests on
  std::map<Stream, StreamVersion> versions_;
  std::unique_ptr<AppendedRows> contacts_;  // with the drafts applied
  std::unique_ptr<AppendedRows> cases_;
  Matters matters_;
  Judgement judgement_;
};

}  // namespace

bool JudgeContacts::Concerns(const std::vector<EventDraft>& drafts) {
  return std::any_of(drafts.begin(), drafts.end(), [](const EventDraft& draft) {
    return ContactLedger::Reads(draft.type) || ShapesCase(draft);
  });
}

absl::StatusOr<Judgement> JudgeContacts::Run(std::vector<EventDraft>& drafts) const {
  if (!Concerns(drafts)) return Judgement();
  return Append(uses_, drafts).Judge();
}

}  // namespace constancia::api
