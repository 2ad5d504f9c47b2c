#include "api/cli/import_command.h"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "api/cli/append_stream.h"
#include "api/cli/import/csv_reader.h"
#include "api/cli/import/row_mapper.h"
#include "api/cli/log_end.h"
#include "api/cli/progress.h"
#include "api/cli/reject_file.h"
#include "api/server/ledger_folder.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/crypto/sha256.h"
#include "eventstore/log/data_keys.h"
#include "eventstore/tables/key_tables.h"

namespace constancia::api {
namespace {

constexpr size_t kWindow = 256;

struct FileFacts {
  std::string digest;  // SHA-256 in hex.
  uint64_t lines = 0;
};

absl::StatusOr<FileFacts> Survey(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  Sha256Stream hash;
  FileFacts facts;
  std::vector<char> block(1 << 16);
  while (file.read(block.data(), static_cast<std::streamsize>(block.size())) || file.gcount() > 0) {
    const std::string_view bytes(block.data(), static_cast<size_t>(file.gcount()));
    hash.Update(bytes);
    facts.lines += static_cast<uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
  }
  if (!file.is_open() || file.bad()) {
    return Error(error::v1::SETUP_INVALID, absl::StrCat("cannot read ", path));
  }
  facts.digest = HexEncode(hash.Finish().view());
  return facts;
}

// The ledger's K, read beside the server that has the folder.
absl::StatusOr<std::string> LedgerKey(const CommandContext& context) {
  const LedgerPaths paths(context.client.ledger);
  ASSIGN_OR_RETURN(auto masters, LoadMasterKeys(paths));
  eventstore::KeyTables::Options options;
  options.path = context.client.ledger + "/keys";
  options.read_only = true;
  ASSIGN_OR_RETURN(const auto tables, eventstore::KeyTables::Open(options));
  ASSIGN_OR_RETURN(const auto keys,
                   eventstore::DataKeys::Open(tables.get(), std::move(masters), context.random));
  return keys->stream_secret();
}

// What became of the rows.
struct Counts {
  uint64_t rows = 0;
  uint64_t ignored = 0;
  uint64_t appended = 0;       // Rows.
  uint64_t already_there = 0;  // Rows.
  uint64_t events = 0;         // Of rows appended now.
};

// Tells whether the row is at fault, and not the server or the caller.
bool IsRowFault(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsAlreadyExists(status);
}

// Sends appends and sorts their answers.
class RowSender {
 public:
  RowSender(const Client& client, uint64_t log_end, RejectFile* rejects, Progress* progress)
      : log_end_(log_end),
        rejects_(rejects),
        progress_(progress),
        stream_(client, kWindow, [this](uint64_t, const auto& result) { Take(result); }) {}

  // False when there is no use in going on.
  bool Send(CsvRow row, v1::AppendEventsRequest append) {
    {
      const absl::MutexLock lock(&mutex_);
      if (!stopped_by_.ok()) return false;
      waiting_.push_back(std::move(row));
    }
    return stream_.Send(std::move(append));
  }

  // Adds what was counted to `counts`.
  absl::Status Finish(Counts* counts) {
    const absl::Status call = stream_.Finish();
    const absl::MutexLock lock(&mutex_);
    counts->appended += counts_.appended;
    counts->already_there += counts_.already_there;
    counts->events += counts_.events;
    return stopped_by_.ok() ? call : stopped_by_;
  }

 private:
  void Take(const absl::StatusOr<v1::AppendEventsResponse>& result) {
    const absl::MutexLock lock(&mutex_);
    const CsvRow row = std::move(waiting_.front());
    waiting_.pop_front();
    progress_->Advance(1);
    if (result.ok()) {
      if (!result->receipts().empty() && result->receipts(0).position() < log_end_) {
        ++counts_.already_there;
      } else {
        ++counts_.appended;
        counts_.events += static_cast<uint64_t>(result->receipts_size());
      }
      return;
    }
    if (IsRowFault(result.status())) {
      const std::string field = FieldOf(result.status());
      rejects_->Add(row, absl::StrCat(field, field.empty() ? "" : ": ", result.status().message()));
    } else if (stopped_by_.ok()) {
      stopped_by_ = result.status();
    }
  }

  const uint64_t log_end_;
  RejectFile* const rejects_;
  Progress* const progress_;

  absl::Mutex mutex_;
  std::deque<CsvRow> waiting_ ABSL_GUARDED_BY(mutex_);
  Counts counts_ ABSL_GUARDED_BY(mutex_);
  absl::Status stopped_by_ ABSL_GUARDED_BY(mutex_);

  AppendStream stream_;  // Last: its thread uses all of the above.
};

void WriteSummary(const CommandContext& context, const Counts& counts, uint64_t rejected) {
  RecordWriter writer(context.format, Shape::kOne,
                      {{"rows", true},
                       {"appended", true},
                       {"already_there", true},
                       {"ignored", true},
                       {"rejected", true},
                       {"events", true}},
                      context.out);
  writer.Add({absl::StrCat(counts.rows), absl::StrCat(counts.appended),
              absl::StrCat(counts.already_there), absl::StrCat(counts.ignored),
              absl::StrCat(rejected), absl::StrCat(counts.events)});
  writer.Finish();
}

}  // namespace

Outcome ImportCsv(const CommandContext& context, const ImportCsvOptions& options) {
  ASSIGN_OR_RETURN(const std::string yaml, ReadInput(context, options.mapping));
  ASSIGN_OR_RETURN(const MappingFile mapping, MappingFile::Read(options.mapping, yaml));
  ASSIGN_OR_RETURN(const FileFacts facts, Survey(options.file));
  std::ifstream file(options.file, std::ios::binary);
  CsvReader reader(&file, mapping.delimiter());
  const std::optional<CsvRow> header = reader.Next();
  if (!header.has_value() || !header->fault.empty()) {
    return Error(error::v1::INPUT_MALFORMED,
                 absl::StrCat(options.file, ": no header row of column names",
                              header.has_value() ? ": " + header->fault : ""));
  }

  const bool derives = std::any_of(mapping.mapping().ids().begin(), mapping.mapping().ids().end(),
                                   [](const csv::v1::IdRule& id) { return id.derive(); });
  RowMapper::Setting setting{header->fields, facts.digest, std::nullopt};
  if (derives && !context.client.ledger.empty()) {
    ASSIGN_OR_RETURN(setting.ledger_key, LedgerKey(context));
  }
  ASSIGN_OR_RETURN(const Zones zones, Zones::Load());
  const Catalogue catalogue;
  ASSIGN_OR_RETURN(RowMapper mapper,
                   RowMapper::Make(mapping, std::move(setting), zones, catalogue));

  const std::string reject_path =
      options.rejects.empty() ? options.file + ".rejects.csv" : options.rejects;
  std::error_code absent;
  if (std::filesystem::equivalent(reject_path, options.file, absent)) {
    return Error(error::v1::SETUP_INVALID,
                 "the reject file would take the place of the file; give another name");
  }
  RejectFile rejects(reject_path, header->fields, mapping.delimiter());
  Counts counts;
  absl::Status sent;
  {
    Progress progress("rows", facts.lines, context.terminal, context.err, context.clock);
    std::optional<Client> client;
    std::optional<RowSender> sender;
    if (!options.dry_run) {
      ASSIGN_OR_RETURN(client, Client::Make(context.client));
      ASSIGN_OR_RETURN(const uint64_t end, EndOfLog(*client));
      sender.emplace(*client, end, &rejects, &progress);
    }
    while (std::optional<CsvRow> row = reader.Next()) {
      ++counts.rows;
      auto append = mapper.Map(*row, counts.rows);
      if (!append.ok()) {
        rejects.Add(*row, ToStd(append.status().message()));
      } else if (append->events().empty()) {
        ++counts.ignored;
      } else if (!sender.has_value()) {
        ++counts.appended;
        counts.events += static_cast<uint64_t>(append->events_size());
      } else {
        if (!sender->Send(*std::move(row), *std::move(append))) break;
        continue;
      }
      progress.Advance(1);
    }
    if (sender.has_value()) sent = sender->Finish(&counts);
  }
  RETURN_IF_ERROR(rejects.Close());
  WriteSummary(context, counts, rejects.rows());
  if (!sent.ok()) {
    *context.err << "stopped before the end; run the same command again: what is in is not "
                    "repeated\n";
    return sent;
  }
  if (options.dry_run) *context.err << "dry run: nothing was sent\n";
  if (rejects.rows() == 0) return ExitCode::kOk;
  *context.err << rejects.rows() << " rows were rejected: " << reject_path << " says why\n";
  return options.allow_rejects ? ExitCode::kOk : ExitCode::kFailure;
}

}  // namespace constancia::api
