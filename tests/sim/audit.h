// Compares an open ledger with the model, and checks every proof it gives.
//
// Used by: simulation.
// Threads: one; nobody appends meanwhile.
#ifndef CONSTANCIA_TESTS_SIM_AUDIT_H_
#define CONSTANCIA_TESTS_SIM_AUDIT_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/base/hash.h"
#include "core/base/random.h"
#include "eventstore/log/event_log.h"
#include "eventstore/proof/note.h"
#include "tests/sim/model.h"

namespace constancia::sim {

class Audit {
 public:
  struct Subject {
    const eventstore::EventLog* log = nullptr;
    // Signs the log's checkpoints and seals.
    eventstore::VerifierKey key;
    // Every checkpoint that was ever seen while the disk was whole, by size.
    const std::map<uint64_t, std::string>* checkpoints = nullptr;
    std::vector<const eventstore::InlineProjection*> projections;
    // Chooses what is looked at where looking at everything would take too long.
    SeededRandom* random = nullptr;
  };

  explicit Audit(const Subject& subject) : subject_(subject) {}

  // Cuts `model` to what the log holds after a restart. Fails when an answered append is missing,
  // or the log does not end with a whole append.
  absl::Status FindEnd(Model& model);

  // Compares everything. Fails with what differs; an error of the log itself is returned as it is.
  absl::Status Check(Model& model);

 private:
  absl::Status ReadEvents();
  absl::Status CheckEvent(const eventstore::RecordedEvent& event, const Model& model,
                          const EventPlace& place);
  absl::Status CheckPositions();
  absl::Status CheckCheckpoints();
  absl::Status CheckStreams(const Model& model);
  absl::Status CheckCompleteness(const Stream& stream);
  absl::Status CheckAnswers(Model& model);
  absl::Status CheckPersonal(const Model& model);
  absl::Status CheckProjections();

  const eventstore::LogReader& reader() const { return subject_.log->reader(); }

  const Subject subject_;
  std::vector<eventstore::RecordedEvent> events_;  // the whole log
  std::vector<Hash> leaf_hashes_;                  // by position, up to the latest checkpoint
};

}  // namespace constancia::sim

#endif  // CONSTANCIA_TESTS_SIM_AUDIT_H_
