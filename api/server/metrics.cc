#include "api/server/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"

namespace constancia::api {
namespace {

using prometheus::Counter;

const prometheus::Histogram::BucketBoundaries kDurationBuckets = {
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5};

}  // namespace

struct Metrics::Impl {
  prometheus::Registry registry;
  prometheus::Family<Counter>& appended = prometheus::BuildCounter()
                                              .Name("constancia_events_appended_total")
                                              .Help("Events recorded.")
                                              .Register(registry);
  prometheus::Family<Counter>& rejected = prometheus::BuildCounter()
                                              .Name("constancia_append_rejected_total")
                                              .Help("Append requests refused, by reason.")
                                              .Register(registry);
  prometheus::Histogram& duration =
      prometheus::BuildHistogram()
          .Name("constancia_append_duration_seconds")
          .Help("Time from the arrival of an append request until its events were durable.")
          .Register(registry)
          .Add({}, kDurationBuckets);
  prometheus::Gauge& checkpoint_age =
      prometheus::BuildGauge()
          .Name("constancia_checkpoint_age_seconds")
          .Help("How long the oldest event without a checkpoint has waited.")
          .Register(registry)
          .Add({});

  // Looking a counter up by its labels costs more than an append may: they are kept.
  absl::Mutex mutex;
  absl::flat_hash_map<std::pair<std::string, std::string>, Counter*> appended_by
      ABSL_GUARDED_BY(mutex);
};

Metrics::Metrics(std::string_view version) : impl_(std::make_unique<Impl>()) {
  prometheus::BuildGauge()
      .Name("constancia_build_info")
      .Help("1, with the version of the program.")
      .Register(impl_->registry)
      .Add({{"version", std::string(version)}})
      .Set(1);
}

Metrics::~Metrics() = default;

void Metrics::Appended(std::string_view family, std::string_view source) {
  const absl::MutexLock lock(&impl_->mutex);
  Counter*& counter = impl_->appended_by[{std::string(family), std::string(source)}];
  if (counter == nullptr) {
    counter = &impl_->appended.Add(
        {{"type_group", std::string(family)}, {"source", std::string(source)}});
  }
  counter->Increment();
}

void Metrics::AppendTook(absl::Duration time) {
  impl_->duration.Observe(absl::ToDoubleSeconds(time));
}

void Metrics::AppendRejected(Reason reason) {
  impl_->rejected.Add({{"reason", error::v1::Reason_Name(reason)}}).Increment();
}

void Metrics::SetCheckpointAge(absl::Duration age) {
  impl_->checkpoint_age.Set(absl::ToDoubleSeconds(age));
}

std::string Metrics::Text() const {
  return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace constancia::api
