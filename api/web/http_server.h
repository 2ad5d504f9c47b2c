// HTTP/1.1 over TLS, for health, metrics and what browsers ask.
//
// A client may send a certificate; one that does not verify ends the handshake, none at all is let
// in, and the handler decides what such a client may see. Requests of one connection are answered
// in order. Limits and timeouts are those of api/commands/limits.h.
//
// Used by: api/server.
// Threads: any thread may call any method; the handler runs on the server's one thread and must not
// wait.
#ifndef CONSTANCIA_API_WEB_HTTP_SERVER_H_
#define CONSTANCIA_API_WEB_HTTP_SERVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "api/web/http_message.h"

namespace constancia::api {

using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

struct HttpServerOptions {
  // Textual IP address.
  std::string address = "127.0.0.1";
  // 0 takes a free port.
  uint16_t port = 0;
  // PEM.
  std::string certificate = {};
  std::string key = {};
  // Issuers of client certificates.
  std::string authority = {};
};

class HttpServer {
 public:
  // Listens and serves. Fails with SETUP_INVALID when the address cannot be listened on or the
  // certificate and key do not fit.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const HttpServerOptions& options,
                                                           HttpHandler handler);

  // Stops.
  ~HttpServer();

  // Takes no further connection, finishes the answers being written, closes.
  void Stop();

  uint16_t port() const;

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_WEB_HTTP_SERVER_H_
