#include "eventstore/tables/wal_scan.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "rocksdb/env.h"
#include "rocksdb/write_batch.h"

namespace constancia::eventstore {
namespace {

constexpr size_t kBlockBytes = 32 << 10;
constexpr size_t kHeaderBytes = 7;   // u32le masked crc, u16le length, u8 type
constexpr size_t kBatchHeader = 12;  // u64le sequence, u32le count
enum FragmentType : uint8_t { kZero = 0, kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

constexpr std::array<uint32_t, 256> MakeCrcTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78u : 0);
    table[i] = crc;
  }
  return table;
}

constexpr std::array<uint32_t, 256> kCrcTable = MakeCrcTable();

// CRC-32C, rotated and shifted as log files keep it.
uint32_t MaskedCrc(std::string_view bytes) {
  uint32_t crc = ~0u;
  for (const char c : bytes) crc = (crc >> 8) ^ kCrcTable[(crc ^ static_cast<uint8_t>(c)) & 0xff];
  crc = ~crc;
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

uint64_t LittleEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i > 0; --i) value = value << 8 | static_cast<uint8_t>(bytes[i - 1]);
  return value;
}

struct Fragment {
  uint8_t type = kZero;
  std::string_view payload;
};

// Returns the fragment at the front of what is left of a block, if it is whole.
std::optional<Fragment> ReadFragment(std::string_view block) {
  if (block.size() < kHeaderBytes) return std::nullopt;
  const size_t length = LittleEndian(block.substr(4, 2));
  const uint8_t type = static_cast<uint8_t>(block[6]);
  if (type < kFull || type > kLast || block.size() < kHeaderBytes + length) return std::nullopt;
  if (MaskedCrc(block.substr(6, 1 + length)) != LittleEndian(block.substr(0, 4))) {
    return std::nullopt;
  }
  return Fragment{type, block.substr(kHeaderBytes, length)};
}

bool BeginsRecord(const Fragment& fragment) {
  return fragment.type == kFull || fragment.type == kFirst;
}

// Finds the greatest key that is put into one table.
class LastKey : public rocksdb::WriteBatch::Handler {
 public:
  explicit LastKey(uint32_t table) : table_(table) {}

  rocksdb::Status PutCF(uint32_t table, const rocksdb::Slice& key,
                        const rocksdb::Slice& /*value*/) override {
    if (table == table_) {
      ByteReader reader({key.data(), key.size()});
      const std::optional<uint64_t> number = reader.TakeU64();
      if (number.has_value()) last_ = std::max(last_.value_or(0), *number);
    }
    return rocksdb::Status::OK();
  }
  rocksdb::Status DeleteCF(uint32_t /*table*/, const rocksdb::Slice& /*key*/) override {
    return rocksdb::Status::OK();
  }

  std::optional<uint64_t> last() const { return last_; }

 private:
  const uint32_t table_;
  std::optional<uint64_t> last_;
};

class Walk {
 public:
  explicit Walk(uint32_t table) : table_(table) {}

  // Walks one file; false when damage was found.
  bool File(const std::string& name, std::string_view bytes) {
    record_.clear();
    in_record_ = false;
    bad_at_.reset();
    for (size_t begin = 0; begin < bytes.size(); begin += kBlockBytes) {
      if (!Block(name, begin, bytes.substr(begin, kBlockBytes))) return false;
    }
    if (!bad_at_.has_value() && in_record_) bad_at_ = bytes.size();
    if (bad_at_.has_value()) scan_.where = absl::StrCat(name, " at byte ", *bad_at_);
    return true;
  }

  WalScan scan() && { return std::move(scan_); }

 private:
  bool Block(const std::string& name, size_t begin, std::string_view block) {
    size_t at = 0;
    while (at + kHeaderBytes <= block.size()) {
      const std::optional<Fragment> fragment = ReadFragment(block.substr(at));
      if (fragment.has_value()) {
        if (bad_at_.has_value() && BeginsRecord(*fragment)) return Damaged(name, *bad_at_);
        if (!bad_at_.has_value() && !Take(name, begin + at, *fragment)) return false;
        at += kHeaderBytes + fragment->payload.size();
        continue;
      }
      if (IsZero(block.substr(at))) return true;  // set aside for the file, never written
      if (!bad_at_.has_value()) bad_at_ = begin + at;
      ++at;  // nothing says where the next fragment begins: try everywhere
    }
    return true;
  }

  bool Take(const std::string& name, size_t at, const Fragment& fragment) {
    if (BeginsRecord(fragment) == in_record_) {
      // A record begins inside another, or goes on that never began.
      if (BeginsRecord(fragment)) return Damaged(name, at);
      bad_at_ = at;
      return true;
    }
    if (BeginsRecord(fragment)) record_.clear();
    record_.append(fragment.payload);
    in_record_ = fragment.type == kFirst || fragment.type == kMiddle;
    return in_record_ || Record(name, at);
  }

  bool Record(const std::string& name, size_t at) {
    if (record_.size() < kBatchHeader) return Damaged(name, at);
    const std::string_view record = record_;
    const uint64_t sequence = LittleEndian(record.substr(0, 8));
    const uint64_t count = LittleEndian(record.substr(8, 4));
    if (count == 0) return true;  // a marker that opening leaves behind
    if (next_sequence_.has_value() && sequence != *next_sequence_) return Damaged(name, at);
    next_sequence_ = sequence + count;
    LastKey last(table_);
    if (!rocksdb::WriteBatch(record_).Iterate(&last).ok()) return Damaged(name, at);
    if (last.last().has_value()) scan_.last_key = last.last();
    return true;
  }

  bool Damaged(const std::string& name, size_t at) {
    scan_.damaged = true;
    scan_.where = absl::StrCat(name, " at byte ", at);
    return false;
  }

  static bool IsZero(std::string_view bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == 0; });
  }

  const uint32_t table_;
  std::optional<uint64_t> next_sequence_;
  std::string record_;  // fragments so far
  bool in_record_ = false;
  std::optional<size_t> bad_at_;  // in this file
  WalScan scan_;
};

}  // namespace

absl::StatusOr<WalScan> ScanWal(const std::string& folder, uint32_t table, rocksdb::Env* env) {
  if (env == nullptr) env = rocksdb::Env::Default();
  const auto failed = [&](const rocksdb::Status& status) {
    return Error(error::v1::INTERNAL, absl::StrCat("reading ", folder, ": ", status.ToString()));
  };
  std::vector<std::string> children;
  if (const auto status = env->GetChildren(folder, &children); !status.ok()) return failed(status);

  std::vector<std::pair<uint64_t, std::string>> files;
  for (const std::string& child : children) {
    constexpr std::string_view kSuffix = ".log";
    if (!std::string_view(child).ends_with(kSuffix)) continue;
    const size_t digits = child.size() - kSuffix.size();
    if (child.find_first_not_of("0123456789") != digits || digits == 0 || digits > 18) continue;
    files.emplace_back(std::stoull(child), child);
  }
  std::sort(files.begin(), files.end());

  Walk walk(table);
  for (const auto& [number, name] : files) {
    std::string bytes;
    if (const auto status = rocksdb::ReadFileToString(env, absl::StrCat(folder, "/", name), &bytes);
        !status.ok()) {
      return failed(status);
    }
    if (!walk.File(name, bytes)) break;
  }
  return std::move(walk).scan();
}

}  // namespace constancia::eventstore
