// What a ledger must answer and hold, kept in plain containers.
//
// The model sees every request in the order in which the ledger orders them (one thread submits),
// so it knows each answer in advance. After a crash it is told how many appends are left.
//
// Used by: simulation, clients, audit.
// Threads: one.
#ifndef CONSTANCIA_TESTS_SIM_MODEL_H_
#define CONSTANCIA_TESTS_SIM_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/event/stream.h"
#include "core/event/uuid.h"
#include "eventstore/log/append.h"

namespace constancia::sim {

// An append that the ledger took, or must have taken unless a crash came first.
struct Recorded {
  eventstore::AppendRequest request;             // the source's stream added where it was not named
  std::vector<std::vector<Sequence>> sequences;  // of each draft
  std::optional<std::vector<eventstore::Receipt>> answer;  // once it is known to be on the disk
};

// An event of the model: index of its append, and of its draft there.
struct EventPlace {
  size_t append = 0;
  size_t draft = 0;
};

// What a request must be answered with.
struct Prediction {
  enum class Kind { kRecorded, kRepeated, kMoved, kConflict };
  Kind kind = Kind::kRecorded;
  // The events whose receipts come back: new ones, or those of the first time.
  std::vector<EventPlace> events;
};

class Model {
 public:
  // Says what the next request is answered with, and takes it as recorded when it will be.
  Prediction Submit(eventstore::AppendRequest request);

  // Compares an answer, given while nothing was broken, with what was predicted. Fails when it
  // differs.
  absl::Status Answered(const Prediction& prediction,
                        const absl::StatusOr<eventstore::AppendResult>& answer);

  // The last append was refused before it reached the log.
  void WithdrawLast();

  // A restart left the first `count` appends. Fails when one that was answered is not among them.
  absl::Status KeepFirst(size_t count);

  // The receipts of an append that was never answered, read after a restart.
  void Learn(size_t append, std::vector<eventstore::Receipt> receipts);

  const std::vector<Recorded>& appends() const { return appends_; }
  const eventstore::EventDraft& DraftAt(const EventPlace& place) const {
    return appends_[place.append].request.drafts[place.draft];
  }

  // Number of events of a stream; 0 when it does not exist.
  uint64_t VersionOf(const Stream& stream) const;
  const std::map<Stream, std::vector<EventPlace>>& streams() const { return streams_; }
  size_t events() const { return events_; }

 private:
  using Key = std::pair<std::string, std::string>;  // source, id

  std::optional<Prediction> Known(const eventstore::AppendRequest& request) const;
  bool ChoosesKnownId(const eventstore::AppendRequest& request) const;
  bool Holds(const eventstore::Expectation& expectation) const;
  std::vector<EventPlace> Add(Recorded recorded);

  std::vector<Recorded> appends_;
  // Made from `appends_`.
  std::map<Stream, std::vector<EventPlace>> streams_;
  std::map<Key, size_t> requests_;
  std::map<Key, EventPlace> external_;
  std::set<EventId> ids_;
  size_t events_ = 0;
};

}  // namespace constancia::sim

#endif  // CONSTANCIA_TESTS_SIM_MODEL_H_
