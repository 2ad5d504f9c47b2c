// policy replay: what was recorded, judged under other packs.

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "api/cli/pack_files.h"
#include "api/cli/policy_command.h"
#include "constancia/v1/policy_service.grpc.pb.h"
#include "core/base/status.h"
#include "core/base/time.h"

namespace constancia::api {
namespace {

using v1::PolicyService;
using v1::ReplayDifference;

constexpr uint32_t kReplayPageSize = 1000;

// Reads an instant, or a date as the first instant of it, or of the one after it, in UTC.
absl::StatusOr<google::protobuf::Timestamp> ReadBound(const std::string& text, int days_more) {
  google::protobuf::Timestamp at;
  absl::CivilDay date;
  if (absl::ParseCivilTime(text, &date)) {
    at.set_seconds(absl::ToUnixSeconds(absl::FromCivil(date + days_more, absl::UTCTimeZone())));
    return at;
  }
  ASSIGN_OR_RETURN(const int64_t micros, ReadTime(text));
  at.set_seconds(micros / kMicrosPerSecond);
  at.set_nanos(static_cast<int32_t>(micros % kMicrosPerSecond * 1000));
  return at;
}

}  // namespace

Outcome PolicyReplay(const CommandContext& context, const PolicyOptions& options,
                     const ReplayOptions& replay) {
  v1::ReplayPolicyRequest request;
  ASSIGN_OR_RETURN(*request.mutable_from(), ReadBound(replay.from, 0));
  ASSIGN_OR_RETURN(*request.mutable_to(), ReadBound(replay.to, 1));
  if (!replay.pack.empty()) {
    ASSIGN_OR_RETURN(const std::vector<policies::PackFolder> folders, ReadPackFolders(replay.pack));
    for (const policies::PackFolder& folder : folders) request.add_packs(folder.yaml);
  }
  ASSIGN_OR_RETURN(const policies::SwitchValues switches, SwitchesOf(options));
  for (const auto& [id, value] : switches) {
    v1::SwitchValue* set = request.add_switches();
    set->set_switch_id(id);
    set->set_value(value);
  }
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  request.set_parent(client.parent());
  request.set_page_size(kReplayPageSize);

  struct Sums {
    uint64_t newly = 0;
    uint64_t no_longer = 0;
  };
  std::map<std::string, Sums> by_rule;
  uint64_t judged = 0;
  RecordWriter writer(context.format, Shape::kMany,
                      {{"rule"},
                       {"change"},
                       {"began_at"},
                       {"position", true},
                       {"event_id"},
                       {"case_id"},
                       {"counted", true}},
                      context.out);
  const auto stub = PolicyService::NewStub(client.channel());
  do {
    ASSIGN_OR_RETURN(const auto page, Call(*stub, &PolicyService::Stub::ReplayPolicy, request));
    judged += page.judged();
    for (const ReplayDifference& difference : page.differences()) {
      Sums& sums = by_rule[difference.rule_id()];
      ++(difference.change() == ReplayDifference::NEWLY_DENIED ? sums.newly : sums.no_longer);
      const int64_t began =
          difference.began_at().seconds() * kMicrosPerSecond + difference.began_at().nanos() / 1000;
      writer.Add({difference.rule_id(), ReplayDifference::Change_Name(difference.change()),
                  TimeText(began, 0), absl::StrCat(difference.position()), difference.event_id(),
                  difference.case_id(), absl::StrCat(difference.counted_size())},
                 ToJson(difference));
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  writer.Finish();
  *context.err << judged << " contacts judged\n";
  for (const auto& [rule, sums] : by_rule) {
    *context.err << rule << ": " << sums.newly << " newly denied, " << sums.no_longer
                 << " no longer denied\n";
  }
  return ExitCode::kOk;
}

}  // namespace constancia::api
