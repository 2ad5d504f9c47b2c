#include "records.h"

#include <algorithm>
#include <cstring>

#include "bytes.h"
#include "header.h"

namespace verify {
namespace {

constexpr size_t kBufferBytes = 1 << 18;

}  // namespace

RecordReader::RecordReader(std::unique_ptr<ByteStream> stream, std::string file)
    : stream_(std::move(stream)), file_(std::move(file)), buffer_(kBufferBytes, '\0') {}

Failure RecordReader::Fault(const std::string& what) const {
  return At(NotProven(what), Step::kRecords, file_,
            any_ ? std::optional<uint64_t>(position_) : std::nullopt);
}

Result<bool> RecordReader::Fill(char* out, size_t size, bool may_end) {
  size_t filled = 0;
  while (filled < size) {
    if (begin_ == end_) {
      begin_ = 0;
      VERIFY_ASSIGN(end_, stream_->Read(buffer_.data(), buffer_.size()));
      if (end_ == 0) {
        if (filled == 0 && may_end) return false;
        return Fault("the file ends within the record at or behind this position");
      }
    }
    const size_t count = std::min(size - filled, end_ - begin_);
    std::memcpy(out + filled, buffer_.data() + begin_, count);
    begin_ += count;
    filled += count;
  }
  return true;
}

Result<bool> RecordReader::Next(Record* record) {
  char fixed[12];
  VERIFY_ASSIGN(const bool more, Fill(fixed, 12, /*may_end=*/true));
  if (!more) return false;
  record->position = ReadU64(fixed);
  const bool rises = !any_ || record->position > position_;
  any_ = true;
  position_ = record->position;
  if (!rises) return Fault("the positions of the records do not rise");
  const uint32_t leaf_bytes = ReadU32(fixed + 8);
  if (leaf_bytes == 0 || leaf_bytes > kLeafBytesMax) return Fault("the leaf has a wrong length");
  record->leaf.resize(leaf_bytes);
  VERIFY_TRY(Fill(record->leaf.data(), leaf_bytes, false));
  char state = 0;
  VERIFY_TRY(Fill(&state, 1, false));
  if (state < 0 || state > 3) return Fault("the state of the personal part is unknown");
  record->state = static_cast<PersonalState>(state);
  record->salt_and_personal.clear();
  record->erased_by = 0;
  if (record->state == PersonalState::kOpened) {
    VERIFY_TRY(Fill(fixed, 4, false));
    const uint32_t length = ReadU32(fixed);
    if (length < kSaltBytes || length > kSaltBytes + kPersonalBytesMax) {
      return Fault("the opened personal part has a wrong length");
    }
    record->salt_and_personal.resize(length);
    VERIFY_TRY(Fill(record->salt_and_personal.data(), length, false));
  } else if (record->state == PersonalState::kErased) {
    VERIFY_TRY(Fill(fixed, 8, false));
    record->erased_by = ReadU64(fixed);
  }
  return true;
}

LineReader::LineReader(std::unique_ptr<ByteStream> stream, size_t bytes_max)
    : stream_(std::move(stream)), bytes_max_(bytes_max), buffer_(kBufferBytes, '\0') {}

Result<bool> LineReader::Next(std::string* line) {
  line->clear();
  while (true) {
    if (begin_ == end_) {
      begin_ = 0;
      VERIFY_ASSIGN(end_, stream_->Read(buffer_.data(), buffer_.size()));
      if (end_ == 0) {
        if (line->empty()) return false;
        return NotProven("the last line does not end in LF");
      }
    }
    const std::string_view rest(buffer_.data() + begin_, end_ - begin_);
    const size_t lf = rest.find('\n');
    line->append(rest.substr(0, lf));
    if (line->size() > bytes_max_) return NotProven("a line is too long");
    if (lf != std::string_view::npos) {
      begin_ += lf + 1;
      return true;
    }
    begin_ = end_;
  }
}

}  // namespace verify
