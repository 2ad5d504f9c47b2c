// The event files of an export: data/events.bin and data/related.bin.
//
// Record: u64be position || u32be length || leaf bytes || u8 state, then by state
//   0 no personal part   nothing
//   1 opened             u32be length || salt (32 bytes) || personal part
//   2 withheld           nothing
//   3 erased             u64be position of the event that erased it
//
// Used by: the check of bundles.
#ifndef CONSTANCIA_VERIFY_RECORDS_H_
#define CONSTANCIA_VERIFY_RECORDS_H_

#include <cstdint>
#include <memory>
#include <string>

#include "archive.h"
#include "result.h"

namespace verify {

constexpr size_t kSaltBytes = 32;
constexpr size_t kPersonalBytesMax = 256 * 1024;

enum class PersonalState : uint8_t { kNone = 0, kOpened = 1, kWithheld = 2, kErased = 3 };

struct Record {
  uint64_t position = 0;
  std::string leaf;
  PersonalState state = PersonalState::kNone;
  std::string salt_and_personal;  // of kOpened
  uint64_t erased_by = 0;         // of kErased
};

class RecordReader {
 public:
  RecordReader(std::unique_ptr<ByteStream> stream, std::string file);
  // Reads the next record; false at the end. Positions must rise.
  Result<bool> Next(Record* record);

 private:
  // Fills `out`; false only when the file ends before the first byte and `may_end`.
  Result<bool> Fill(char* out, size_t size, bool may_end);
  Failure Fault(const std::string& what) const;

  std::unique_ptr<ByteStream> stream_;
  std::string file_;
  std::string buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
  bool any_ = false;
  uint64_t position_ = 0;
};

// Lines of a file of any length, each ended by LF and at most `bytes_max` long.
class LineReader {
 public:
  LineReader(std::unique_ptr<ByteStream> stream, size_t bytes_max);
  // Reads the next line without its LF; false at the end.
  Result<bool> Next(std::string* line);

 private:
  std::unique_ptr<ByteStream> stream_;
  size_t bytes_max_;
  std::string buffer_;
  size_t begin_ = 0;
  size_t end_ = 0;
};

}  // namespace verify

#endif  // CONSTANCIA_VERIFY_RECORDS_H_
