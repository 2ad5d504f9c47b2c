// Certificates: a ledger's own small authority and what it issues for its server and its callers.
//
// All keys are ECDSA P-256, all signatures SHA-256: every TLS library speaks them (Ed25519
// certificates are refused by some). A caller is named by one URI of its certificate
// (subjectAltName, RFC 5280 section 4.2.1.6); common names are for people only.
//
// Used by: api/server (makes a ledger's folder), api/cli (issues certificates), api/web (reads the
// caller's names).
// Threads: any.
#ifndef CONSTANCIA_CORE_CRYPTO_X509_H_
#define CONSTANCIA_CORE_CRYPTO_X509_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/time.h"

struct x509_st;

namespace constancia {

// A certificate and its private key, both PEM; the key is PKCS#8 and never leaves its owner.
struct Credential {
  std::string key_pem;
  std::string certificate_pem;
};

enum class CertificateUse { kServer, kClient };

struct CertificateSubject {
  std::string common_name = {};
  CertificateUse use = CertificateUse::kClient;
  std::vector<std::string> uris = {};
  std::vector<std::string> dns_names = {};
  // Textual IPv4 or IPv6 addresses.
  std::vector<std::string> addresses = {};
};

// Makes a self-signed authority that may issue end certificates only, valid from a minute before
// `now` for `days`. Keys come from OpenSSL's generator.
// Fails with SETUP_INVALID when a name cannot stand in a certificate.
absl::StatusOr<Credential> MakeAuthority(std::string_view common_name, Instant now, int days);

// Issues a certificate for a fresh key. Fails with SETUP_INVALID when `authority` is not a
// certificate with its key or a name cannot stand in a certificate.
absl::StatusOr<Credential> IssueCertificate(const Credential& authority,
                                            const CertificateSubject& subject, Instant now,
                                            int days);

// The URI names of a certificate, in its order; a name that holds a zero byte is left out.
std::vector<std::string> UriNamesOf(x509_st* certificate);

// The same for PEM. Fails with INPUT_MALFORMED when it holds no certificate.
absl::StatusOr<std::vector<std::string>> UriNamesOfPem(std::string_view certificate_pem);

}  // namespace constancia

#endif  // CONSTANCIA_CORE_CRYPTO_X509_H_
