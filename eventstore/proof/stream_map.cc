#include "eventstore/proof/stream_map.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/status.h"
#include "core/crypto/sha256.h"

namespace constancia::eventstore {
namespace {

constexpr int kKeyBits = 256;
// Buckets are split when they hold more than this on average, so that they hold half on average
// afterwards.
constexpr uint64_t kBucketKeysMax = 8;

bool BitOf(const Hash& key, int depth) {
  return (key.bytes[static_cast<size_t>(depth / 8)] >> (7 - depth % 8) & 1) != 0;
}

Hash TaggedPair(char tag, const Hash& first, const Hash& second) {
  std::array<char, 1 + 2 * Hash::kSize> bytes;
  bytes[0] = tag;
  std::copy(first.bytes.begin(), first.bytes.end(), bytes.begin() + 1);
  std::copy(second.bytes.begin(), second.bytes.end(), bytes.begin() + 1 + Hash::kSize);
  return Sha256({bytes.data(), bytes.size()});
}

Hash MapLeafHash(const Hash& key, const Hash& value_hash) {
  return TaggedPair(0x10, key, value_hash);
}

Hash MapNodeHash(const Hash& left, const Hash& right) { return TaggedPair(0x11, left, right); }

absl::Status Invalid(std::string_view what) {
  return Error(error::v1::PROOF_INVALID, absl::StrCat("map proof: ", ToAbsl(what)));
}

// Of entries that share their first `depth` bits, the first whose next bit is one.
template <typename Iterator>
Iterator PartAt(Iterator begin, Iterator end, int depth) {
  return std::partition_point(begin, end,
                              [depth](const auto& entry) { return !BitOf(entry.key, depth); });
}

}  // namespace

Hash MapValueHash(std::string_view value) {
  return Sha256Joined({std::string_view("\x12", 1), value});
}

std::string EncodeMapValue(uint64_t count, uint64_t last, const Hash& root) {
  std::string value;
  AppendU64(&value, count);
  AppendU64(&value, last);
  value += root.view();
  return value;
}

absl::Status VerifyMapProof(const MapProof& proof, const Hash& key,
                            const std::optional<Hash>& value_hash, const Hash& root) {
  const size_t depth = proof.siblings.size();
  if (depth > kKeyBits) return Invalid("more siblings than a key has bits");
  if (value_hash.has_value() != (proof.terminal == MapProof::Terminal::kPresent)) {
    return Invalid("the end of the path does not fit the claim");
  }
  // A pair with an empty side and a lone key would be that key.
  if (depth > 0 && proof.siblings.front() == Hash()) {
    return Invalid("the deepest sibling is empty");
  }

  Hash hash;
  switch (proof.terminal) {
    case MapProof::Terminal::kPresent:
      hash = MapLeafHash(key, *value_hash);
      break;
    case MapProof::Terminal::kEmpty:
      break;
    case MapProof::Terminal::kOther:
      if (proof.other_key == key) return Invalid("the other key is the one asked for");
      for (int d = 0; d < static_cast<int>(depth); ++d) {
        if (BitOf(proof.other_key, d) != BitOf(key, d)) {
          return Invalid("the other key does not lie on the path");
        }
      }
      hash = MapLeafHash(proof.other_key, proof.other_value_hash);
      break;
  }
  int d = static_cast<int>(depth);
  for (const Hash& sibling : proof.siblings) {
    --d;
    hash = BitOf(key, d) ? MapNodeHash(sibling, hash) : MapNodeHash(hash, sibling);
  }
  if (hash != root) return Invalid("it leads to another root");
  return absl::OkStatus();
}

StreamMap::StreamMap() : buckets_(1), subtrees_(2) {}

StreamMap StreamMap::Build(std::vector<Entry> entries) {
  CHECK(std::is_sorted(entries.begin(), entries.end(),
                       [](const Entry& a, const Entry& b) { return a.key <= b.key; }));
  StreamMap map;
  map.size_ = entries.size();
  while (map.size_ >> map.depth_ > kBucketKeysMax) ++map.depth_;
  map.buckets_.assign(size_t{1} << map.depth_, {});
  auto begin = entries.cbegin();
  while (begin != entries.cend()) {
    const size_t bucket = map.BucketOf(begin->key);
    const auto end = std::find_if(begin, entries.cend(), [&](const Entry& entry) {
      return map.BucketOf(entry.key) != bucket;
    });
    map.buckets_[bucket].assign(begin, end);
    begin = end;
  }
  map.HashAll();
  return map;
}

void StreamMap::Update(std::vector<Entry> entries) {
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.key < b.key; });
  // Heap indices of the subtrees to hash again, rising; at first the buckets.
  std::vector<size_t> touched;
  for (auto begin = entries.cbegin(); begin != entries.cend();) {
    const size_t bucket = BucketOf(begin->key);
    auto end = begin;
    while (end != entries.cend() && BucketOf(end->key) == bucket) ++end;
    PutIntoBucket({begin, end}, buckets_[bucket]);
    touched.push_back(buckets_.size() + bucket);
    begin = end;
  }
  if (size_ >> depth_ > kBucketKeysMax) {
    Grow();
    return;
  }
  for (size_t index : touched) {
    subtrees_[index] = HashEntries(buckets_[index - buckets_.size()], depth_);
  }
  while (!touched.empty() && touched.front() > 1) {
    for (size_t& index : touched) index /= 2;
    touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
    for (size_t index : touched) {
      subtrees_[index] = Join(subtrees_[2 * index], subtrees_[2 * index + 1]);
    }
  }
}

void StreamMap::PutIntoBucket(std::span<const Entry> entries, Bucket& bucket) {
  for (const Entry& entry : entries) {
    const auto at = std::lower_bound(bucket.begin(), bucket.end(), entry.key,
                                     [](const Entry& e, const Hash& key) { return e.key < key; });
    if (at != bucket.end() && at->key == entry.key) {
      at->value_hash = entry.value_hash;
      continue;
    }
    // Grown by one: slack in a hundred thousand small buckets would be most of the memory.
    const auto offset = at - bucket.begin();
    bucket.reserve(bucket.size() + 1);
    bucket.insert(bucket.begin() + offset, entry);
    ++size_;
  }
}

void StreamMap::Grow() {
  while (size_ >> depth_ > kBucketKeysMax) {
    std::vector<Bucket> halves(buckets_.size() * 2);
    for (size_t i = 0; i < buckets_.size(); ++i) {
      const auto middle = PartAt(buckets_[i].begin(), buckets_[i].end(), depth_);
      halves[2 * i].assign(buckets_[i].begin(), middle);
      halves[2 * i + 1].assign(middle, buckets_[i].end());
      buckets_[i] = Bucket();
    }
    buckets_ = std::move(halves);
    ++depth_;
  }
  HashAll();
}

void StreamMap::HashAll() {
  subtrees_.assign(buckets_.size() * 2, {});
  for (size_t i = 0; i < buckets_.size(); ++i) {
    subtrees_[buckets_.size() + i] = HashEntries(buckets_[i], depth_);
  }
  for (size_t i = buckets_.size() - 1; i > 0; --i) {
    subtrees_[i] = Join(subtrees_[2 * i], subtrees_[2 * i + 1]);
  }
}

StreamMap::Subtree StreamMap::Join(const Subtree& left, const Subtree& right) {
  // A lone key has the same hash at every depth.
  if (left.population == Population::kNone && right.population != Population::kMany) return right;
  if (right.population == Population::kNone && left.population != Population::kMany) return left;
  return {MapNodeHash(left.hash, right.hash), Population::kMany};
}

StreamMap::Subtree StreamMap::HashEntries(std::span<const Entry> entries, int depth) {
  if (entries.empty()) return {};
  if (entries.size() == 1) {
    return {MapLeafHash(entries.front().key, entries.front().value_hash), Population::kOne};
  }
  const auto middle = PartAt(entries.begin(), entries.end(), depth);
  return Join(HashEntries({entries.begin(), middle}, depth + 1),
              HashEntries({middle, entries.end()}, depth + 1));
}

size_t StreamMap::BucketOf(const Hash& key) const {
  uint64_t front = 0;
  for (size_t i = 0; i < sizeof(front); ++i) front = front << 8 | key.bytes[i];
  return depth_ == 0 ? 0 : front >> (64 - depth_);
}

Hash StreamMap::root() const { return subtrees_[1].hash; }

std::optional<Hash> StreamMap::Find(const Hash& key) const {
  const Bucket& bucket = buckets_[BucketOf(key)];
  const auto at = std::lower_bound(bucket.begin(), bucket.end(), key,
                                   [](const Entry& e, const Hash& k) { return e.key < k; });
  if (at == bucket.end() || at->key != key) return std::nullopt;
  return at->value_hash;
}

MapProof StreamMap::Prove(const Hash& key) const {
  MapProof proof;
  const size_t leaf = buckets_.size() + BucketOf(key);
  int depth = 0;
  // Above the buckets: down to the first subtree that has at most one key.
  for (; depth < depth_; ++depth) {
    if (subtrees_[leaf >> (depth_ - depth)].population != Population::kMany) break;
    proof.siblings.push_back(subtrees_[leaf >> (depth_ - depth - 1) ^ 1].hash);
  }
  std::span<const Entry> entries;
  if (depth == depth_) {
    entries = buckets_[leaf - buckets_.size()];
  } else if (subtrees_[leaf >> (depth_ - depth)].population == Population::kOne) {
    // The lone key may stand in any bucket below.
    size_t index = leaf >> (depth_ - depth);
    while (index < buckets_.size()) {
      index *= 2;
      if (subtrees_[index].population == Population::kNone) ++index;
    }
    entries = buckets_[index - buckets_.size()];
  }
  // Inside the bucket, the same.
  for (; entries.size() > 1; ++depth) {
    const auto middle = PartAt(entries.begin(), entries.end(), depth);
    const std::span<const Entry> zeros(entries.begin(), middle);
    const std::span<const Entry> ones(middle, entries.end());
    const bool bit = BitOf(key, depth);
    proof.siblings.push_back(HashEntries(bit ? zeros : ones, depth + 1).hash);
    entries = bit ? ones : zeros;
  }
  std::reverse(proof.siblings.begin(), proof.siblings.end());

  if (entries.empty()) {
    proof.terminal = MapProof::Terminal::kEmpty;
  } else if (entries.front().key == key) {
    proof.terminal = MapProof::Terminal::kPresent;
  } else {
    proof.terminal = MapProof::Terminal::kOther;
    proof.other_key = entries.front().key;
    proof.other_value_hash = entries.front().value_hash;
  }
  return proof;
}

}  // namespace constancia::eventstore
