// What is served over HTTP: /healthz and /readyz to everybody, /metrics to operators.
//
// Used by: server.
// Threads: any.
#ifndef CONSTANCIA_API_SERVER_ROUTES_H_
#define CONSTANCIA_API_SERVER_ROUTES_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "api/auth/access.h"
#include "api/web/http_message.h"

namespace constancia::api {

struct Routes {
  const Access* access = nullptr;  // Outlives the routes.
  std::string tenant;
  // OK when calls are taken; else why not.
  std::function<absl::Status()> ready;
  // The text of the metrics as of now.
  std::function<std::string()> metrics;

  HttpResponse Answer(const HttpRequest& request) const;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_SERVER_ROUTES_H_
