#include "eventstore/projections/due_times/due_times.h"

#include <algorithm>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/gate.pb.h"
#include "constancia/event/v1/negotiation.pb.h"
#include "constancia/event/v1/rights.pb.h"
#include "core/base/civil_date.h"
#include "core/base/status.h"
#include "core/event/uuid.h"

namespace constancia::eventstore {
namespace {

namespace ev = event::v1;

// A local date begins somewhere on earth this long before it begins in UTC.
constexpr absl::Duration kEarliestZone = absl::Hours(14);

std::string SettleKey(DueKind kind, std::string_view id) {
  return absl::StrCat("k/", std::string(1, static_cast<char>(kind)), "/", ToAbsl(id));
}

// Before the end of a local date anywhere. Nothing for a text that is no date.
std::optional<Instant> BeforeEndOf(std::string_view date) {
  const auto day = CivilDate::Parse(date);
  if (!day.ok()) return std::nullopt;
  const absl::CivilDay next = absl::CivilDay(day->year, day->month, day->day) + 1;
  return Instant{absl::ToUnixMicros(absl::FromCivil(next, absl::UTCTimeZone()) - kEarliestZone)};
}

// One event while it is folded.
class Step {
 public:
  Step(const RecordedEvent& event, Rows* rows) : event_(event), rows_(rows) {
    const auto id = EventId::From(event.header.event_id());
    if (id.has_value()) event_id_ = ToText(*id);
  }

  const std::string& event_id() const { return event_id_; }
  Instant at() const { return {std::max<int64_t>(event_.header.occurred_at(), 0)}; }

  template <typename Payload>
  Payload Read() const {
    Payload payload;
    payload.ParseFromString(event_.header.public_payload());
    return payload;
  }

  // What was settled before it began stays settled.
  void Enter(DueKind kind, std::string_view id, Instant at, std::string_view case_id,
             std::string_view creditor_id = "", std::string_view portfolio_id = "") {
    const std::string settle = SettleKey(kind, id);
    if (rows_->Get(settle).has_value()) return;
    const int64_t micros = std::max(at.micros, event_.header.recorded_at());
    const std::string key =
        absl::StrFormat("d/%020d/%c/%s", micros, static_cast<char>(kind), std::string(id));
    rows_->Put(key, absl::StrCat(event_id_, " ", ToAbsl(case_id), " ", ToAbsl(creditor_id), " ",
                                 ToAbsl(portfolio_id)));
    rows_->Put(settle, key);
  }

  void Settle(DueKind kind, std::string_view id) {
    if (id.empty()) return;
    const std::string settle = SettleKey(kind, id);
    const auto key = rows_->Get(settle);
    if (key.has_value() && !key->empty()) rows_->Delete(*key);
    // A permit is granted before it is used, and a case comes back to a stage; all else may arrive
    // in any order.
    if (kind != DueKind::kPermit && kind != DueKind::kStage) {
      rows_->Put(settle, "");
    } else if (key.has_value()) {
      rows_->Delete(settle);
    }
  }

 private:
  const RecordedEvent& event_;
  Rows* const rows_;
  std::string event_id_;
};

std::string PromiseId(std::string_view case_id, std::string_view promise_id) {
  return absl::StrCat(ToAbsl(case_id), ":", ToAbsl(promise_id));
}

template <typename Payload>
void EndPromise(Step& step) {
  const auto payload = step.Read<Payload>();
  if (!payload.promise_id().empty())
    step.Settle(DueKind::kPromise, PromiseId(payload.case_id(), payload.promise_id()));
}

using Handler = void (*)(Step&);

struct Row {
  std::string_view type;
  Handler handle;
};

const Row kRows[] = {
    {"PermitGranted",
     [](Step& step) {
       const auto payload = step.Read<ev::PermitGranted>();
       step.Enter(DueKind::kPermit, step.event_id(),
                  {payload.expires_at().seconds() * kMicrosPerSecond +
                   payload.expires_at().nanos() / 1000},
                  payload.case_id());
     }},
    {"ContactAttempted",
     [](Step& step) {
       step.Settle(DueKind::kPermit, step.Read<ev::ContactAttempted>().permit_id());
     }},
    {"PermitCancelled",
     [](Step& step) {
       step.Settle(DueKind::kPermit, step.Read<ev::PermitCancelled>().permit_id());
     }},
    {"PermitExpired",
     [](Step& step) { step.Settle(DueKind::kPermit, step.Read<ev::PermitExpired>().permit_id()); }},
    {"PromiseMade",
     [](Step& step) {
       const auto payload = step.Read<ev::PromiseMade>();
       const auto end = BeforeEndOf(payload.due_date());
       if (payload.promise_id().empty() || payload.case_id().empty() || !end.has_value()) return;
       step.Enter(DueKind::kPromise, PromiseId(payload.case_id(), payload.promise_id()), *end,
                  payload.case_id());
     }},
    {"PromiseKept", EndPromise<ev::PromiseKept>},
    {"PromisePartiallyKept", EndPromise<ev::PromisePartiallyKept>},
    {"PromiseBroken", EndPromise<ev::PromiseBroken>},
    {"PromiseReplaced", EndPromise<ev::PromiseReplaced>},
    {"PromiseCancelled", EndPromise<ev::PromiseCancelled>},
    {"ComplaintReceived",
     [](Step& step) {
       const auto payload = step.Read<ev::ComplaintReceived>();
       if (payload.case_id().empty()) return;
       step.Enter(DueKind::kComplaint, step.event_id(), step.at(), payload.case_id());
     }},
    {"DisputeOpened",
     [](Step& step) {
       const auto payload = step.Read<ev::DisputeOpened>();
       if (payload.case_id().empty()) return;
       step.Enter(DueKind::kDispute, step.event_id(), step.at(), payload.case_id());
     }},
    {"DutyCreated",
     [](Step& step) {
       const auto payload = step.Read<ev::DutyCreated>();
       step.Settle(DueKind::kComplaint, payload.caused_by_event_id());
       step.Settle(DueKind::kDispute, payload.caused_by_event_id());
       const auto end = BeforeEndOf(payload.deadline());
       if (payload.case_id().empty() || !end.has_value()) return;
       step.Enter(DueKind::kDuty, step.event_id(), *end, payload.case_id());
     }},
    {"CaseOpened",
     [](Step& step) {
       const auto payload = step.Read<ev::CaseOpened>();
       const bool first =
           payload.stage() == ev::STAGE_UNSPECIFIED || payload.stage() == ev::STAGE_PERSUASIVE;
       if (payload.case_id().empty() || !first) return;
       step.Enter(DueKind::kStage, payload.case_id(), step.at(), payload.case_id(),
                  payload.creditor_id(), payload.portfolio_id());
     }},
    {"StageChanged",
     [](Step& step) { step.Settle(DueKind::kStage, step.Read<ev::StageChanged>().case_id()); }},
    {"CaseClosed",
     [](Step& step) { step.Settle(DueKind::kStage, step.Read<ev::CaseClosed>().case_id()); }},
    {"DutyFulfilled",
     [](Step& step) { step.Settle(DueKind::kDuty, step.Read<ev::DutyFulfilled>().duty_id()); }},
    {"DutyMissed",
     [](Step& step) { step.Settle(DueKind::kDuty, step.Read<ev::DutyMissed>().duty_id()); }},
};

constexpr std::string_view kPackage = "constancia.event.v1.";

}  // namespace

void DueTimes::Apply(const RecordedEvent& event, Rows& rows) const {
  std::string_view type = event.header.type();
  if (!type.starts_with(kPackage)) return;
  type.remove_prefix(kPackage.size());
  for (const Row& row : kRows) {
    if (row.type != type) continue;
    Step step(event, &rows);
    row.handle(step);
  }
}

absl::StatusOr<std::vector<Due>> ReadDue(const RowSource& rows, Instant from, Instant until) {
  ASSIGN_OR_RETURN(const auto found,
                   rows.Scan("d/", absl::StrFormat("d/%020d/", std::max<int64_t>(from.micros, 0)),
                             absl::StrFormat("d/%020d/", until.micros + 1)));
  std::vector<Due> due;
  for (const auto& [key, value] : found) {
    const std::vector<std::string> parts = absl::StrSplit(key, absl::MaxSplits('/', 3));
    const std::vector<std::string> names = absl::StrSplit(value, ' ');
    int64_t micros = 0;
    if (parts.size() != 4 || names.size() != 4 || parts[2].size() != 1 ||
        !absl::SimpleAtoi(parts[1], &micros)) {
      return Error(error::v1::DAMAGED, "a row of due times does not parse");
    }
    due.push_back({.at = {micros},
                   .kind = static_cast<DueKind>(parts[2][0]),
                   .event_id = names[0],
                   .case_id = names[1],
                   .creditor_id = names[2],
                   .portfolio_id = names[3],
                   .key = key});
  }
  return due;
}

absl::StatusOr<bool> IsDue(const RowSource& rows, const Due& due) {
  ASSIGN_OR_RETURN(const auto row, rows.Read(due.key));
  return row.has_value();
}

}  // namespace constancia::eventstore
