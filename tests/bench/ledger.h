// A ledger under test: a real server in this process on a scratch folder, reached over mTLS like
// any caller's.

#ifndef CONSTANCIA_TESTS_BENCH_LEDGER_H_
#define CONSTANCIA_TESTS_BENCH_LEDGER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <grpcpp/grpcpp.h>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "api/server/server.h"
#include "constancia/v1/event_service.pb.h"
#include "core/base/clock.h"
#include "core/crypto/system_random.h"
#include "tests/bench/echo.h"
#include "tests/bench/load.h"

namespace constancia::bench {

class Ledger {
 public:
  // Makes a ledger below `scratch` and starts its server.
  static absl::StatusOr<std::unique_ptr<Ledger>> Start(const std::string& scratch);

  // Stops the server.
  ~Ledger();

  // Stops the server and starts it again; returns how long the start took.
  absl::StatusOr<absl::Duration> Restart();
  void Stop();

  const std::string& folder() const { return folder_; }
  // The credentials of its server, and of its sample source: the echo uses the same.
  std::shared_ptr<grpc::ServerCredentials> server_credentials() const;
  std::shared_ptr<grpc::ChannelCredentials> source_credentials() const;
  std::shared_ptr<grpc::ChannelCredentials> operator_credentials() const;
  // Of the source; made anew after a restart.
  const Channels& channels() const { return channels_; }

  // Debtors `first` to `first` + `count` - 1, each with a case of his own.
  struct Debtors {
    uint64_t first = 0;
    uint64_t count = 0;
  };
  // Those whom appends and timelines are about when nothing else is said.
  static constexpr Debtors kUsual{0, 2'000};

  // One contact an append, going round `debtors` in an order that is no order.
  Measured AppendUnary(size_t bytes, size_t slots, Debtors debtors, absl::Duration warm_up,
                       absl::Duration duration);
  Measured AppendOpen(size_t bytes, double rate, absl::Duration warm_up, absl::Duration duration);
  Measured AppendStream(size_t bytes, size_t window, absl::Duration warm_up,
                        absl::Duration duration);
  // Appends that answer once a checkpoint covers them, at a gentle rate: the latency is event to
  // published checkpoint.
  Measured Publish(double rate, absl::Duration duration);
  // Opens `cases` Chilean cases; ReserveContact and CheckContact go round them.
  absl::Status OpenCases(uint64_t cases);
  Measured Reserve(size_t slots, absl::Duration warm_up, absl::Duration duration);
  Measured Check(size_t slots, absl::Duration warm_up, absl::Duration duration);
  // Pages of at most `page_size` events of the cases of `debtors`.
  Measured ReadTimeline(size_t slots, Debtors debtors, uint32_t page_size, absl::Duration warm_up,
                        absl::Duration duration);

  // Appends events `from` to `to` - 1 of an ever larger portfolio, 64 at a time, as fast as streams
  // take them: every 100,000 events 2,000 debtors more, with 50 contacts each.
  absl::Status Grow(uint64_t from, uint64_t to, size_t bytes);
  // The debtors whose contacts are complete after `events` of them; 2,000 at least.
  static Debtors GrownTo(uint64_t events);

  // A regulator's bundle of one case, as the server built and verified it.
  struct Bundle {
    std::string path;
    uint64_t events = 0;
    absl::Duration took;  // from the order until it was ready
  };
  // Fills a case with `events` contacts of many debtors, personal parts opened, and exports it.
  absl::StatusOr<Bundle> ExportCase(uint64_t events, size_t bytes);

 private:
  explicit Ledger(std::string folder) : folder_(std::move(folder)) {}

  absl::Status Run();
  std::string Read(const std::string& name) const;
  // Sends `count` appends, made by `make(i, request)`, over one stream a connection.
  absl::Status AppendAll(uint64_t count,
                         const std::function<void(uint64_t, v1::AppendEventsRequest*)>& make);

  const std::string folder_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<api::Server> server_;
  Channels channels_;
  uint64_t cases_ = 0;
  uint64_t next_ = 0;
};

}  // namespace constancia::bench

#endif  // CONSTANCIA_TESTS_BENCH_LEDGER_H_
