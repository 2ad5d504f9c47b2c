#include "core/crypto/x509.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <memory>

#include "core/base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace constancia {
namespace {

constexpr Instant kNow{1'767'960'000'000'000};  // 2026-01-09 12:00:00 UTC
constexpr int kDays = 30;

struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using Certificate = std::unique_ptr<X509, FreeCertificate>;

Certificate Read(const std::string& pem) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  Certificate certificate(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr));
  BIO_free(bio);
  return certificate;
}

// What TLS does with a peer's certificate: chain to `authority`, validity, purpose.
bool Accepts(const std::string& authority, const std::string& certificate, int purpose,
             Instant at) {
  const Certificate root = Read(authority);
  const Certificate leaf = Read(certificate);
  X509_STORE* store = X509_STORE_new();
  X509_STORE_add_cert(store, root.get());
  X509_STORE_CTX* context = X509_STORE_CTX_new();
  X509_STORE_CTX_init(context, store, leaf.get(), nullptr);
  X509_STORE_CTX_set_purpose(context, purpose);
  X509_STORE_CTX_set_time(context, 0, at.micros / kMicrosPerSecond);
  const bool accepted = X509_verify_cert(context) == 1;
  X509_STORE_CTX_free(context);
  X509_STORE_free(store);
  return accepted;
}

class X509Test : public testing::Test {
 protected:
  Credential Issue(const CertificateSubject& subject) {
    auto issued = IssueCertificate(authority_, subject, kNow, kDays);
    EXPECT_TRUE(issued.ok()) << issued.status();
    return *std::move(issued);
  }

  const Credential authority_ = *MakeAuthority("test ledger", kNow, kDays);
};

TEST_F(X509Test, ACertificateOfAnotherAuthorityIsRefused) {
  const Credential other = *MakeAuthority("test ledger", kNow, kDays);
  const Credential client = Issue({.common_name = "dialler-1"});
  EXPECT_FALSE(
      Accepts(other.certificate_pem, client.certificate_pem, X509_PURPOSE_SSL_CLIENT, kNow));
}

TEST_F(X509Test, ACertificateIsGoodForItsUseOnly) {
  const Credential client = Issue({.common_name = "dialler-1", .use = CertificateUse::kClient});
  const std::string& root = authority_.certificate_pem;
  EXPECT_TRUE(Accepts(root, client.certificate_pem, X509_PURPOSE_SSL_CLIENT, kNow));
  EXPECT_FALSE(Accepts(root, client.certificate_pem, X509_PURPOSE_SSL_SERVER, kNow));
}

TEST_F(X509Test, ACertificateEnds) {
  const Credential client = Issue({.common_name = "dialler-1"});
  const Instant after{kNow.micros + int64_t{kDays + 1} * 86'400 * kMicrosPerSecond};
  EXPECT_FALSE(
      Accepts(authority_.certificate_pem, client.certificate_pem, X509_PURPOSE_SSL_CLIENT, after));
}

TEST_F(X509Test, AnIssuedCertificateIssuesNothing) {
  const Credential client = Issue({.common_name = "dialler-1"});
  const auto forged = IssueCertificate(client, {.common_name = "forged"}, kNow, kDays);
  ASSERT_TRUE(forged.ok());
  EXPECT_FALSE(
      Accepts(client.certificate_pem, forged->certificate_pem, X509_PURPOSE_SSL_CLIENT, kNow));
  EXPECT_FALSE(
      Accepts(authority_.certificate_pem, forged->certificate_pem, X509_PURPOSE_SSL_CLIENT, kNow));
}

TEST_F(X509Test, AuthorityAndKeyMustBelongTogether) {
  Credential mixed = authority_;
  mixed.key_pem = Issue({.common_name = "dialler-1"}).key_pem;
  const auto issued = IssueCertificate(mixed, {.common_name = "dialler-2"}, kNow, kDays);
  EXPECT_EQ(ReasonOf(issued.status()), error::v1::SETUP_INVALID);
}

TEST_F(X509Test, ANameThatCannotStandInACertificateIsRefused) {
  const std::string too_long(65, 'x');
  EXPECT_EQ(ReasonOf(MakeAuthority(too_long, kNow, kDays).status()), error::v1::SETUP_INVALID);
  for (const CertificateSubject& subject :
       {CertificateSubject{.common_name = too_long}, CertificateSubject{.common_name = ""},
        CertificateSubject{.common_name = "a", .addresses = {"localhost"}},
        CertificateSubject{.common_name = "a", .uris = {std::string("spiffe://a\0b", 12)}}}) {
    EXPECT_EQ(ReasonOf(IssueCertificate(authority_, subject, kNow, kDays).status()),
              error::v1::SETUP_INVALID);
  }
}

TEST_F(X509Test, OnlyUriNamesAreReadAsTheyWereGiven) {
  const std::string uri = "spiffe://constancia/t-1/source/a,URI:spiffe://constancia/t-1/source/b";
  const Credential client =
      Issue({.common_name = "a", .uris = {uri}, .dns_names = {"localhost"}, .addresses = {"::1"}});
  const auto names = UriNamesOfPem(client.certificate_pem);
  ASSERT_TRUE(names.ok());
  EXPECT_THAT(*names, testing::ElementsAre(uri));
}

TEST_F(X509Test, ReadingNamesOfSomethingElseFails) {
  EXPECT_EQ(ReasonOf(UriNamesOfPem(authority_.key_pem).status()), error::v1::INPUT_MALFORMED);
}

}  // namespace
}  // namespace constancia
