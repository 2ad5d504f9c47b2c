// The map of all streams: a compact sparse Merkle tree from 256-bit keys to values, whose root goes
// into the log with every checkpoint and so fixes which streams exist and how long each is.
//
//     empty subtree                = 32 zero bytes
//     subtree with exactly one key = H(0x10 || key || H(0x12 || value)), whatever its depth
//     any other at depth d         = H(0x11 || subtree of bit d = 0 || subtree of bit d = 1)
//
// Bit 0 is the top bit of byte 0. The root depends on the keys and values alone, not on the order
// they came in.
//
// In memory: sorted buckets of about six keys (64 bytes each, key and value hash) under an array of
// subtree hashes, some 85 bytes a stream. An update hashes the buckets it touches and the paths
// above them, each once.
//
// Used by: eventstore/log (notary, completeness proofs, audit).
// Threads: one writer, or several readers.
#ifndef CONSTANCIA_EVENTSTORE_PROOF_STREAM_MAP_H_
#define CONSTANCIA_EVENTSTORE_PROOF_STREAM_MAP_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "core/base/hash.h"

namespace constancia::eventstore {

// H(0x12 || value), and the value of a stream: u64be count || u64be last || root (48 bytes), where
// `last` is the log index of its last event and `root` the RFC 6962 root over its leaves.
Hash MapValueHash(std::string_view value);
std::string EncodeMapValue(uint64_t count, uint64_t last, const Hash& root);

// A path from one key towards the root of a map.
struct MapProof {
  enum class Terminal {
    kPresent,  // the key is there, with the value the checker computes for himself
    kEmpty,    // nothing is there
    kOther,    // the only key there is another one
  };
  Terminal terminal = Terminal::kEmpty;
  Hash other_key;              // kOther only
  Hash other_value_hash;       // kOther only
  std::vector<Hash> siblings;  // deepest first, at most 256
  bool operator==(const MapProof&) const = default;
};

// Fails with PROOF_INVALID unless `proof` shows that the map of `root` holds `value_hash` under
// `key`, or, when that is absent, that it does not hold `key`.
absl::Status VerifyMapProof(const MapProof& proof, const Hash& key,
                            const std::optional<Hash>& value_hash, const Hash& root);

class StreamMap {
 public:
  struct Entry {
    Hash key;
    Hash value_hash;
  };

  StreamMap();

  // Builds the map of `entries`, whose keys rise strictly, as a scan of stream heads gives them.
  static StreamMap Build(std::vector<Entry> entries);

  // Sets the value hash of each key. A key that comes twice gets the later one.
  void Update(std::vector<Entry> entries);

  Hash root() const;
  uint64_t size() const { return size_; }

  // Returns the value hash of `key`, if the map holds it.
  std::optional<Hash> Find(const Hash& key) const;

  // Proves that `key` is in the map, or that it is not.
  MapProof Prove(const Hash& key) const;

 private:
  // How many keys a subtree holds decides how its hash is made.
  enum class Population : uint8_t { kNone, kOne, kMany };
  struct Subtree {
    Hash hash;
    Population population = Population::kNone;
  };
  using Bucket = std::vector<Entry>;

  static Subtree Join(const Subtree& left, const Subtree& right);
  static Subtree HashEntries(std::span<const Entry> entries, int depth);

  size_t BucketOf(const Hash& key) const;
  void PutIntoBucket(std::span<const Entry> entries, Bucket& bucket);
  void Grow();
  void HashAll();

  uint64_t size_ = 0;
  int depth_ = 0;                // of the buckets: there are 2^depth_
  std::vector<Bucket> buckets_;  // by the first depth_ bits of the key
  std::vector<Subtree>
      subtrees_;  // a heap: 1 is the root, 2i and 2i+1 are below i, the last half buckets
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROOF_STREAM_MAP_H_
