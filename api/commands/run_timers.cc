#include "api/commands/run_timers.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/commands/messages.h"
#include "constancia/event/v1/gate.pb.h"
#include "constancia/event/v1/negotiation.pb.h"
#include "constancia/event/v1/rights.pb.h"
#include "core/base/civil_date.h"
#include "core/base/log.h"
#include "core/base/status.h"
#include "core/case/promise.h"
#include "core/event/uuid.h"
#include "policies/calendar/business_days.h"
#include "policies/calendar/holiday_calendar.h"
#include "policies/calendar/zones.h"
#include "policies/life_cycle/answer_time.h"
#include "policies/life_cycle/evaluate.h"

namespace constancia::api {
namespace {

namespace ev = event::v1;
using eventstore::Due;
using eventstore::DueKind;
using eventstore::EventDraft;

// An event recorded a moment before the last reading may have been applied a moment after it.
constexpr int64_t kSlackMicros = 60 * kMicrosPerSecond;
constexpr int64_t kDayMicros = 86'400 * kMicrosPerSecond;
constexpr int64_t kRetryMicros = 10 * kMicrosPerSecond;
constexpr char kDisputeDuty[] = "HOUSE-dispute-resolve";

ledger::v1::Actor Server() {
  ledger::v1::Actor actor;
  actor.set_kind(ledger::v1::SYSTEM);
  actor.set_id(eventstore::kOwnSource);
  return actor;
}

std::optional<absl::CivilDay> ParseDay(const std::string& text) {
  const auto date = CivilDate::Parse(text);
  if (!date.ok()) return std::nullopt;
  return absl::CivilDay(date->year, date->month, date->day);
}

template <typename Payload>
std::optional<policies::Act<Payload>> FindAct(const policies::CaseHistory& history,
                                              const std::string& event_id) {
  for (auto& act : history.All<Payload>()) {
    if (act.event_id == event_id) return std::move(act);
  }
  return std::nullopt;
}

// Region of holidays, of a case.
const std::string& RegionOf(const CaseAtDesk& at_desk) { return at_desk.file.region(); }

std::string CountryOf(const CaseAtDesk& at_desk) {
  const auto countries = policies::CountriesOf(at_desk.file);
  return countries.empty() ? "" : countries.front();
}

ev::DutyCreated MakeDuty(const CaseAtDesk& at_desk, std::string_view rule, absl::CivilDay deadline,
                         const std::string& cause) {
  ev::DutyCreated duty;
  duty.set_duty(std::string(rule));
  duty.set_rule_id(std::string(rule));
  duty.set_deadline(absl::FormatCivilTime(deadline));
  duty.set_caused_by_event_id(cause);
  duty.set_case_id(at_desk.file.case_id());
  duty.set_party_id(at_desk.file.party_id());
  *duty.mutable_regimes() = at_desk.file.regimes();
  return duty;
}

// What shows that a duty was done by its deadline, by what it came from.
std::optional<std::pair<std::string, int64_t>> Fulfilment(
    const policies::CaseHistory& history, const policies::Act<ev::DutyCreated>& duty,
    absl::CivilDay deadline) {
  std::optional<std::pair<std::string, int64_t>> first;
  const auto take = [&](const auto& acts, const auto& matches) {
    for (const auto& act : acts) {
      if (!matches(act.payload) || act.date > deadline) continue;
      if (!first.has_value() || act.at_micros < first->second)
        first = std::make_pair(act.event_id, act.at_micros);
    }
  };
  const std::string& cause = duty.payload.caused_by_event_id();
  const auto complaint = FindAct<ev::ComplaintReceived>(history, cause);
  if (complaint.has_value()) {
    const auto same = [&](const auto& payload) {
      return payload.complaint_id() == complaint->payload.complaint_id();
    };
    take(history.All<ev::ComplaintAnswered>(), same);
    take(history.All<ev::ComplaintClosed>(), same);
    if (duty.payload.rule_id() == policies::AcknowledgementTime().rule_id)
      take(history.All<ev::ComplaintAcknowledged>(), same);
  }
  const auto dispute = FindAct<ev::DisputeOpened>(history, cause);
  if (dispute.has_value()) {
    take(history.All<ev::DisputeResolved>(), [&](const auto& payload) {
      return payload.dispute_id() == dispute->payload.dispute_id();
    });
  }
  return first;
}

}  // namespace

absl::StatusOr<RunTimers::Done> RunTimers::Append(
    const Due& due, std::vector<EventDraft> drafts,
    std::vector<eventstore::Expectation> expectations) const {
  Done done;
  const size_t events = drafts.size();
  eventstore::AppendRequest append;
  append.source = eventstore::kOwnSource;
  append.request_id =
      absl::StrCat("timer-", std::string(1, static_cast<char>(due.kind)), "-", due.event_id);
  append.drafts = std::move(drafts);
  append.expectations = std::move(expectations);
  const auto result = uses_.desk->log()->AppendAndWait(std::move(append));
  if (result.ok()) {
    done.events = result->repeated ? 0 : events;
    return done;
  }
  const auto reason = ReasonOf(result.status());
  // Recorded before, as things stood then.
  if (reason == error::v1::IDEMPOTENCY_CONFLICT) return done;
  if (reason == error::v1::STREAM_MOVED || reason == error::v1::QUEUE_FULL) {
    done.again = Instant{0};
    return done;
  }
  return result.status();
}

absl::StatusOr<RunTimers::Done> RunTimers::LapsePermit(const Due& due) const {
  const eventstore::LogReader& reader = uses_.desk->log()->reader();
  ASSIGN_OR_RETURN(const EventId id, ParseEventId(due.event_id));
  ASSIGN_OR_RETURN(const auto position, reader.FindEvent(id));
  if (!position.has_value()) return Done();
  ASSIGN_OR_RETURN(const eventstore::RecordedEvent event, reader.ReadEvent(*position));
  ev::PermitGranted granted;
  granted.ParseFromString(event.header.public_payload());
  const Stream debtor{ledger::v1::STREAM_KIND_DEBTOR, granted.party_id()};
  ASSIGN_OR_RETURN(const StreamVersion version, reader.VersionOf(debtor));
  const eventstore::StoredRows rows(uses_.desk->log(), eventstore::DueTimes::kName);
  ASSIGN_OR_RETURN(const bool still, eventstore::IsDue(rows, due));
  if (!still) return Done();
  ev::PermitExpired expired;
  expired.set_permit_id(due.event_id);
  *expired.mutable_expired_at() = granted.expires_at();
  expired.set_case_id(granted.case_id());
  expired.set_party_id(granted.party_id());
  expired.set_party_role(granted.party_role());
  *expired.mutable_obligation_ids() = granted.obligation_ids();
  CaseAtDesk at_desk(granted.case_id());
  at_desk.file.set_case_id(granted.case_id());
  at_desk.file.set_party_id(granted.party_id());
  ASSIGN_OR_RETURN(at_desk.zone, uses_.desk->FindZone(event.header.zone(), "zone"));
  at_desk.zone_name = event.header.zone();
  ASSIGN_OR_RETURN(const Instant at, ToInstant(granted.expires_at(), "expires_at"));
  ASSIGN_OR_RETURN(EventDraft draft, uses_.desk->Draft(at_desk, at, Server(), expired));
  draft.causation_id = id;
  std::vector<EventDraft> drafts;
  drafts.push_back(std::move(draft));
  return Append(due, std::move(drafts), {{.stream = debtor, .version = version}});
}

absl::StatusOr<RunTimers::Done> RunTimers::EndPromise(const Due& due, const CaseAtDesk& at_desk,
                                                      Instant now) const {
  const auto& promises = at_desk.file.promises();
  const auto promise = std::find_if(
      promises.begin(), promises.end(),
      [&due](const casefile::v1::PromiseFile& one) { return one.made_event_id() == due.event_id; });
  if (promise == promises.end()) return Done();
  const auto due_date = ParseDay(promise->due_date());
  if (!due_date.has_value()) return Done();
  const PromiseTerms terms = {.grace_days = at_desk.policy.Number("promise.grace_days"),
                              .tolerance_bps = at_desk.policy.Number("promise.tolerance_bps")};
  const absl::CivilDay after = *due_date + terms.grace_days + 1;
  const Instant end = policies::FirstInstantOf(after, at_desk.zone);
  if (now < end) return Done{.events = 0, .again = end};
  const PromiseJudgement judgement = JudgePromise(*promise, terms, absl::FormatCivilTime(after));
  const auto fill = [&](auto payload) -> absl::StatusOr<EventDraft> {
    payload.set_promise_id(promise->promise_id());
    if (judgement.paid_minor > 0) {
      payload.mutable_paid()->set_amount_minor(judgement.paid_minor);
      payload.mutable_paid()->set_code(promise->amount().code());
    }
    payload.set_paid_late(judgement.paid_late);
    payload.set_case_id(at_desk.file.case_id());
    payload.set_party_id(at_desk.file.party_id());
    *payload.mutable_obligation_ids() = promise->obligation_ids();
    payload.set_creditor_id(at_desk.file.creditor_id());
    return uses_.desk->Draft(at_desk, end, Server(), payload);
  };
  absl::StatusOr<EventDraft> draft;
  switch (judgement.state) {
    case casefile::v1::PromiseFile::KEPT:
      draft = fill(ev::PromiseKept());
      break;
    case casefile::v1::PromiseFile::PARTIALLY_KEPT:
      draft = fill(ev::PromisePartiallyKept());
      break;
    case casefile::v1::PromiseFile::BROKEN:
      draft = fill(ev::PromiseBroken());
      break;
    default:
      return Done();
  }
  if (!draft.ok()) return draft.status();
  ASSIGN_OR_RETURN(draft->causation_id, ParseEventId(due.event_id));
  std::vector<EventDraft> drafts;
  drafts.push_back(*std::move(draft));
  return Append(due, std::move(drafts), at_desk.expectations);
}

absl::StatusOr<RunTimers::Done> RunTimers::BeginDuties(const Due& due,
                                                       const CaseAtDesk& at_desk) const {
  const std::string country = CountryOf(at_desk);
  const std::string& region = RegionOf(at_desk);
  std::vector<ev::DutyCreated> duties;
  int64_t at = 0;
  if (due.kind == DueKind::kComplaint) {
    const auto complaint = FindAct<ev::ComplaintReceived>(at_desk.history, due.event_id);
    if (!complaint.has_value()) return Done();
    at = complaint->at_micros;
    const policies::AnswerTime& time =
        policies::FindAnswerTime(country, complaint->payload.authority());
    // What the authority printed wins.
    const absl::CivilDay deadline =
        ParseDay(complaint->payload.deadline())
            .value_or(policies::DeadlineOf(time, complaint->date, country, region));
    const policies::AnswerTime& receipt = policies::AcknowledgementTime();
    duties.push_back(MakeDuty(at_desk, receipt.rule_id,
                              policies::DeadlineOf(receipt, complaint->date, country, region),
                              due.event_id));
    duties.push_back(MakeDuty(at_desk, time.rule_id, deadline, due.event_id));
  } else {
    const auto dispute = FindAct<ev::DisputeOpened>(at_desk.history, due.event_id);
    if (!dispute.has_value()) return Done();
    at = dispute->at_micros;
    const int days = static_cast<int>(at_desk.policy.Number("dispute.business_days"));
    const absl::CivilDay deadline =
        ParseDay(dispute->payload.deadline())
            .value_or(policies::AddBusinessDays(dispute->date, days,
                                                policies::HolidayCalendar::Find(country), region));
    duties.push_back(MakeDuty(at_desk, kDisputeDuty, deadline, due.event_id));
    *duties.back().mutable_obligation_ids() = dispute->payload.obligation_ids();
  }
  std::vector<EventDraft> drafts;
  for (const ev::DutyCreated& duty : duties) {
    ASSIGN_OR_RETURN(EventDraft draft, uses_.desk->Draft(at_desk, {at}, Server(), duty));
    ASSIGN_OR_RETURN(draft.causation_id, ParseEventId(due.event_id));
    drafts.push_back(std::move(draft));
  }
  return Append(due, std::move(drafts), at_desk.expectations);
}

absl::StatusOr<RunTimers::Done> RunTimers::EndDuty(const Due& due, const CaseAtDesk& at_desk,
                                                   Instant now) const {
  const auto duty = FindAct<ev::DutyCreated>(at_desk.history, due.event_id);
  if (!duty.has_value()) return Done();
  const auto deadline = ParseDay(duty->payload.deadline());
  if (!deadline.has_value()) return Done();
  const Instant end = policies::FirstInstantOf(*deadline + 1, at_desk.zone);
  if (now < end) return Done{.events = 0, .again = end};
  const auto shown = Fulfilment(at_desk.history, *duty, *deadline);
  absl::StatusOr<EventDraft> draft;
  if (shown.has_value()) {
    ev::DutyFulfilled fulfilled;
    fulfilled.set_duty_id(due.event_id);
    fulfilled.add_evidence_event_ids(shown->first);
    fulfilled.set_case_id(at_desk.file.case_id());
    fulfilled.set_party_id(at_desk.file.party_id());
    *fulfilled.mutable_obligation_ids() = duty->payload.obligation_ids();
    draft = uses_.desk->Draft(at_desk, end, Server(), fulfilled);
  } else {
    ev::DutyMissed missed;
    missed.set_duty_id(due.event_id);
    missed.set_rule_id(duty->payload.rule_id());
    missed.set_deadline(duty->payload.deadline());
    missed.set_case_id(at_desk.file.case_id());
    missed.set_party_id(at_desk.file.party_id());
    *missed.mutable_obligation_ids() = duty->payload.obligation_ids();
    *missed.mutable_regimes() = duty->payload.regimes();
    draft = uses_.desk->Draft(at_desk, end, Server(), missed);
  }
  if (!draft.ok()) return draft.status();
  ASSIGN_OR_RETURN(draft->causation_id, ParseEventId(due.event_id));
  std::vector<EventDraft> drafts;
  drafts.push_back(*std::move(draft));
  return Append(due, std::move(drafts), at_desk.expectations);
}

absl::StatusOr<RunTimers::Done> RunTimers::EnterAdministrative(const Due& due, Instant now) const {
  ASSIGN_OR_RETURN(const policies::CollectionPolicy policy,
                   uses_.desk->ReadPolicy(due.creditor_id, due.portfolio_id));
  if (!policy.True("t01.by_timer")) return Done();
  ASSIGN_OR_RETURN(
      const size_t events,
      uses_.transition->RunByServer(due.case_id, "T01", absl::StrCat("timer-s-", due.event_id)));
  if (events > 0) return Done{.events = events, .again = std::nullopt};
  // Its conditions change with the date, or with what happens in the case.
  return Done{.events = 0, .again = Instant{std::max(now, uses_.desk->Now()).micros + kDayMicros}};
}

absl::StatusOr<RunTimers::Done> RunTimers::Handle(const Due& due, Instant now) const {
  if (due.kind == DueKind::kPermit) return LapsePermit(due);
  if (due.kind == DueKind::kStage) return EnterAdministrative(due, now);
  ASSIGN_OR_RETURN(const CaseAtDesk at_desk, uses_.desk->Read(due.case_id));
  const eventstore::StoredRows rows(uses_.desk->log(), eventstore::DueTimes::kName);
  ASSIGN_OR_RETURN(const bool still, eventstore::IsDue(rows, due));
  if (!still) return Done();
  switch (due.kind) {
    case DueKind::kPromise:
      return EndPromise(due, at_desk, now);
    case DueKind::kComplaint:
    case DueKind::kDispute:
      return BeginDuties(due, at_desk);
    case DueKind::kDuty:
      return EndDuty(due, at_desk, now);
    case DueKind::kPermit:
    case DueKind::kStage:
      break;
  }
  return Done();
}

absl::StatusOr<size_t> RunTimers::RunDue() {
  const Instant now = uses_.desk->Now();
  const eventstore::StoredRows rows(uses_.desk->log(), eventstore::DueTimes::kName);
  size_t events = 0;
  // What one event makes due may be due at once: a complaint that is long overdue.
  for (bool more = true; more;) {
    ASSIGN_OR_RETURN(std::vector<Due> found, eventstore::ReadDue(rows, read_until_, now));
    read_until_ = Instant{now.micros - kSlackMicros};
    // In the order of the instants, as if each had been noticed when it came.
    std::multimap<Instant, Due> queue;
    for (Due& due : found) {
      if (!later_.contains(due.key)) queue.emplace(due.at, std::move(due));
    }
    for (auto entry = later_.begin(); entry != later_.end();) {
      if (entry->second.at > now) {
        ++entry;
        continue;
      }
      queue.emplace(entry->second.at, std::move(entry->second.due));
      entry = later_.erase(entry);
    }
    const size_t before = events;
    while (!queue.empty()) {
      const auto [at, due] = *queue.begin();
      queue.erase(queue.begin());
      const auto done = Handle(due, at);
      if (!done.ok()) {
        Log(LogLevel::kError, "a timer could not be handled",
            {{"key", due.key}, {"status", done.status().ToString()}});
        later_[due.key] = {.at = {now.micros + kRetryMicros}, .due = due};
        continue;
      }
      events += done->events;
      if (!done->again.has_value()) continue;
      if (*done->again > at && *done->again <= now) {
        queue.emplace(*done->again, due);
      } else {
        // Later; or somebody was faster, and it is asked about anew.
        later_[due.key] = {.at = std::max(*done->again, Instant{now.micros + kMicrosPerSecond}),
                           .due = due};
      }
    }
    more = events > before;
  }
  return events;
}

}  // namespace constancia::api
