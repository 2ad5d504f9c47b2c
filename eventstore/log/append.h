// What is handed to the log to be appended, and what comes back.
//
// Used by: api/commands, api/service, eventstore/retention.
#ifndef CONSTANCIA_EVENTSTORE_LOG_APPEND_H_
#define CONSTANCIA_EVENTSTORE_LOG_APPEND_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "constancia/ledger/v1/header.pb.h"
#include "core/base/hash.h"
#include "core/base/position.h"
#include "core/base/time.h"
#include "core/event/stream.h"
#include "core/event/uuid.h"
#include "eventstore/proof/group_seal.h"

namespace constancia::eventstore {

inline constexpr size_t kAppendEventsMax = 64;
inline constexpr size_t kAppendExpectationsMax = 16;
// What the server may add to one append: consequences of its events, and expectations that they
// rest on.
inline constexpr size_t kAppendConsequencesMax = 512;
inline constexpr size_t kOwnExpectationsMax = 2 * kAppendEventsMax;
// Events of one append with all that is added to it; they commit in one group.
inline constexpr size_t kAppendTotalMax = kAppendEventsMax + kAppendConsequencesMax;

// The source of what the server itself or a person causes.
inline constexpr char kOwnSource[] = "constancia";

// One event to be recorded, validated and parted by the caller. The log adds what only it can know:
// position, sequence numbers, `recorded_at`, seal; and it seals the personal part.
struct EventDraft {
  // Made by the log when absent.
  std::optional<EventId> event_id;
  // The id was made on the way here, not by the source: a repeated request may bring another one.
  bool event_id_made = false;
  // Full name of the payload message.
  std::string type;
  Instant occurred_at;
  std::string zone;
  int32_t offset_minutes = 0;
  ledger::v1::Actor actor;
  std::optional<ledger::v1::OnBehalfOf> on_behalf_of;
  // The source's own key of this event; empty when it has none.
  std::string external_id;
  // The event that began the business transaction, and the one that led to this one.
  std::optional<EventId> correlation_id;
  std::optional<EventId> causation_id;
  std::string public_part;
  // In clear, empty when no personal field is set.
  std::string personal_part;
  // Each at most once. The source's own stream is added last when it is not named.
  std::vector<Stream> streams;
  // Index into `streams` of the debtor or agent the personal part is about; needed when there is
  // one.
  std::optional<size_t> subject;
  // Retention class of the type: part of what chooses the data key.
  std::string retention_class;
  // 32 bytes, sent by a source that signs; empty otherwise.
  std::string salt;
  std::optional<ledger::v1::SourceSignature> source_signature;
  // Made by the server because of another draft of the same append, whose event id it names as its
  // cause: a violation beside the contact it judges. Consequences stand behind all other drafts and
  // are not compared when a request is repeated.
  bool consequence = false;
};

// What must hold for an append to be taken. Streams that are not written may be named.
struct Expectation {
  Stream stream;
  // The stream is at exactly this version; when absent: it exists, that is, its version is above 0.
  std::optional<StreamVersion> version;
};

struct AppendRequest {
  std::string source;
  std::string request_id;
  std::vector<EventDraft> drafts;
  std::vector<Expectation> expectations;
};

// What an append returns for each of its events.
struct Receipt {
  EventId event_id;
  Position position;
  Hash leaf_hash;
  // Shows, without anything that comes later, that the log took the event at its position.
  Seal seal;
  Instant recorded_at;
  // One for each stream of the header, in its order.
  std::vector<Sequence> sequences;
  bool operator==(const Receipt&) const = default;
};

struct AppendResult {
  // One for each event, in order; when the request was a repetition, those of the first time.
  std::vector<Receipt> receipts;
  bool repeated = false;
};

// Called exactly once, on a thread of the log: hand on what takes long.
using AppendCallback = absl::AnyInvocable<void(absl::StatusOr<AppendResult>)>;

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_APPEND_H_
