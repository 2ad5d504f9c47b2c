// Reads requests from the bytes of one connection (RFC 9112), without doing any input or output.
//
// What a careful server must refuse is refused here, because two programs that read the same bytes
// differently let one caller speak for another: no Host or two of them, folded header lines, a
// Transfer-Encoding other than exactly `chunked`, one together with Content-Length, bare line
// feeds. After a refusal the connection is answered once and closed.
//
// Used by: http_server, the fuzzer.
// Threads: one reader belongs to one connection.
#ifndef CONSTANCIA_API_WEB_HTTP_READER_H_
#define CONSTANCIA_API_WEB_HTTP_READER_H_

#include <memory>
#include <string>
#include <string_view>

#include "api/web/http_message.h"

namespace constancia::api {

class HttpReader {
 public:
  enum class State { kNeedsMore, kComplete, kRefused };

  HttpReader();
  ~HttpReader();

  // Takes further bytes of the connection and reads as far as the end of one request.
  State Take(std::string_view bytes);

  // Goes on with the bytes behind the request that is complete. Only then.
  State Next();

  // The request, when complete. `caller_names` is left to the server.
  const HttpRequest& request() const { return request_; }
  // Whether the client wants the connection kept.
  bool keep_alive() const { return keep_alive_; }

  // The status to answer with when refused: 400, 413, 431 or 505.
  int refusal() const { return refusal_; }

 private:
  struct Parser;

  State Read();
  State Refuse(int status);
  // Reads the header, which ends at `end` of the buffer, and checks what the parser lets pass.
  State ReadHeader(size_t end);

  std::string buffer_;              // What was taken and not yet read.
  std::unique_ptr<Parser> parser_;  // Set while behind a header.
  HttpRequest request_;
  bool keep_alive_ = false;
  int refusal_ = 0;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_WEB_HTTP_READER_H_
