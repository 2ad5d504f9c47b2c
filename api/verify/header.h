// What stands in a leaf of the log: an event's header, or a map root.
//
// A leaf is one type byte and a body: 0x01 and an EventHeader message (protobuf wire format,
// fields in rising order), or 0x02 and 56 bytes of a map root. This is a reader of our own: it
// refuses what the format does not have, and never writes bytes back to compare them.
//
// Used by: the checks of a log, a bundle, a proof and a seal.
#ifndef CONSTANCIA_VERIFY_HEADER_H_
#define CONSTANCIA_VERIFY_HEADER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hash.h"
#include "note.h"
#include "result.h"

namespace verify {

constexpr size_t kLeafBytesMax = 65535;
constexpr size_t kPublicPayloadBytesMax = 32768;
constexpr uint64_t kStreamsMax = 8;
constexpr uint64_t kNoIndex = UINT64_MAX;

enum class StreamKind : uint8_t {
  kCase = 1,
  kDebtor = 2,
  kSource = 3,
  kExport = 4,
  kLedger = 5,
  kAgent = 6,
  kHold = 7,
  kIdentifier = 8,
};

// A place of an event in one of its streams. Views point into the leaf.
struct StreamPlace {
  StreamKind kind = StreamKind::kCase;
  std::string_view name;  // empty for an identifier
  Hash key;
  uint64_t sequence = 0;
};

// The personal part's commitments. The data key's id names what an erasure destroys.
struct Sealed {
  std::string_view key_id;  // 16 bytes
  Hash commitment;
  Hash digest;
  uint64_t subject = 0;  // index into streams
};

struct SourceSignature {
  std::string_view key_id;     // 4 bytes
  std::string_view signature;  // 64 bytes
};

// The fields of an event's header that a check needs. Views point into the leaf.
struct Event {
  std::string_view event_id;  // 16 bytes
  std::string_view type;
  uint64_t occurred_at = 0;  // microseconds since 1970-01-01 UTC, as the 64 bits stored
  std::string_view source;
  std::string_view public_payload;
  std::optional<Sealed> sealed;
  std::optional<SourceSignature> source_signature;
  int64_t recorded_at = 0;  // microseconds since 1970-01-01 UTC
  std::vector<StreamPlace> streams;
};

struct MapRoot {
  uint64_t covered = 0;
  uint64_t key_count = 0;
  Hash root;
  uint64_t previous = kNoIndex;
};

// One commit group's row: the seal of all its events.
struct GroupRow {
  uint64_t first = 0;
  uint64_t count = 0;
  Hash root;
  std::string_view key_id;     // 4 bytes
  std::string_view signature;  // 64 bytes
  Hash previous;
  uint64_t epoch = 0;
};

bool IsEventLeaf(std::string_view leaf);
bool IsMapRootLeaf(std::string_view leaf);

// Parses into `event`, whose storage is reused.
Status ParseEvent(std::string_view leaf, Event* event);
Result<MapRoot> ParseMapRoot(std::string_view leaf);
Result<GroupRow> ParseGroupRow(std::string_view row);

// The key of a source's or of the ledger's stream, which anybody can compute:
// H(0x13 || kind || u16be length of origin || origin || name).
Hash OpenStreamKey(StreamKind kind, std::string_view origin, std::string_view name);

// The key of a case, debtor or other stream whose name only the ledger's secret K ties to it:
// the same over HMAC-SHA256(K, kind || name) in the place of the name.
Hash SecretStreamKey(StreamKind kind, std::string_view origin, std::string_view secret,
                     std::string_view name);

// Refuses an event whose source and ledger streams do not have the key their name gives them, or
// that does not stand in the stream of its own source; with `secret`, the ledger's K, also one of
// whose other streams that is so. An identifier has no name to check.
class StreamKeyCheck {
 public:
  explicit StreamKeyCheck(std::string origin, std::optional<std::string> secret = {})
      : origin_(std::move(origin)), secret_(std::move(secret)) {}
  Status Check(const Event& event);

 private:
  std::string origin_;
  std::optional<std::string> secret_;
  std::string source_name_;  // the last source seen
  Hash source_key_;
};

// "case/C-17", "ledger", "identifier/322f3398..." for people.
std::string StreamText(const StreamPlace& place);

// What a group's signature covers: "constancia/seal/v1" || 0x00 || u64be first || u32be count ||
// root.
std::string SealMessage(uint64_t first, uint64_t count, const Hash& root);

// Whether the source's signature over its own draft verifies with `key`. The signature covers
// "constancia/source/v1" || 0x00 || event id || u64be occurred_at || H(type) || H(public part) ||
// commitment, where the last is 32 zero bytes when there is no personal part.
bool SourceSignatureHolds(const Event& event, std::string_view key);

// A source's verifier key as the reader gives it: `<source id>+HEX+B64`, type 0xff followed by
// "constancia/source/v1" and the public key. The result's `key` is the public key alone.
Result<VerifierKey> ParseSourceKey(std::string_view text);

// Whether any length-delimited field of a protobuf message, at any depth, holds exactly `value`.
bool HasFieldWithValue(std::string_view message, std::string_view value);

}  // namespace verify

#endif  // CONSTANCIA_VERIFY_HEADER_H_
