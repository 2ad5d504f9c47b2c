// One HTTP exchange, without its transport.
//
// Used by: api/web, api/server (routes).
#ifndef CONSTANCIA_API_WEB_HTTP_MESSAGE_H_
#define CONSTANCIA_API_WEB_HTTP_MESSAGE_H_

#include <string>
#include <vector>

namespace constancia::api {

struct HttpRequest {
  // As sent: "GET".
  std::string method;
  // What stands before the first '?'; begins with '/', not decoded.
  std::string path;
  // What stands behind it; empty when there is none.
  std::string query;
  std::string body;
  // URI names of the verified client certificate; empty when the client sent none.
  std::vector<std::string> caller_names;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_WEB_HTTP_MESSAGE_H_
