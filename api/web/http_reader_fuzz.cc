// Bytes of a connection from anybody: wherever they are cut on the way, the same requests are read
// and the same is refused.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/web/http_reader.h"
#include "core/base/check.h"

namespace {

using constancia::api::HttpReader;
using State = HttpReader::State;

// What came of the bytes of a connection: each request as text, and how it ended.
struct Seen {
  std::vector<std::string> requests;
  int refusal = 0;
  bool operator==(const Seen&) const = default;
};

// Reads `bytes` in pieces of at most `piece`.
Seen Read(std::string_view bytes, size_t piece) {
  Seen seen;
  HttpReader reader;
  while (!bytes.empty()) {
    State state = reader.Take(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
    for (; state == State::kComplete; state = reader.Next()) {
      const constancia::api::HttpRequest& request = reader.request();
      CHECK(request.path.starts_with('/') && request.path.find('?') == std::string::npos);
      CHECK(request.caller_names.empty());
      seen.requests.push_back(request.method + "\n" + request.path + "\n" + request.query + "\n" +
                              request.body + "\n" + (reader.keep_alive() ? "keep" : "close"));
    }
    if (state == State::kRefused) {
      seen.refusal = reader.refusal();
      CHECK(seen.refusal >= 400);
      return seen;
    }
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  CHECK(Read(bytes, bytes.size()) == Read(bytes, 1 + data[0]));
  return 0;
}
