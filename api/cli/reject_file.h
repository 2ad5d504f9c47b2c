// The rows of an import that were refused: as they stood, with their line and the reason behind.
// Mended, the file can be imported again: the two columns are passed over by any mapping.
//
// Used by: import csv.
// Threads: any thread may call Add.
#ifndef CONSTANCIA_API_CLI_REJECT_FILE_H_
#define CONSTANCIA_API_CLI_REJECT_FILE_H_

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "api/cli/import/csv_reader.h"

namespace constancia::api {

class RejectFile {
 public:
  // Nothing is written before the first row; then an older file of that name is replaced. When
  // `columns` are those of a reject file, its own two at the end are not repeated.
  RejectFile(std::string path, std::vector<std::string> columns, char delimiter);

  void Add(const CsvRow& row, std::string_view reason);

  uint64_t rows() const;

  // Fails with SETUP_INVALID when the file could not be written.
  absl::Status Close();

 private:
  const std::string path_;
  const char delimiter_;
  std::vector<std::string> columns_;  // Without our own.
  size_t own_columns_ = 0;            // How many of ours the rows have already.

  mutable absl::Mutex mutex_;
  std::ofstream file_ ABSL_GUARDED_BY(mutex_);
  uint64_t rows_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_REJECT_FILE_H_
