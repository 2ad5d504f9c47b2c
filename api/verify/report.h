// What a run found, in plain words or as JSON: PROVEN, ASSUMED, NOT PROVEN.
//
// A check adds statements as it goes. When it fails, the report holds the failure and nothing
// else: half a proof is none. Wording in English, Spanish and Portuguese is in words.cc.
//
// Used by: every check; main prints it.
#ifndef CONSTANCIA_VERIFY_REPORT_H_
#define CONSTANCIA_VERIFY_REPORT_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "result.h"

namespace verify {

enum class Language { kEnglish, kSpanish, kPortuguese };

// "en", "es" or "pt", also as the start of a locale name ("es_CL.UTF-8").
std::optional<Language> ParseLanguage(std::string_view text);

// Everything a report can state. {0}, {1}, ... in its words are the statement's values.
enum class Say {
  // Proven.
  kCheckpointAccepted,  // origin, size, root, key ids
  kQuorumHolds,         // cosigners
  kOldExtended,         // old size
  kEntriesHashed,       // entries
  kTilesMatch,          // tiles
  kEventsInOrder,       // events, streams
  kLastMapRoot,         // streams
  kEveryMapRoot,        // map roots
  kGroupsCover,         // groups
  kSealsVerified,       // groups
  kBagValid,            // files
  kExportSigned,        // export id, key ids
  kEventsIncluded,      // events
  kStreamComplete,      // stream, key, events
  kStreamAbsent,        // key
  kPersonalOpened,      // events
  kPersonalErased,      // events
  kSourceSigned,        // events
  kListingMatches,      // lines
  kAuditFeedReplayed,   // events, map roots
  kEntryIncluded,       // index, size
  kSealHolds,           // position, first, last
  kEventIs,             // type, recorded at, streams
  kMapRootIs,           // covered, key count
  kConsistent,          // old size, new size
  kNamesMatch,
  // Assumed.
  kAssumePolicy,
  kAssumeAlgorithms,
  kAssumeNoWitness,
  kAssumeMap,
  kAssumeClock,
  // Not proven.
  kNotUnsubmitted,
  kNotNames,
  kNotWithheld,      // events
  kNotSourceSigned,  // events
  kNotSealed,        // groups
  kNotSealsMissing,
  kNotEveryMapRoot,      // map roots
  kNotBeyondCheckpoint,  // files
  kNotRowsBeyond,        // rows
  kNotReadings,
  kNotTimestamp,
  kNotCms,
  kNotCompleteStreams,  // events
  kNotPlaces,
  kNotPublished,
  kNotOldQuorum,
  kCount,
};

struct Statement {
  Say say;
  std::vector<std::string> values;
};

struct Report {
  std::string command;
  std::vector<Statement> proven;
  std::vector<Statement> assumed;
  std::vector<Statement> not_proven;
  std::vector<std::string> warnings;
  std::optional<Failure> failure;

  void Proven(Say say, std::vector<std::string> values = {}) {
    proven.push_back({say, std::move(values)});
  }
  void Assumed(Say say) { assumed.push_back({say, {}}); }
  void Unproven(Say say, std::vector<std::string> values = {}) {
    not_proven.push_back({say, std::move(values)});
  }
};

// The words of a statement with its values in place.
std::string Words(const Statement& statement, Language language);
// A name for programs, for example "checkpoint_accepted".
std::string_view Id(Say say);
std::string_view Id(Step step);
std::string_view Words(Step step, Language language);

std::string ReportText(const Report& report, Language language);
// One JSON object; format in docs/verify/README.md.
std::string ReportJson(const Report& report, Language language);

}  // namespace verify

#endif  // CONSTANCIA_VERIFY_REPORT_H_
