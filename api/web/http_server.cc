#include "api/web/http_server.h"

#include <openssl/ssl.h>

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/status.hpp>
#include <set>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "api/commands/limits.h"
#include "api/web/http_reader.h"
#include "core/base/log.h"
#include "core/base/status.h"
#include "core/crypto/x509.h"

namespace constancia::api {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;
using Stream = ssl::stream<boost::beast::tcp_stream>;

constexpr size_t kReadBytes = 16 << 10;
constexpr absl::Duration kAcceptPause = absl::Milliseconds(100);

absl::Status SetupError(std::string_view what, const error_code& error) {
  return Error(error::v1::SETUP_INVALID, absl::StrCat(ToAbsl(what), ": ", error.message()));
}

absl::Status PrepareTls(const HttpServerOptions& options, ssl::context& tls) {
  error_code error;
  tls.set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                      ssl::context::no_sslv3 | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1,
                  error);
  // Without resumption every connection shows its certificate.
  SSL_CTX_set_options(tls.native_handle(), SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(tls.native_handle(), SSL_SESS_CACHE_OFF);
  tls.use_certificate_chain(asio::buffer(options.certificate), error);
  if (error) return SetupError("the server's certificate cannot be read", error);
  tls.use_private_key(asio::buffer(options.key), ssl::context::pem, error);
  if (error) return SetupError("the server's key cannot be read", error);
  tls.add_certificate_authority(asio::buffer(options.authority), error);
  if (error) return SetupError("the authority's certificate cannot be read", error);
  tls.set_verify_mode(ssl::verify_peer, error);
  if (error) return SetupError("client certificates cannot be asked for", error);
  return absl::OkStatus();
}

std::string Head(const HttpResponse& response, bool keep_alive) {
  const auto reason =
      boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(response.status));
  return absl::StrCat(
      "HTTP/1.1 ", response.status, " ", absl::string_view(reason.data(), reason.size()),
      "\r\nContent-Type: ", response.content_type, "\r\nContent-Length: ", response.body.size(),
      "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff"
      "\r\nConnection: ",
      keep_alive ? "keep-alive" : "close", "\r\n\r\n");
}

std::vector<std::string> CallerNames(Stream& stream) {
  X509* certificate = SSL_get1_peer_certificate(stream.native_handle());
  if (certificate == nullptr) return {};
  std::vector<std::string> names = UriNamesOf(certificate);
  X509_free(certificate);
  return names;
}

}  // namespace

// Everything but Start and Stop runs on the one thread of `io_`.
class HttpServer::Impl {
 public:
  explicit Impl(HttpHandler handler) : handler_(std::move(handler)) {}

  absl::Status Listen(const HttpServerOptions& options) {
    RETURN_IF_ERROR(PrepareTls(options, tls_));
    error_code error;
    const auto address = asio::ip::make_address(options.address, error);
    const tcp::endpoint endpoint(address, options.port);
    if (!error) acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return SetupError(absl::StrCat("HTTP cannot listen on ", options.address, ":", options.port),
                        error);
    }
    port_ = acceptor_.local_endpoint().port();
    return absl::OkStatus();
  }

  void Run() {
    asio::co_spawn(io_, Accept(), asio::detached);
    thread_ = std::thread([this] { io_.run(); });
  }

  void Stop() {
    if (!thread_.joinable()) return;
    asio::post(io_, [this] {
      stopping_ = true;
      error_code ignored;
      acceptor_.close(ignored);
      pause_.cancel();
      for (Connection* connection : connections_) {
        if (!connection->answering) connection->stream.next_layer().close();
      }
    });
    thread_.join();
  }

  uint16_t port() const { return port_; }

 private:
  struct Connection {
    Connection(tcp::socket socket, ssl::context& tls)
        : stream(boost::beast::tcp_stream(std::move(socket)), tls) {}
    Stream stream;
    HttpReader reader;
    std::vector<std::string> caller_names;
    bool answering = false;
  };

  static void ExpireIn(Stream& stream, absl::Duration time) {
    stream.next_layer().expires_after(absl::ToChronoNanoseconds(time));
  }

  asio::awaitable<void> Accept() {
    while (!stopping_) {
      error_code error;
      tcp::socket socket =
          co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
      if (stopping_) co_return;
      if (error) {
        // Out of descriptors, most likely: what is open must end first.
        pause_.expires_after(absl::ToChronoNanoseconds(kAcceptPause));
        co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, error));
        continue;
      }
      // Beyond the limit the socket is dropped here, before any work is spent on it.
      if (connections_.size() >= kHttpConnectionsMax) continue;
      asio::co_spawn(io_, Serve(std::make_unique<Connection>(std::move(socket), tls_)),
                     asio::detached);
    }
  }

  asio::awaitable<void> Serve(std::unique_ptr<Connection> connection) {
    connections_.insert(connection.get());
    co_await Converse(*connection);
    connections_.erase(connection.get());
  }

  asio::awaitable<void> Converse(Connection& connection) {
    Stream& stream = connection.stream;
    error_code error;
    ExpireIn(stream, kHttpHandshakeMax);
    co_await stream.async_handshake(ssl::stream_base::server,
                                    asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    connection.caller_names = CallerNames(stream);
    std::array<char, kReadBytes> bytes;
    HttpReader::State state = HttpReader::State::kNeedsMore;
    while (!stopping_) {
      if (state == HttpReader::State::kNeedsMore) {
        ExpireIn(stream, kHttpIdleMax);
        const size_t size = co_await stream.async_read_some(
            asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return;
        state = connection.reader.Take({bytes.data(), size});
        continue;
      }
      if (!co_await Answer(connection, state)) break;
      state = connection.reader.Next();
    }
    ExpireIn(stream, kHttpHandshakeMax);
    co_await stream.async_shutdown(asio::redirect_error(asio::use_awaitable, error));
  }

  // Writes the answer; returns whether the connection goes on.
  asio::awaitable<bool> Answer(Connection& connection, HttpReader::State state) {
    const bool refused = state == HttpReader::State::kRefused;
    const bool head_only = !refused && connection.reader.request().method == "HEAD";
    HttpResponse response;
    if (refused) {
      response.status = connection.reader.refusal();
    } else {
      HttpRequest request = connection.reader.request();
      request.caller_names = connection.caller_names;
      response = handler_(request);
    }
    const bool keep = !refused && connection.reader.keep_alive() && !stopping_;
    std::string text = Head(response, keep);
    if (!head_only) text += response.body;
    connection.answering = true;
    ExpireIn(connection.stream, kHttpWriteMax);
    error_code error;
    co_await asio::async_write(connection.stream, asio::buffer(text),
                               asio::redirect_error(asio::use_awaitable, error));
    connection.answering = false;
    co_return keep && !error;
  }

  const HttpHandler handler_;
  ssl::context tls_{ssl::context::tls_server};
  asio::io_context io_{1};
  tcp::acceptor acceptor_{io_};
  asio::steady_timer pause_{io_};
  uint16_t port_ = 0;
  std::thread thread_;
  bool stopping_ = false;
  std::set<Connection*> connections_;
};

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const HttpServerOptions& options,
                                                              HttpHandler handler) {
  auto impl = std::make_unique<Impl>(std::move(handler));
  RETURN_IF_ERROR(impl->Listen(options));
  impl->Run();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() { Stop(); }

void HttpServer::Stop() { impl_->Stop(); }

uint16_t HttpServer::port() const { return impl_->port(); }

}  // namespace constancia::api
