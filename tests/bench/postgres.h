// The peer: an audited append as many build it, one function in PostgreSQL with a hash chain and a
// weekly count.
//
// The server runs on a scratch folder that is removed, on a Unix socket, with synchronous commit.

#ifndef CONSTANCIA_TESTS_BENCH_POSTGRES_H_
#define CONSTANCIA_TESTS_BENCH_POSTGRES_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/bench/load.h"

namespace constancia::bench {

class Postgres {
 public:
  // Starts a server on a fresh database below `scratch`. Fails when Debian's PostgreSQL is not
  // installed.
  static absl::StatusOr<std::unique_ptr<Postgres>> Start(const std::string& scratch);

  // Stops the server and removes its folder.
  ~Postgres();

  // Appends payloads of `payload_bytes` with `clients` connections, each one statement at a time.
  absl::StatusOr<Measured> Append(size_t clients, size_t payload_bytes, absl::Duration warm_up,
                                  absl::Duration duration);

 private:
  explicit Postgres(std::string folder) : folder_(std::move(folder)) {}

  const std::string folder_;
};

}  // namespace constancia::bench

#endif  // CONSTANCIA_TESTS_BENCH_POSTGRES_H_
