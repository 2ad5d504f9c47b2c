// The five checks of this program. Each adds to the report what it proved, or returns the failure.
//
// Used by: main.cc.
#ifndef CONSTANCIA_VERIFY_CHECKS_H_
#define CONSTANCIA_VERIFY_CHECKS_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "archive.h"
#include "checkpoint.h"
#include "header.h"
#include "note.h"
#include "policy.h"
#include "report.h"
#include "result.h"

namespace verify {

// What the reader brings: nothing of it may come from what is verified.
struct Trust {
  Policy policy;
  std::optional<std::string> old_checkpoint;  // the bytes of an earlier checkpoint he holds
  std::vector<VerifierKey> source_keys;
  std::optional<std::string> stream_secret;  // the ledger's K, 32 bytes
};

// States that names were checked against stream keys, or that without the secret they were not.
void ReportNames(const Trust& trust, Report* report);

// Verifies source signatures with the reader's keys and counts the ones he has no key for.
class SourceCheck {
 public:
  explicit SourceCheck(const std::vector<VerifierKey>& keys) : keys_(keys) {}
  Status Check(const Event& event);
  void Report(verify::Report* report) const;

 private:
  const std::vector<VerifierKey>& keys_;
  uint64_t verified_ = 0;
  uint64_t unchecked_ = 0;
};

// Accepts a checkpoint by the policy and says so.
Status CheckCheckpoint(const Checkpoint& checkpoint, const std::string& file, const Trust& trust,
                       Report* report);

// Parses an earlier checkpoint of the same log and asks only for the log's signature.
Result<Checkpoint> CheckOldCheckpoint(std::string_view bytes, const std::string& file,
                                      const Checkpoint& checkpoint, const Policy& policy);

struct LogOptions {
  bool every_map_root = false;  // recompute each map root, not only the last
  bool every_seal = false;      // verify each group's signature, not only the last
};

// A published log: every entry, every tile, every stream, the map, the commit groups.
Status CheckLog(Archive& archive, const Trust& trust, const LogOptions& options, Report* report);

// An exported bundle: the bag, its signature, every event, every stream exported whole.
Status CheckBundle(Archive& archive, const Trust& trust, Report* report);

// A tlog-proof of one leaf, or a completeness proof of a stream with all its leaves in order.
Status CheckProof(const std::string& file, std::string_view proof,
                  const std::vector<std::string>& leaves, const Trust& trust, Report* report);

Status CheckSeal(const std::string& file, std::string_view seal, std::string_view leaf,
                 const Trust& trust, Report* report);

struct NamedBytes {
  std::string file;
  std::string bytes;
};
Status CheckConsistencyFiles(const NamedBytes& old_checkpoint, const NamedBytes& new_checkpoint,
                             const NamedBytes& proof, const Trust& trust, Report* report);

}  // namespace verify

#endif  // CONSTANCIA_VERIFY_CHECKS_H_
