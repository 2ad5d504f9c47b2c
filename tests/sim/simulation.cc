#include "tests/sim/simulation.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/time/time.h"
#include "core/base/status.h"
#include "eventstore/projections/projections.h"
#include "tests/sim/audit.h"

namespace constancia::sim {
namespace {

using eventstore::AppendRequest;
using eventstore::AppendResult;
using eventstore::EventLog;
using eventstore::RecordedEvent;
using eventstore::SignedCheckpoint;
using eventstore::VerifyReport;

constexpr int64_t kHourMicros = 3'600'000'000;
constexpr absl::Duration kPatience = absl::Seconds(60);

absl::Status Wrong(const std::string& what) { return absl::InternalError(what); }

bool Halted(const absl::Status& status) { return ReasonOf(status) == error::v1::LOG_HALTED; }

// The write-ahead log that `database` writes to now: the one with the highest number.
std::string WriteAheadLog(const testing::FaultEnv& disk, const std::string& database) {
  std::string latest;
  for (const std::string& path : disk.Files(".log")) {
    if (path.find("/" + database + "/") != std::string::npos) latest = std::max(latest, path);
  }
  return latest;
}

}  // namespace

// A request on its way.
struct Simulation::Flight {
  AppendRequest request;
  Prediction prediction;
  absl::StatusOr<AppendResult> answer = absl::InternalError("not answered");
  // The answer came while the disk still took what it was given.
  bool counts = false;
};

Simulation::Simulation(uint64_t seed)
    : lone_caller_(seed % 2 == 1),
      random_(seed),
      ledger_(~seed),  // other bytes than the callers draw
      clients_(&model_, &ledger_.clock(), &random_) {
  projections_ = eventstore::InlineProjections();
  projections_.push_back(&tally_);
  EventLog::Limits& limits = ledger_.options().limits;
  limits.group_events_max = eventstore::kAppendTotalMax << random_.Below(3);
  limits.checkpoint_events = 1 << (2 * random_.Below(4));
  limits.uncovered_events_max = eventstore::kAppendTotalMax + random_.Below(64);
  limits.checkpoint_interval =
      lone_caller_ || OneIn(2) ? absl::InfiniteDuration() : absl::ZeroDuration();
  ledger_.options().projections = projections_;
}

absl::Status Simulation::Run(int steps) {
  RETURN_IF_ERROR(Create());
  for (step_ = 1; step_ <= steps; ++step_) RETURN_IF_ERROR(TakeStep());
  step_name_ = "the end";
  RETURN_IF_ERROR(Restart());
  Close();
  return Verify();
}

absl::Status Simulation::Create() {
  if (OneIn(3)) {
    ledger_.disk().FreezeAfter(random_.Below(100));
    EventLog::Create(ledger_.options(), testing::kTestOrigin, "tenant-1").IgnoreError();
    if (!ledger_.disk().frozen()) ledger_.disk().Freeze();
    ledger_.disk().LosePower(OneIn(2));
    const absl::Status opened = ledger_.Open();
    if (opened.ok()) return CheckOpen();
    if (ReasonOf(opened) != error::v1::SETUP_INVALID) {
      return Wrong("a ledger made in part answers " + opened.ToString());
    }
    ledger_.disk().RemoveFolder(testing::kTestFolder);
  }
  RETURN_IF_ERROR(ledger_.Create());
  return CheckOpen();
}

absl::Status Simulation::TakeStep() {
  struct Choice {
    std::string_view name;
    absl::Status (Simulation::*take)();
    uint64_t weight;
  };
  static constexpr Choice kChoices[] = {
      {"append", &Simulation::Append, 30},
      {"step the clock", &Simulation::StepClock, 6},
      {"restart", &Simulation::Restart, 2},
      {"lose power while idle", &Simulation::LosePowerIdle, 2},
      {"lose power while appending", &Simulation::LosePowerWhileAppending, 6},
      {"lose power while opening", &Simulation::LosePowerWhileOpening, 2},
      {"fail a sync", &Simulation::FailSync, 2},
      {"fill the disk", &Simulation::FillDisk, 2},
      {"flip a bit", &Simulation::FlipBit, 3},
      {"lose the state", &Simulation::LoseState, 1},
  };
  uint64_t total = 0;
  for (const Choice& choice : kChoices) total += choice.weight;
  uint64_t drawn = random_.Below(total);
  for (const Choice& choice : kChoices) {
    if (drawn < choice.weight) {
      step_name_ = choice.name;
      return (this->*choice.take)();
    }
    drawn -= choice.weight;
  }
  return absl::OkStatus();
}

absl::Status Simulation::Append() { return Submit(Requests(), /*faults=*/false); }

absl::Status Simulation::StepClock() {
  const int64_t hours = static_cast<int64_t>(random_.Below(48)) - 24;
  ledger_.clock().Advance(OneIn(6) ? hours * 365 * kHourMicros : hours * kHourMicros);
  return absl::OkStatus();
}

absl::Status Simulation::Restart() {
  Close();
  if (OneIn(3)) RETURN_IF_ERROR(Verify());
  return Open();
}

absl::Status Simulation::LosePowerIdle() {
  ledger_.disk().Freeze();
  Close();
  ledger_.disk().LosePower(OneIn(2));
  return Open();
}

absl::Status Simulation::LosePowerWhileAppending() {
  ledger_.disk().FreezeAfter(random_.Below(40));
  for (int i = 0; i < 24 && !ledger_.disk().frozen(); ++i) {
    RETURN_IF_ERROR(Submit(Requests(), /*faults=*/true));
  }
  if (!ledger_.disk().frozen()) ledger_.disk().Freeze();
  Close();
  ledger_.disk().LosePower(OneIn(2));
  return Open();
}

absl::Status Simulation::LosePowerWhileOpening() {
  ledger_.disk().Freeze();
  Close();
  ledger_.disk().LosePower(OneIn(2));
  ledger_.disk().FreezeAfter(random_.Below(100));
  RETURN_IF_ERROR(ledger_.Open());
  if (!ledger_.disk().frozen()) ledger_.disk().Freeze();
  Close();
  ledger_.disk().LosePower(OneIn(2));
  return Open();
}

absl::Status Simulation::FailSync() {
  const std::string path = WriteAheadLog(ledger_.disk(), OneIn(4) ? "keys" : "log");
  ledger_.disk().FailSyncs(path, random_.Below(4));
  return AppendUntilHalted();
}

absl::Status Simulation::FillDisk() {
  ledger_.disk().FillDisk(random_.Below(20'000));
  return AppendUntilHalted();
}

// Once a write failed everything is refused until the log is opened again.
absl::Status Simulation::AppendUntilHalted() {
  for (int i = 0; i < 200 && ledger_.log().health().ok(); ++i) {
    RETURN_IF_ERROR(Submit(1, /*faults=*/true));
  }
  const bool halted = !ledger_.log().health().ok();
  for (int i = 0; halted && i < 4; ++i) {
    const absl::StatusOr<AppendResult> answer = ledger_.log().AppendAndWait(clients_.Next());
    if (!Halted(answer.status())) {
      return Wrong("after a failed write an append answers " + answer.status().ToString());
    }
  }
  if (OneIn(2)) {
    ledger_.disk().Freeze();
    Close();
    ledger_.disk().Heal();
    ledger_.disk().LosePower(OneIn(2));
  } else {
    Close();
    ledger_.disk().Heal();
  }
  return Open();
}

absl::Status Simulation::LoseState() {
  Close();
  ledger_.disk().RemoveFolder(absl::StrCat(testing::kTestFolder, "/state"));
  return Open();
}

// A bit flips in a file at rest. Whoever reads it must say so, or the bit must not matter.
absl::Status Simulation::FlipBit() {
  Close();
  // What is written from here on is taken back, the flipped bit with it.
  ledger_.disk().Freeze();
  const std::vector<std::string> files = ledger_.disk().Files("");
  const std::string path = files[random_.Below(files.size())];
  const uint64_t size = ledger_.disk().Size(path);
  if (size > 0) {
    const uint64_t offset = random_.Below(size);
    ledger_.disk().FlipBit(path, offset);
    const absl::StatusOr<bool> noticed = NoticesDamage(path);
    if (!noticed.ok()) {
      return Wrong(absl::StrCat("bit flipped at byte ", offset, " of ", size, " of ", path, ": ",
                                noticed.status().ToString()));
    }
    ++(*noticed ? counts_.flips_found : counts_.flips_harmless);
  }
  Close();
  ledger_.disk().LosePower(/*torn=*/false);
  return Open();
}

absl::StatusOr<bool> Simulation::NoticesDamage(const std::string& path) {
  const auto is_damage = [](const absl::Status& status) {
    const std::optional<Reason> reason = ReasonOf(status);
    return reason == error::v1::DAMAGED || reason == error::v1::SETUP_INVALID;
  };
  bool noticed = false;
  const absl::StatusOr<VerifyReport> report = VerifyLog(VerifyEverything());
  if (!report.ok()) {
    if (!is_damage(report.status())) return report.status();
    noticed = true;
  } else if (!report->ok()) {
    const bool named = std::any_of(
        report->findings.begin(), report->findings.end(),
        [](const eventstore::VerifyFinding& finding) { return finding.position.has_value(); });
    if (!named && path.find("/log/") != std::string::npos) {
      return Wrong("no finding names a position: " + report->findings.front().what);
    }
    noticed = true;
  }
  const absl::Status opened = ledger_.Open();
  if (!opened.ok()) {
    if (!is_damage(opened)) return opened;
    return true;
  }
  const absl::Status checked = CheckOpen();
  if (checked.ok()) return noticed;
  if (!is_damage(checked)) return checked;
  return true;
}

absl::Status Simulation::Submit(uint64_t count, bool faults) {
  std::vector<Flight> flights(count);
  absl::BlockingCounter answered(static_cast<int>(count));
  for (Flight& flight : flights) {
    flight.request = clients_.Next();
    flight.prediction = model_.Submit(flight.request);
    ledger_.log().Append(flight.request, [&](absl::StatusOr<AppendResult> answer) {
      flight.answer = std::move(answer);
      flight.counts = !ledger_.disk().frozen();
      answered.DecrementCount();
    });
  }
  answered.Wait();
  for (Flight& flight : flights) RETURN_IF_ERROR(Settle(flight, faults));
  if (lone_caller_ && ledger_.log().health().ok()) RETURN_IF_ERROR(WaitForCheckpoint());
  RememberCheckpoint();
  return absl::OkStatus();
}

absl::Status Simulation::Settle(Flight& flight, bool faults) {
  if (flight.counts && !Halted(flight.answer.status())) {
    ++counts_.answered;
    return model_.Answered(flight.prediction, flight.answer);
  }
  if (!faults) return Wrong("an append answers " + flight.answer.status().ToString());
  ++counts_.unanswered;
  // The log itself goes on: what failed was to store a data key, before anything was queued.
  if (flight.counts && ledger_.log().health().ok() &&
      flight.prediction.kind == Prediction::Kind::kRecorded) {
    model_.WithdrawLast();
  }
  clients_.Remember(std::move(flight.request));
  return absl::OkStatus();
}

absl::Status Simulation::WaitForCheckpoint() {
  const EventLog::Limits& limits = ledger_.options().limits;
  const size_t due =
      limits.checkpoint_interval == absl::ZeroDuration() ? 1 : limits.checkpoint_events;
  while (true) {
    const uint64_t size = ledger_.reader().LatestCheckpoint().checkpoint.size;
    ASSIGN_OR_RETURN(const std::vector<RecordedEvent> uncovered,
                     ledger_.reader().ReadLog(Position{size}, due));
    if (uncovered.size() < due) return absl::OkStatus();
    const absl::Status covered = ledger_.log().WaitPublished(uncovered.front().position, kPatience);
    if (Halted(covered)) return absl::OkStatus();
    RETURN_IF_ERROR(covered);
  }
}

// What was published while the disk was whole is there for ever.
void Simulation::RememberCheckpoint() {
  const SignedCheckpoint latest = ledger_.reader().LatestCheckpoint();
  if (!ledger_.disk().frozen()) checkpoints_.emplace(latest.checkpoint.size, latest.note);
}

void Simulation::Close() { ledger_.Close(); }

absl::Status Simulation::Open() {
  ++counts_.restarts;
  RETURN_IF_ERROR(ledger_.Open());
  RETURN_IF_ERROR(CheckOpen());
  RememberCheckpoint();
  return absl::OkStatus();
}

absl::Status Simulation::CheckOpen() {
  RETURN_IF_ERROR(WaitForCheckpoint());
  Audit::Subject subject;
  subject.log = &ledger_.log();
  subject.key = {testing::kTestOrigin, eventstore::KeyType::kEd25519, ledger_.key().public_key()};
  subject.checkpoints = &checkpoints_;
  subject.projections = projections_;
  subject.random = &random_;
  Audit audit(subject);
  RETURN_IF_ERROR(audit.FindEnd(model_));
  return audit.Check(model_);
}

eventstore::VerifyOptions Simulation::VerifyEverything() {
  eventstore::VerifyOptions options;
  options.folder = testing::kTestFolder;
  options.every_map_root = true;
  options.every_seal = true;
  options.projections = projections_;
  options.env = ledger_.disk().env();
  return options;
}

absl::Status Simulation::Verify() {
  ASSIGN_OR_RETURN(const VerifyReport report, VerifyLog(VerifyEverything()));
  if (!report.ok()) {
    const eventstore::VerifyFinding& first = report.findings.front();
    return Wrong(absl::StrCat(
        "verify finds ", report.findings_total, " things wrong, the first ",
        first.position.has_value() ? absl::StrCat("at position ", first.position->value, " ") : "",
        ": ", first.what));
  }
  if (report.events != model_.events() + 1) {
    return Wrong(absl::StrCat("verify sees ", report.events, " events, not ", model_.events() + 1));
  }
  return absl::OkStatus();
}

}  // namespace constancia::sim
