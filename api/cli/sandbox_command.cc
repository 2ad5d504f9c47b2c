#include "api/cli/sandbox_command.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "api/cli/append_stream.h"
#include "api/cli/log_end.h"
#include "api/cli/progress.h"
#include "core/base/status.h"

namespace constancia::api {
namespace {

constexpr size_t kWindow = 256;

}  // namespace

Outcome SandboxSeed(const CommandContext& context, const PortfolioOptions& options) {
  ASSIGN_OR_RETURN(Portfolio portfolio, MakePortfolio(options));
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  ASSIGN_OR_RETURN(const uint64_t log_end, EndOfLog(client));
  absl::Mutex mutex;
  absl::Status refused;
  bool repeated = false;
  {
    Progress progress("appends", portfolio.appends.size(), context.terminal, context.err,
                      context.clock);
    AppendStream stream(client, kWindow, [&](uint64_t, const auto& result) {
      progress.Advance(1);
      const absl::MutexLock lock(&mutex);
      if (!result.ok() && refused.ok()) refused = result.status();
      repeated |= result.ok() && result->receipts(0).position() < log_end;
    });
    for (v1::AppendEventsRequest& append : portfolio.appends) {
      if (!stream.Send(std::move(append))) break;
    }
    RETURN_IF_ERROR(stream.Finish());
  }
  RETURN_IF_ERROR(refused);

  RecordWriter writer(context.format, Shape::kMany, {{"event"}, {"count", true}}, context.out);
  for (const auto& [type, count] : portfolio.events_by_type) {
    writer.Add({type, absl::StrCat(count)},
               absl::StrCat("{\"event\":", JsonString(type), ",\"count\":", count, "}"));
  }
  writer.Finish();
  if (repeated) *context.err << "the portfolio was there already, whole or in part\n";
  *context.err << "cases to look at:\n";
  for (const Highlight& highlight : portfolio.highlights) {
    *context.err << "  " << highlight.case_id << "  " << highlight.why << "\n";
  }
  return ExitCode::kOk;
}

}  // namespace constancia::api
