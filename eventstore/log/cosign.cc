// EventLog::AddCosignatures.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "eventstore/log/event_log.h"
#include "eventstore/log/internal/log_core.h"
#include "eventstore/log/internal/stored_checkpoint.h"
#include "eventstore/proof/checkpoint.h"
#include "eventstore/proof/note.h"
#include "eventstore/proof/witness_policy.h"

namespace constancia::eventstore {
namespace {

constexpr int64_t kSecondsAheadMax = 300;

// The row of a witness: whose it is, and the time of what it says.
struct Cosigned {
  std::string witness;
  uint64_t seconds = 0;
  std::string line;  // with its LF
};

absl::StatusOr<Cosigned> ParseRow(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  ASSIGN_OR_RETURN(const NoteSignature signature, ParseSignatureLine(line));
  Cosigned row;
  row.witness = absl::StrCat(ToAbsl(signature.id.view()), signature.name);
  row.seconds = ByteReader(signature.signature).TakeU64().value_or(0);
  row.line = SignatureLine(signature.name, signature.id, signature.signature);
  return row;
}

absl::StatusOr<Cosigned> CheckLine(const WitnessPolicy& policy, std::string_view text,
                                   const std::string& line, Instant now) {
  ASSIGN_OR_RETURN(const NoteSignature signature, ParseSignatureLine(line));
  ASSIGN_OR_RETURN(const WitnessPolicy::Witnessed witnessed,
                   policy.CheckCosignature(text, signature));
  if (witnessed.seconds > now.micros / 1'000'000 + kSecondsAheadMax) {
    return Error(error::v1::SOURCE_CLOCK_SKEW,
                 "the time of the cosignature lies ahead; check the witness's clock");
  }
  return ParseRow(line);
}

// Puts `row` among `rows` unless a later one of its witness is there. Tells whether it did.
bool Keep(const Cosigned& row, std::vector<Cosigned>& rows) {
  const auto known = std::find_if(rows.begin(), rows.end(), [&](const Cosigned& other) {
    return other.witness == row.witness;
  });
  if (known == rows.end()) {
    rows.push_back(row);
    return true;
  }
  if (known->seconds >= row.seconds) return false;
  *known = row;
  return true;
}

// Whoever is shown the checkpoint with these rows can read it: a row stands for ever.
absl::Status CheckReadable(const LogTables& log, uint64_t size, const std::vector<Cosigned>& rows) {
  ASSIGN_OR_RETURN(const std::optional<std::string> note, log.ReadCheckpoint(size));
  std::vector<std::string> lines;
  for (const Cosigned& row : rows) lines.push_back(row.line);
  return InField(JoinCheckpoint(note.value_or(""), lines).status(), "cosignatures");
}

}  // namespace

absl::StatusOr<SignedCheckpoint> EventLog::AddCosignatures(const WitnessPolicy& policy,
                                                           uint64_t size,
                                                           const std::optional<Hash>& root,
                                                           const std::vector<std::string>& lines) {
  const absl::StatusOr<SignedCheckpoint> checkpoint = reader().CheckpointAt(size);
  if (ReasonOf(checkpoint.status()) == error::v1::NOT_FOUND) {
    return InField(checkpoint.status(), "size");
  }
  RETURN_IF_ERROR(checkpoint.status());
  if (root.has_value() && *root != checkpoint->checkpoint.root) {
    return Error(error::v1::PROOF_INVALID,
                 "the checkpoint of this size has another root: keep what was cosigned, it is "
                 "evidence, and find out who made it",
                 "root");
  }
  const std::string text = ToText(checkpoint->checkpoint);
  std::vector<Cosigned> added;
  for (size_t i = 0; i < lines.size(); ++i) {
    absl::StatusOr<Cosigned> row = CheckLine(policy, text, lines[i], core_->options.clock->Now());
    if (!row.ok()) return InField(row.status(), absl::StrCat("cosignatures[", i, "]"));
    added.push_back(*std::move(row));
  }

  absl::MutexLock lock(&core_->cosign_mutex);
  ASSIGN_OR_RETURN(const std::vector<std::string> stored, core_->log->ReadCosignatures(size));
  std::vector<Cosigned> rows;
  for (const std::string& line : stored) {
    ASSIGN_OR_RETURN(rows.emplace_back(), ParseRow(line));
  }
  Batch batch = core_->log->NewBatch();
  for (const Cosigned& row : added) {
    if (Keep(row, rows)) core_->log->PutCosignature(batch, size, row.witness, row.line);
  }
  if (rows.size() > kCosignaturesMax) {
    return Error(error::v1::LIMIT_EXCEEDED,
                 absl::StrCat("a checkpoint has at most ", kCosignaturesMax, " cosignatures"),
                 "cosignatures");
  }
  if (!batch.empty()) {
    RETURN_IF_ERROR(CheckReadable(*core_->log, size, rows));
    RETURN_IF_ERROR(health());
    if (const absl::Status written = core_->log->Write(std::move(batch)); !written.ok()) {
      core_->Halt(written);
      return written;
    }
  }
  ASSIGN_OR_RETURN(SignedCheckpoint cosigned, ReadStoredCheckpoint(*core_->log, size));
  core_->publication->Replace(size, cosigned.note);
  return cosigned;
}

}  // namespace constancia::eventstore
