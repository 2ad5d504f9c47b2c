// Streams: what an event is about, how that is written, and the key it has in proofs.
//
// An event belongs to one to eight streams. In text a stream is "case/C-17", "debtor/P-9",
// "source/dialler-1", "ledger"; an identifier is "identifier/<country>.<type>.<normalised value>".
// In proofs a stream is a 32-byte key that does not tell its name to who lacks the ledger's K.
//
// Used by: everything that reads or writes events.
// Threads: any thread may call anything; StreamKeys is immutable.
#ifndef CONSTANCIA_CORE_EVENT_STREAM_H_
#define CONSTANCIA_CORE_EVENT_STREAM_H_

#include <compare>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "constancia/ledger/v1/header.pb.h"
#include "core/base/hash.h"

namespace constancia {

using ledger::v1::StreamKind;
using ledger::v1::StreamPlace;

inline constexpr size_t kStreamsPerEventMax = 8;

struct Stream {
  StreamKind kind = ledger::v1::STREAM_KIND_UNSPECIFIED;
  std::string name;

  friend auto operator<=>(const Stream&, const Stream&) = default;

  template <typename H>
  friend H AbslHashValue(H state, const Stream& stream) {
    return H::combine(std::move(state), static_cast<int>(stream.kind), stream.name);
  }
};

// Checks kind and name: an id of 1 to 64 of [A-Za-z0-9._-] (core/event/public_string.h);
// "ledger" for the ledger; a normalised national id for an identifier.
// Fails with STREAM_INVALID, and with PERSONAL_DATA_MISPLACED when the name of any stream but an
// identifier reads as a national id.
absl::Status CheckStream(const Stream& stream);

// Reads the text form. Fails as CheckStream does.
absl::StatusOr<Stream> ParseStream(std::string_view text);

// Writes the text form of a stream that passes CheckStream.
std::string ToText(const Stream& stream);

// Computes the keys of one ledger's streams:
//   H(0x13 || u8 kind || u16be len(origin) || origin || id)
// with id = name for source and ledger, HMAC-SHA256(K, u8 kind || name) for all others.
class StreamKeys {
 public:
  // `origin` is at most 65,535 bytes; `k` is the ledger's 32-byte K.
  StreamKeys(std::string_view origin, std::string_view k);

  Hash KeyOf(const Stream& stream) const;

 private:
  const std::string origin_;  // u16be length, then the origin.
  const std::string k_;
};

}  // namespace constancia

#endif  // CONSTANCIA_CORE_EVENT_STREAM_H_
