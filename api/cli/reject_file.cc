#include "api/cli/reject_file.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace constancia::api {
namespace {

constexpr std::array<std::string_view, 2> kOwn = {"reject_line", "reject_reason"};

}  // namespace

RejectFile::RejectFile(std::string path, std::vector<std::string> columns, char delimiter)
    : path_(std::move(path)), delimiter_(delimiter), columns_(std::move(columns)) {
  if (columns_.size() >= kOwn.size() && std::equal(kOwn.rbegin(), kOwn.rend(), columns_.rbegin())) {
    own_columns_ = kOwn.size();
    columns_.resize(columns_.size() - kOwn.size());
  }
}

void RejectFile::Add(const CsvRow& row, std::string_view reason) {
  const absl::MutexLock lock(&mutex_);
  if (rows_++ == 0) {
    file_.open(path_, std::ios::binary | std::ios::trunc);
    std::vector<std::string> header = columns_;
    header.insert(header.end(), kOwn.begin(), kOwn.end());
    file_ << WriteCsvRow(header, delimiter_);
  }
  std::vector<std::string> fields = row.fields;
  if (fields.size() == columns_.size() + own_columns_) fields.resize(columns_.size());
  // A row with too many columns keeps its surplus in the last one.
  while (fields.size() > columns_.size() && fields.size() > 1) {
    fields[fields.size() - 2] += delimiter_ + fields.back();
    fields.pop_back();
  }
  fields.resize(columns_.size());
  fields.push_back(absl::StrCat(row.line));
  fields.emplace_back(reason);
  file_ << WriteCsvRow(fields, delimiter_);
}

uint64_t RejectFile::rows() const {
  const absl::MutexLock lock(&mutex_);
  return rows_;
}

absl::Status RejectFile::Close() {
  const absl::MutexLock lock(&mutex_);
  if (rows_ == 0) return absl::OkStatus();
  file_.close();
  if (!file_.good()) return Error(error::v1::SETUP_INVALID, absl::StrCat("cannot write ", path_));
  return absl::OkStatus();
}

}  // namespace constancia::api
