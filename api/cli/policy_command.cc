#include "api/cli/policy_command.h"

#include "absl/strings/str_cat.h"
#include "api/server/packs.h"
#include "core/base/status.h"
#include "policies/engine/case_file.h"

namespace constancia::api {
Outcome PolicyTest(const CommandContext& context, const PolicyTestOptions& options) {
  const std::string folder = options.packs.empty() ? DefaultPacksFolder() : options.packs;
  if (folder.empty()) {
    return Error(error::v1::SETUP_INVALID, "no packs beside the program; give --packs DIR");
  }
  ASSIGN_OR_RETURN(const Counsel counsel, LoadCounsel(folder));
  RecordWriter writer(context.format, Shape::kMany,
                      {{"file"}, {"line", true}, {"id"}, {"rule"}, {"passed"}, {"difference"}},
                      context.out);
  uint64_t cases = 0;
  uint64_t failed = 0;
  for (const std::string& file : options.files) {
    ASSIGN_OR_RETURN(const std::string jsonl, ReadInput(context, file));
    for (const policies::CaseResult& result : policies::RunCases(counsel.packs, file, jsonl)) {
      ++cases;
      if (!result.passed()) ++failed;
      writer.Add({file, absl::StrCat(result.line), result.id, result.rule,
                  result.passed() ? "yes" : "no", result.difference});
    }
  }
  writer.Finish();
  *context.err << cases << " cases, " << failed << " differ\n";
  return failed == 0 ? ExitCode::kOk : ExitCode::kFailure;
}

}  // namespace constancia::api
