#include "api/web/http_server.h"

#include <netinet/in.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <optional>

#include "core/base/status.h"
#include "core/crypto/x509.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

constexpr Instant kNow{
    1'795'000'000'000'000};  // The TLS library reads the real clock: a long validity.
constexpr int kDays = 36'500;

// A small blocking client: one connection.
class Client {
 public:
  Client(uint16_t port, const Credential* credential) {
    std::signal(SIGPIPE, SIG_IGN);  // A server that hangs up is what some tests are about.
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    if (credential != nullptr) {
      BIO* certificate = BIO_new_mem_buf(credential->certificate_pem.data(), -1);
      X509* parsed = PEM_read_bio_X509(certificate, nullptr, nullptr, nullptr);
      SSL_CTX_use_certificate(context, parsed);
      X509_free(parsed);
      BIO_free(certificate);
      BIO* key = BIO_new_mem_buf(credential->key_pem.data(), -1);
      EVP_PKEY* private_key = PEM_read_bio_PrivateKey(key, nullptr, nullptr, nullptr);
      SSL_CTX_use_PrivateKey(context, private_key);
      EVP_PKEY_free(private_key);
      BIO_free(key);
    }
    socket_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
    ssl_ = SSL_new(context);
    SSL_CTX_free(context);
    SSL_set_fd(ssl_, socket_);
    connected_ = connected_ && SSL_connect(ssl_) == 1;
  }
  ~Client() {
    SSL_free(ssl_);
    close(socket_);
  }

  // What the server sends until it closes.
  std::string Say(const std::string& text) {
    if (!connected_) return "";
    SSL_write(ssl_, text.data(), static_cast<int>(text.size()));
    std::string answer;
    char bytes[4096];
    for (int size; (size = SSL_read(ssl_, bytes, sizeof(bytes))) > 0;) {
      answer.append(bytes, static_cast<size_t>(size));
    }
    return answer;
  }

 private:
  int socket_ = -1;
  SSL* ssl_ = nullptr;
  bool connected_ = false;
};

class HttpServerTest : public testing::Test {
 protected:
  void SetUp() override {
    authority_ = *MakeAuthority("test", kNow, kDays);
    const Credential server = *IssueCertificate(
        authority_, {.common_name = "server", .use = CertificateUse::kServer}, kNow, kDays);
    auto started = HttpServer::Start(
        {.certificate = server.certificate_pem,
         .key = server.key_pem,
         .authority = authority_.certificate_pem},
        [](const HttpRequest& request) {
          HttpResponse response;
          response.body = request.method + " " + request.path + " " +
                          (request.caller_names.empty() ? "nobody" : request.caller_names.front());
          return response;
        });
    ASSERT_TRUE(started.ok()) << started.status();
    server_ = *std::move(started);
  }

  Credential authority_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, ACertificateOfAnotherAuthorityEndsTheConnection) {
  const Credential other = *MakeAuthority("other", kNow, kDays);
  const Credential stranger = *IssueCertificate(
      other, {.common_name = "a", .uris = {"spiffe://constancia/t/operator/a"}}, kNow, kDays);
  EXPECT_EQ(Client(server_->port(), &stranger)
                .Say("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
            "");
}

TEST_F(HttpServerTest, ABadRequestIsAnsweredAndTheConnectionClosed) {
  const std::string answer =
      Client(server_->port(), nullptr)
          .Say("GET / HTTP/1.1\r\n\r\nGET /second HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
  EXPECT_EQ(answer.find("second"), std::string::npos);
}

TEST_F(HttpServerTest, TheHandlerLearnsWhoCalls) {
  const std::string uri = "spiffe://constancia/t/operator/alice";
  const Credential alice =
      *IssueCertificate(authority_, {.common_name = "alice", .uris = {uri}}, kNow, kDays);
  const std::string request = "GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  EXPECT_TRUE(Client(server_->port(), &alice).Say(request).ends_with("GET /a " + uri));
  EXPECT_TRUE(Client(server_->port(), nullptr).Say(request).ends_with("GET /a nobody"));
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  const std::string answer =
      Client(server_->port(), nullptr)
          .Say(
              "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nHEAD /2 HTTP/1.1\r\nHost: a\r\n\r\n"
              "GET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const size_t first = answer.find("GET /1 nobody");
  const size_t third = answer.find("GET /3 nobody");
  ASSERT_NE(first, std::string::npos);
  ASSERT_NE(third, std::string::npos);
  EXPECT_LT(first, third);
  EXPECT_EQ(answer.find("HEAD /2"), std::string::npos);
}

TEST_F(HttpServerTest, StopClosesIdleConnections) {
  Client idle(server_->port(), nullptr);
  server_->Stop();
  EXPECT_EQ(idle.Say("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "");
}

TEST_F(HttpServerTest, APortThatIsTakenIsSaid) {
  const Credential server = *IssueCertificate(
      authority_, {.common_name = "server", .use = CertificateUse::kServer}, kNow, kDays);
  const auto second = HttpServer::Start({.port = server_->port(),
                                         .certificate = server.certificate_pem,
                                         .key = server.key_pem,
                                         .authority = authority_.certificate_pem},
                                        [](const HttpRequest&) { return HttpResponse(); });
  EXPECT_EQ(ReasonOf(second.status()), error::v1::SETUP_INVALID);
}

}  // namespace
}  // namespace constancia::api
