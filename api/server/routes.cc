#include "api/server/routes.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "api/auth/caller.h"
#include "core/base/status.h"

namespace constancia::api {
namespace {

constexpr char kMetricsType[] = "text/plain; version=0.0.4; charset=utf-8";

HttpResponse Plain(int status, absl::string_view text) {
  HttpResponse response;
  response.status = status;
  response.body = absl::StrCat(text, "\n");
  return response;
}

}  // namespace

HttpResponse Routes::Answer(const HttpRequest& request) const {
  if (request.method != "GET" && request.method != "HEAD") return Plain(405, "GET or HEAD only");
  if (request.path == "/healthz") return Plain(200, "ok");
  if (request.path == "/readyz") {
    const absl::Status status = ready();
    return status.ok() ? Plain(200, "ready") : Plain(503, status.message());
  }
  const absl::StatusOr<Caller> caller = IdentifyCaller(request.caller_names);
  if (!caller.ok()) return Plain(401, caller.status().message());
  if (request.path != "/metrics") return Plain(404, "nothing is served here");
  const absl::Status allowed = caller->tenant == tenant
                                   ? access->Check(*caller, "http.metrics")
                                   : Error(error::v1::WRONG_TENANT, "another tenant's certificate");
  if (!allowed.ok()) return Plain(403, allowed.message());
  HttpResponse response;
  response.content_type = kMetricsType;
  response.body = metrics();
  return response;
}

}  // namespace constancia::api
