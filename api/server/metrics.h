// What the server counts, in the text format that Prometheus reads.
//
// Names begin with constancia_; units are base units; no label holds personal data.
//
// Used by: api/server.
// Threads: any thread may call any method.
#ifndef CONSTANCIA_API_SERVER_METRICS_H_
#define CONSTANCIA_API_SERVER_METRICS_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "api/commands/observer.h"

namespace constancia::api {

class Metrics final : public Observer {
 public:
  explicit Metrics(std::string_view version);
  ~Metrics() override;

  void Appended(std::string_view family, std::string_view source) override;
  void AppendTook(absl::Duration time) override;
  void AppendRejected(Reason reason) override;

  // How long the oldest event without a checkpoint has waited; 0 when there is none.
  void SetCheckpointAge(absl::Duration age);

  std::string Text() const;

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_SERVER_METRICS_H_
