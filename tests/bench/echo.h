// The bare echo: a gRPC server that does nothing, with the same credentials, threads and message
// size as ours.

#ifndef CONSTANCIA_TESTS_BENCH_ECHO_H_
#define CONSTANCIA_TESTS_BENCH_ECHO_H_

#include <memory>
#include <string>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "absl/time/time.h"
#include "tests/bench/load.h"

namespace constancia::bench {

// Channels of their own connections: as many callers would have.
using Channels = std::vector<std::shared_ptr<grpc::Channel>>;
Channels Connect(const std::string& address,
                 const std::shared_ptr<grpc::ChannelCredentials>& credentials, size_t count);

class EchoServer {
 public:
  explicit EchoServer(const std::shared_ptr<grpc::ServerCredentials>& credentials);
  ~EchoServer();

  const std::string& address() const { return address_; }

 private:
  class Service;

  std::unique_ptr<Service> service_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

// Unary calls that carry `bytes` bytes, `slots` in flight.
Measured EchoUnary(const Channels& channels, size_t bytes, size_t slots, absl::Duration warm_up,
                   absl::Duration duration);

// The same at a fixed rate.
Measured EchoOpen(const Channels& channels, size_t bytes, double rate, absl::Duration warm_up,
                  absl::Duration duration);

// One stream a channel, `window` messages in flight on each.
Measured EchoStream(const Channels& channels, size_t bytes, size_t window, absl::Duration warm_up,
                    absl::Duration duration);

}  // namespace constancia::bench

#endif  // CONSTANCIA_TESTS_BENCH_ECHO_H_
