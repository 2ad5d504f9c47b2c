#include "api/web/http_reader.h"

#include <string>
#include <utility>
#include <vector>

#include "api/commands/limits.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

using State = HttpReader::State;

// The status with which `text` is refused, 0 when it is not.
int Refusal(const std::string& text) {
  HttpReader reader;
  return reader.Take(text) == State::kRefused ? reader.refusal() : 0;
}

TEST(HttpReader, RefusesWhatTwoReadersMayReadDifferently) {
  for (const auto& [text, status] : std::vector<std::pair<std::string, int>>{
           {"GET / HTTP/1.1\r\n\r\n", 400},
           {"GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
           {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
           {"GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n", 400},
           {"GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n\t2\r\n\r\n", 400},
           {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n", 400},
           {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 400},
           {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n", 400},
           {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
            "Transfer-Encoding: chunked\r\n\r\n",
            400},
           {"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
           {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
            400},
           {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400},
           {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc", 400},
           {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400},
           {"GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400},
           {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           {"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           {"GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
           {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
           {"\x16\x03\x01\r\n\r\n", 400}}) {
    EXPECT_EQ(Refusal(text), status) << text;
  }
}

TEST(HttpReader, RefusesWhatIsTooLarge) {
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  EXPECT_EQ(Refusal(head + std::string(kHttpHeaderBytesMax, 'x') + "\r\n\r\n"), 431);
  EXPECT_EQ(Refusal(head + std::string(kHttpHeaderBytesMax, 'x')), 431);
  EXPECT_EQ(Refusal("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n"), 413);
  EXPECT_EQ(Refusal("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n20000\r\n" +
                    std::string(0x20000, 'x')),
            413);
}

TEST(HttpReader, StaysRefused) {
  HttpReader reader;
  ASSERT_EQ(reader.Take("GET / HTTP/1.1\r\n\r\n"), State::kRefused);
  EXPECT_EQ(reader.Take("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), State::kRefused);
  EXPECT_EQ(reader.Next(), State::kRefused);
}

TEST(HttpReader, ReadsOneRequestAfterTheOther) {
  HttpReader reader;
  ASSERT_EQ(reader.Take("GET /metrics?x=1 HTTP/1.1\r\nHost: a\r\n\r\n"
                        "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
                        "PUT /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
                        "GET /d HTTP/1.0\r\nHost: a\r\n\r\n"),
            State::kComplete);
  EXPECT_EQ(reader.request().method, "GET");
  EXPECT_EQ(reader.request().path, "/metrics");
  EXPECT_EQ(reader.request().query, "x=1");
  EXPECT_TRUE(reader.keep_alive());
  ASSERT_EQ(reader.Next(), State::kComplete);
  EXPECT_EQ(reader.request().path, "/b");
  EXPECT_EQ(reader.request().body, "abc");
  ASSERT_EQ(reader.Next(), State::kComplete);
  EXPECT_EQ(reader.request().body, "abcde");
  ASSERT_EQ(reader.Next(), State::kComplete);
  EXPECT_FALSE(reader.keep_alive());
  EXPECT_EQ(reader.Next(), State::kNeedsMore);
}

TEST(HttpReader, ReadsTheSameByteByByte) {
  const std::string text =
      "PUT /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n"
      "\r\n";
  HttpReader reader;
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    ASSERT_EQ(reader.Take(text.substr(i, 1)), State::kNeedsMore) << i;
  }
  ASSERT_EQ(reader.Take(text.substr(text.size() - 1)), State::kComplete);
  EXPECT_EQ(reader.request().body, "abcde");
}

}  // namespace
}  // namespace constancia::api
