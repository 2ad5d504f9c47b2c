// constancia-bench: what the ledger can carry, beside a bare echo of the same size and an audited
// append in PostgreSQL, measured in one run.
//
//   constancia-bench [--only NAME[,NAME]] [--json FILE] [--scratch DIR] [--seconds N] [--growth
//   EVENTS]

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "api/export/bag/verify_bundle.h"
#include "core/base/status.h"
#include "eventstore/log/verify.h"
#include "eventstore/projections/projections.h"
#include "tests/bench/echo.h"
#include "tests/bench/ledger.h"
#include "tests/bench/postgres.h"
#include "tests/bench/report.h"

namespace constancia::bench {
namespace {

constexpr size_t kMessageBytes = 512;
constexpr size_t kInFlight = 256;
constexpr size_t kPostgresClients = 64;
constexpr size_t kStreamWindow = 128;
constexpr size_t kReaders = 64;
constexpr uint32_t kPageEvents = 50;
constexpr uint64_t kExportEvents = 20'000;
constexpr uint64_t kGrowthFrom = 100'000;

struct Arguments {
  std::set<std::string> only;
  std::string json;
  std::string scratch;
  absl::Duration seconds = absl::Seconds(8);
  uint64_t growth = 10'000'000;
};

class Bench {
 public:
  explicit Bench(const Arguments& arguments) : arguments_(arguments) {}

  absl::Status Run() {
    ASSIGN_OR_RETURN(ledger_, Ledger::Start(arguments_.scratch));
    MeasurePeers();
    MeasureAppends();
    RETURN_IF_ERROR(MeasureGate());
    MeasureReads();
    RETURN_IF_ERROR(MeasureExport());
    RETURN_IF_ERROR(MeasureOffline());
    RETURN_IF_ERROR(MeasureGrowth());
    RETURN_IF_ERROR(MeasureRestart());
    if (!arguments_.json.empty()) std::ofstream(arguments_.json) << report_.ToJson() << "\n";
    return absl::OkStatus();
  }

 private:
  // Large stores are built only when they are named.
  bool Wanted(const std::string& name) const {
    return arguments_.only.empty() || arguments_.only.contains(name);
  }
  bool Named(const std::string& name) const { return arguments_.only.contains(name); }
  double Echo() const { return report_.ValueOf("echo_unary"); }
  double Peer() const { return report_.ValueOf("postgres_append"); }

  void MeasurePeers() {
    const EchoServer echo(ledger_->server_credentials());
    const Channels channels = Connect(echo.address(), ledger_->source_credentials(), 4);
    if (Wanted("echo_unary")) {
      report_.AddRate("echo_unary",
                      EchoUnary(channels, kMessageBytes, kInFlight, kWarmUp, arguments_.seconds), 0,
                      0);
    }
    if (Wanted("echo_stream")) {
      report_.AddRate(
          "echo_stream",
          EchoStream(channels, kMessageBytes, kStreamWindow, kWarmUp, arguments_.seconds), 0, 0);
    }
    if (!Wanted("postgres_append")) return;
    auto postgres = Postgres::Start(arguments_.scratch);
    if (!postgres.ok()) {
      std::fprintf(stderr, "postgres_append: %s\n",
                   std::string(postgres.status().message()).c_str());
      return;
    }
    const auto measured =
        (*postgres)->Append(kPostgresClients, kMessageBytes, kWarmUp, arguments_.seconds);
    if (measured.ok()) report_.AddRate("postgres_append", *measured, Echo(), 0);
  }

  void MeasureAppends() {
    if (Wanted("append_unary")) {
      report_.AddRate("append_unary",
                      ledger_->AppendUnary(kMessageBytes, kInFlight, Ledger::kUsual, kWarmUp,
                                           arguments_.seconds),
                      Echo(), Peer());
    }
    if (Wanted("append_stream")) {
      report_.AddRate(
          "append_stream",
          ledger_->AppendStream(kMessageBytes, kStreamWindow, kWarmUp, arguments_.seconds),
          report_.ValueOf("echo_stream"), Peer());
    }
    const double half = report_.ValueOf("append_unary") / 2;
    if (half > 0 && Wanted("echo_half_load")) {
      const EchoServer echo(ledger_->server_credentials());
      const Channels channels = Connect(echo.address(), ledger_->source_credentials(), 4);
      report_.AddRate("echo_half_load",
                      EchoOpen(channels, kMessageBytes, half, kWarmUp, arguments_.seconds), 0, 0);
    }
    if (half > 0 && Wanted("append_half_load")) {
      report_.AddRate("append_half_load",
                      ledger_->AppendOpen(kMessageBytes, half, kWarmUp, arguments_.seconds), 0, 0);
    }
    if (Wanted("publish"))
      report_.AddRate("publish", ledger_->Publish(1'000, arguments_.seconds), 0, 0);
  }

  absl::Status MeasureGate() {
    if (!Wanted("reserve") && !Wanted("check")) return absl::OkStatus();
    RETURN_IF_ERROR(ledger_->OpenCases(20'000));
    if (Wanted("check")) {
      report_.AddRate("check", ledger_->Check(kInFlight, kWarmUp, arguments_.seconds), Echo(), 0);
    }
    if (Wanted("reserve")) {
      report_.AddRate("reserve", ledger_->Reserve(kInFlight, kWarmUp, arguments_.seconds), Echo(),
                      Peer());
    }
    return absl::OkStatus();
  }

  void MeasureReads() {
    if (Wanted("read_timeline")) {
      report_.AddRate(
          "read_timeline",
          ledger_->ReadTimeline(kReaders, Ledger::kUsual, kPageEvents, kWarmUp, arguments_.seconds),
          Echo(), 0);
    }
  }

  // Rates over the whole log, with the server stopped.
  absl::Status MeasureOffline() {
    if (!Wanted("verify") && !Wanted("rebuild")) return absl::OkStatus();
    ledger_->Stop();
    eventstore::VerifyOptions options;
    options.folder = ledger_->folder();
    options.state = false;
    const absl::Time began = absl::Now();
    absl::Duration used_before = ProcessorTime();
    ASSIGN_OR_RETURN(const eventstore::VerifyReport verified, eventstore::VerifyLog(options));
    const absl::Duration took = absl::Now() - began;
    const absl::Duration used = ProcessorTime() - used_before;
    if (!verified.ok()) return absl::DataLossError(verified.findings.front().what);
    if (Wanted("verify")) AddEventsPerSecond("verify", verified.events, took, used);
    if (Wanted("rebuild")) {
      // Everything that `state` holds, projections among it, is made again from the log.
      std::filesystem::remove_all(ledger_->folder() + "/state");
      used_before = ProcessorTime();
      ASSIGN_OR_RETURN(const absl::Duration rebuilt, ledger_->Restart());
      AddEventsPerSecond("rebuild", verified.events, rebuilt, ProcessorTime() - used_before);
    } else {
      RETURN_IF_ERROR(ledger_->Restart().status());
    }
    return absl::OkStatus();
  }

  // `used` is the processor time of this process; zero when another one did the work as well.
  void AddEventsPerSecond(const std::string& name, uint64_t events, absl::Duration took,
                          absl::Duration used = absl::ZeroDuration()) {
    Row row;
    row.name = name;
    row.value = static_cast<double>(events) / absl::ToDoubleSeconds(took);
    row.unit = "events/s";
    row.note = absl::StrFormat("%d events in %.1f s", events, absl::ToDoubleSeconds(took));
    if (used > absl::ZeroDuration()) {
      absl::StrAppendFormat(&row.note, ", %.1f us of processor each",
                            absl::ToDoubleMicroseconds(used) / static_cast<double>(events));
    }
    report_.Add(std::move(row));
  }

  // A regulator's bundle of a large case: built and verified by the server, then verified alone.
  absl::Status MeasureExport() {
    if (!Wanted("export_build") && !Wanted("export_verify")) return absl::OkStatus();
    ASSIGN_OR_RETURN(const Ledger::Bundle bundle,
                     ledger_->ExportCase(kExportEvents, kMessageBytes));
    if (Wanted("export_build")) AddEventsPerSecond("export_build", bundle.events, bundle.took);
    if (!Wanted("export_verify")) return absl::OkStatus();
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe");
    const absl::Time began = absl::Now();
    RETURN_IF_ERROR(api::VerifyBundle((self.parent_path() / "constancia-verify").string(),
                                      bundle.path, ledger_->folder() + "/policy.txt",
                                      arguments_.scratch + "/said"));
    AddEventsPerSecond("export_verify", bundle.events, absl::Now() - began);
    return absl::OkStatus();
  }

  // What an append and a page of a timeline cost at one size of the ledger.
  struct Costs {
    Measured append;
    Measured page;
  };
  absl::StatusOr<Costs> MeasureCosts(uint64_t events) {
    const Ledger::Debtors debtors = Ledger::GrownTo(events);
    Costs costs;
    costs.append =
        ledger_->AppendUnary(kMessageBytes, kInFlight, debtors, kWarmUp, arguments_.seconds);
    costs.page = ledger_->ReadTimeline(kReaders, debtors, kPageEvents, kWarmUp, arguments_.seconds);
    for (const Measured* measured : {&costs.append, &costs.page}) {
      if (measured->failures > 0) return absl::InternalError(measured->first_failure);
    }
    return costs;
  }

  absl::Status MeasureGrowth() {
    if (!Named("growth")) return absl::OkStatus();
    const uint64_t small = std::min(kGrowthFrom, arguments_.growth);
    absl::Time began = absl::Now();
    RETURN_IF_ERROR(ledger_->Grow(0, small, kMessageBytes));
    absl::Duration took = absl::Now() - began;
    ASSIGN_OR_RETURN(const Costs before, MeasureCosts(small));
    began = absl::Now();
    RETURN_IF_ERROR(ledger_->Grow(small, arguments_.growth, kMessageBytes));
    took += absl::Now() - began;
    Row row;
    row.name = "growth";
    row.value = static_cast<double>(arguments_.growth) / absl::ToDoubleSeconds(took);
    row.unit = "events/s";
    row.peak_rss_mib = PeakRssMib();
    row.note = absl::StrFormat("%d events, %d debtors; peak %.0f MiB, load generator included",
                               arguments_.growth, Ledger::GrownTo(arguments_.growth).count,
                               *row.peak_rss_mib);
    report_.Add(std::move(row));
    ASSIGN_OR_RETURN(const Costs after, MeasureCosts(arguments_.growth));
    AddCost("growth_append", before.append, after.append);
    AddCost("growth_timeline", before.page, after.page);
    return absl::OkStatus();
  }

  void AddCost(const std::string& name, const Measured& before, const Measured& after) {
    Row row;
    row.name = name;
    row.value = before.per_second / after.per_second;
    row.unit = "x the cost";
    row.note = absl::StrFormat("%.0f/s and %.0f us of processor before, %.0f/s and %.0f us after",
                               before.per_second, before.processor_us, after.per_second,
                               after.processor_us);
    report_.Add(std::move(row));
  }

  // On the store that growth left, when both are named.
  absl::Status MeasureRestart() {
    if (!Named("restart")) return absl::OkStatus();
    ASSIGN_OR_RETURN(const absl::Duration took, ledger_->Restart());
    Row row;
    row.name = "restart";
    row.value = absl::ToDoubleSeconds(took);
    row.unit = "s";
    report_.Add(std::move(row));
    return absl::OkStatus();
  }

  static constexpr absl::Duration kWarmUp = absl::Seconds(2);

  const Arguments arguments_;
  std::unique_ptr<Ledger> ledger_;
  Report report_;
};

int Main(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    const std::string value = i + 1 < argc ? argv[++i] : "";
    int seconds = 0;
    if (flag == "--only" && !value.empty()) {
      arguments.only = absl::StrSplit(value, ',');
    } else if (flag == "--json" && !value.empty()) {
      arguments.json = value;
    } else if (flag == "--scratch" && !value.empty()) {
      arguments.scratch = value;
    } else if (flag == "--seconds" && absl::SimpleAtoi(value, &seconds) && seconds > 0) {
      arguments.seconds = absl::Seconds(seconds);
    } else if (flag == "--growth" && absl::SimpleAtoi(value, &arguments.growth)) {
      continue;
    } else {
      std::fprintf(stderr,
                   "usage: constancia-bench [--only NAME[,NAME]] [--json FILE] [--scratch DIR] "
                   "[--seconds N] "
                   "[--growth EVENTS]\n");
      return 2;
    }
  }
  std::string made;
  if (arguments.scratch.empty()) {
    made = (std::filesystem::temp_directory_path() / "constancia-bench-XXXXXX").string();
    if (mkdtemp(made.data()) == nullptr) return 1;
    std::filesystem::permissions(made, std::filesystem::perms(0755));
    arguments.scratch = made;
  }
  const absl::Status status = Bench(arguments).Run();
  if (!made.empty()) std::filesystem::remove_all(made);
  if (status.ok()) return 0;
  std::fprintf(stderr, "constancia-bench: %s\n", std::string(status.message()).c_str());
  return 1;
}

}  // namespace
}  // namespace constancia::bench

int main(int argc, char** argv) {
  // Debian's Abseil looks for cycles at every lock, as debug builds do. Tests keep that, programs
  // do not.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  return constancia::bench::Main(argc, argv);
}
