// A projection that notices everything: a row for each stream holds the hash of all its events so
// far, and rows of cases come and go.
//
// Used by: simulation.
#ifndef CONSTANCIA_TESTS_SIM_TALLY_H_
#define CONSTANCIA_TESTS_SIM_TALLY_H_

#include <cstdint>
#include <string_view>

#include "eventstore/log/inline_projection.h"

namespace constancia::sim {

class Tally final : public eventstore::InlineProjection {
 public:
  std::string_view name() const override { return "tally"; }
  uint32_t version() const override { return 1; }
  void Apply(const eventstore::RecordedEvent& event, eventstore::Rows& rows) const override;
};

}  // namespace constancia::sim

#endif  // CONSTANCIA_TESTS_SIM_TALLY_H_
