#include "api/web/http_reader.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <utility>

#include "api/commands/limits.h"

namespace constancia::api {
namespace {

namespace http = boost::beast::http;

constexpr int kBadRequest = 400;
constexpr int kBodyTooLarge = 413;
constexpr int kHeaderTooLarge = 431;
constexpr int kVersionUnsupported = 505;
constexpr unsigned kHttp10 = 10;
constexpr unsigned kHttp11 = 11;

bool HasFoldedLine(std::string_view header) {
  return header.find("\r\n ") != std::string_view::npos ||
         header.find("\r\n\t") != std::string_view::npos;
}

int StatusOf(const boost::system::error_code& error) {
  if (error == http::error::body_limit) return kBodyTooLarge;
  if (error == http::error::header_limit) return kHeaderTooLarge;
  if (error == http::error::bad_version) return kVersionUnsupported;
  return kBadRequest;
}

}  // namespace

struct HttpReader::Parser {
  http::request_parser<http::string_body> reader;
};

HttpReader::HttpReader() = default;
HttpReader::~HttpReader() = default;

HttpReader::State HttpReader::Take(std::string_view bytes) {
  buffer_.append(bytes);
  return Read();
}

HttpReader::State HttpReader::Next() {
  parser_.reset();
  request_ = HttpRequest();
  return Read();
}

HttpReader::State HttpReader::Refuse(int status) {
  refusal_ = status;
  buffer_.clear();
  return State::kRefused;
}

HttpReader::State HttpReader::ReadHeader(size_t end) {
  if (HasFoldedLine(std::string_view(buffer_).substr(0, end))) return Refuse(kBadRequest);
  parser_ = std::make_unique<Parser>();
  auto& reader = parser_->reader;
  reader.header_limit(kHttpHeaderBytesMax);
  reader.body_limit(kHttpBodyBytesMax);
  boost::system::error_code error;
  const size_t used = reader.put(boost::asio::buffer(buffer_.data(), end), error);
  if (error && error != http::error::need_more) return Refuse(StatusOf(error));
  if (!reader.is_header_done()) return Refuse(kBadRequest);
  buffer_.erase(0, used);

  const auto& message = reader.get();
  if (message.version() != kHttp10 && message.version() != kHttp11) {
    return Refuse(kVersionUnsupported);
  }
  if (message.count(http::field::host) != 1 || message[http::field::host].empty()) {
    return Refuse(kBadRequest);
  }
  const auto encodings = message.count(http::field::transfer_encoding);
  if (encodings > 1 ||
      (encodings == 1 &&
       (message.version() == kHttp10 ||
        !boost::beast::iequals(message[http::field::transfer_encoding], "chunked")))) {
    return Refuse(kBadRequest);
  }
  const std::string target(message.target());
  if (!target.starts_with('/')) return Refuse(kBadRequest);
  const size_t question = target.find('?');
  request_.method = std::string(message.method_string());
  request_.path = target.substr(0, question);
  request_.query = question == std::string::npos ? "" : target.substr(question + 1);
  keep_alive_ = message.keep_alive();
  return State::kNeedsMore;
}

HttpReader::State HttpReader::Read() {
  if (refusal_ != 0) return State::kRefused;
  if (parser_ == nullptr) {
    const size_t end = buffer_.find("\r\n\r\n");
    if (end == std::string::npos) {
      return buffer_.size() > kHttpHeaderBytesMax ? Refuse(kHeaderTooLarge) : State::kNeedsMore;
    }
    if (end > kHttpHeaderBytesMax) return Refuse(kHeaderTooLarge);
    if (ReadHeader(end + 4) == State::kRefused) return State::kRefused;
  }
  auto& reader = parser_->reader;
  while (!reader.is_done()) {
    boost::system::error_code error;
    const size_t used = reader.put(boost::asio::buffer(buffer_.data(), buffer_.size()), error);
    buffer_.erase(0, used);
    if (error == http::error::need_more || (!error && used == 0)) return State::kNeedsMore;
    if (error) return Refuse(StatusOf(error));
  }
  request_.body = std::move(reader.get().body());
  return State::kComplete;
}

}  // namespace constancia::api
