// An append on its way: what the calling thread made of a request, and what the appender adds.
#ifndef CONSTANCIA_EVENTSTORE_LOG_INTERNAL_PREPARED_H_
#define CONSTANCIA_EVENTSTORE_LOG_INTERNAL_PREPARED_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "constancia/ledger/v1/header.pb.h"
#include "core/base/clock.h"
#include "core/base/hash.h"
#include "core/base/random.h"
#include "core/crypto/ed25519.h"
#include "core/event/stream.h"
#include "core/event/uuid.h"
#include "eventstore/log/append.h"
#include "eventstore/log/data_keys.h"

namespace constancia::eventstore {

// A stream that an append writes or expects something of, with its version as `state` had it.
// Nothing when the stream was in an epoch then, whose version the appender knows.
struct StreamRef {
  Hash key;
  std::optional<uint64_t> version;
};

struct PreparedEvent {
  ledger::v1::EventHeader header;               // fields 1 to 15
  std::string desk;                             // the same, encoded
  std::vector<ledger::v1::StreamPlace> places;  // sequences left open
  std::vector<StreamRef> streams;               // in the order of `places`
  EventId id;
  bool id_chosen = false;  // by the caller
  bool consequence = false;
  std::string external_key;       // row of `idempotency`, empty without an external id
  std::string personal_part;      // in clear
  std::optional<size_t> subject;  // index into `streams`, set when there is a personal part
  std::optional<Hash> case_key;
  std::string retention_class;
  std::string salt;
  std::string sealed;
};

struct PreparedExpectation {
  StreamRef stream;
  std::optional<StreamVersion> version;
  std::string text;  // of the stream, for messages
};

struct PreparedAppend {
  std::vector<PreparedEvent> events;
  std::vector<PreparedExpectation> expectations;
  std::string request_key;  // row of `idempotency`
  // `Overlay::written` from before the lookups in `state` that this append rests on.
  uint64_t looked_up_at = 0;
  size_t bytes = 0;
  // Of the keys its personal parts are sealed with; held until its events are recorded.
  std::vector<KeyLease> leases;
  // The key that seals every group after the one this append is in.
  const Signer* next_signer = nullptr;
  AppendCallback done;
};

// Checks a request and fills in headers and stream keys. Fails as EventLog::Append says, naming the
// field.
absl::StatusOr<PreparedAppend> PrepareAppend(AppendRequest request, const StreamKeys& stream_keys,
                                             Clock& clock, Random& random);

// Seals the personal parts and encodes what the desk encodes: what is done only for an append that
// is no repetition, so that a repetition makes no keys.
absl::Status SealAppend(PreparedAppend& append, DataKeys& data_keys, Clock& clock, Random& random);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_INTERNAL_PREPARED_H_
