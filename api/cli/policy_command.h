// constancia policy: what the packs say, without a server.
#ifndef CONSTANCIA_API_CLI_POLICY_COMMAND_H_
#define CONSTANCIA_API_CLI_POLICY_COMMAND_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "api/cli/command.h"
#include "policies/engine/pack.h"

namespace constancia::api {

// What all of them take.
struct PolicyOptions {
  std::string packs;            // A folder of packs; those beside the program when empty.
  std::string language = "es";  // es, pt or en.
  // Values of switches that differ from their defaults: cl.week=calendar_week.
  std::vector<std::string> switches;
};

// The switches of `options`. Fails with SETUP_INVALID.
absl::StatusOr<policies::SwitchValues> SwitchesOf(const PolicyOptions& options);

// The packs, or the rules of pack `which` when it is not "". Fails with NOT_FOUND.
Outcome PolicyList(const CommandContext& context, const PolicyOptions& options,
                   const std::string& which);

// Every version of a rule: its text, parameters and cases. Fails with NOT_FOUND.
Outcome PolicyShow(const CommandContext& context, const PolicyOptions& options,
                   const std::string& rule);

// The points that the laws leave open: who reads them, which values there are, and which one holds.
Outcome PolicySwitches(const CommandContext& context, const PolicyOptions& options);

// Says what is wrong with the packs below `folder`; the other packs of `options` stand beside them
// for cases that name their jurisdictions. kFailure when something is wrong.
Outcome PolicyLint(const CommandContext& context, const PolicyOptions& options,
                   const std::string& folder);

struct PolicyTestOptions {
  std::vector<std::string> files;  // Case files, one JSON object a line.
  bool all = false;                // Those beside the packs as well.
};
// Runs every case. kFailure when one differs from what it expects.
Outcome PolicyTest(const CommandContext& context, const PolicyOptions& options,
                   const PolicyTestOptions& test);

// Tells what changes when the packs below `after` replace those below `before`: rules, fields, and
// the answers to the cases of both. The other packs of `options` stand beside them. kFailure when
// something changes.
Outcome PolicyDiff(const CommandContext& context, const PolicyOptions& options,
                   const std::string& before, const std::string& after);

struct ExplainOptions {
  std::string file;     // A case file; those beside the packs when empty.
  std::string case_id;  // The case of that id only.
  std::string event;    // A recorded decision or violation instead: its event id or position.
};
// Explains what counsel answers to cases, or answered in a recorded PermitGranted, ContactDenied or
// ViolationDetected, with the packs of the server unless `options` names others. Fails with
// NOT_FOUND.
Outcome PolicyExplain(const CommandContext& context, const PolicyOptions& options,
                      const ExplainOptions& explain);

struct ReplayOptions {
  std::string from;  // An instant, or a date in UTC; both dates inclusive.
  std::string to;
  std::string pack;  // The folder of the packs that are tried; "" tries switches alone.
};
// Tells which recorded contacts the server would judge otherwise under other packs, or with the
// switches of `options`, rule by rule. Nothing is recorded.
Outcome PolicyReplay(const CommandContext& context, const PolicyOptions& options,
                     const ReplayOptions& replay);

struct HolidaysOptions {
  std::string calendar;  // CL
  int year = 0;          // 0: this year.
  std::string from;      // 2025-03-10, both inclusive; instead of a year.
  std::string to;
  std::string region;  // Those kept there; every region's when empty.
};
// Fails with NOT_FOUND when there is no such calendar.
Outcome PolicyHolidays(const CommandContext& context, const PolicyOptions& options,
                       const HolidaysOptions& holidays);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_POLICY_COMMAND_H_
