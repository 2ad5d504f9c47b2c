// A ledger under test: a real server in this process on a scratch folder, reached over mTLS like
// any caller's.

#ifndef CONSTANCIA_TESTS_BENCH_LEDGER_H_
#define CONSTANCIA_TESTS_BENCH_LEDGER_H_

#include <cstdint>
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

  // The `n`th append: one contact of one of `streams` debtors in a case of his, `bytes` bytes in
  // all.
  static void MakeAppend(uint64_t n, uint64_t streams, size_t bytes,
                         v1::AppendEventsRequest* request);

  Measured AppendUnary(size_t bytes, size_t slots, absl::Duration warm_up, absl::Duration duration);
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
  // Pages of 100 events of the cases that appends went to.
  Measured ReadTimeline(size_t slots, absl::Duration warm_up, absl::Duration duration);
  // Appends `count` events as fast as streams take them.
  absl::Status Grow(uint64_t count, size_t bytes);

 private:
  explicit Ledger(std::string folder) : folder_(std::move(folder)) {}

  absl::Status Run();
  std::string Read(const std::string& name) const;

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
