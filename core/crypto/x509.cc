#include "core/crypto/x509.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <utility>

#include "core/base/status.h"

namespace constancia {
namespace {

template <auto kFree>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Free<GENERAL_NAMES_free>>;
using Name = std::unique_ptr<GENERAL_NAME, Free<GENERAL_NAME_free>>;

constexpr int kSerialBytes = 16;
constexpr int kStartsEarlierSeconds = 60;

absl::Status Invalid(std::string_view what) {
  ERR_clear_error();
  return Error(error::v1::SETUP_INVALID, what);
}

std::string TextOf(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<size_t>(size)};
}

std::string KeyPem(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return TextOf(bio.get());
}

std::string CertificatePem(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate);
  return TextOf(bio.get());
}

Certificate ReadCertificate(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  return certificate;
}

Key ReadKey(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  // An encrypted key would make OpenSSL ask the terminal: the empty pass phrase refuses it.
  char no_pass_phrase[] = "";
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, no_pass_phrase));
  ERR_clear_error();
  return key;
}

// Sets what every certificate has: version, serial, validity, subject, public key.
bool Prepare(X509* certificate, EVP_PKEY* key, std::string_view common_name, Instant now,
             int days) {
  unsigned char serial[kSerialBytes];
  if (RAND_bytes(serial, kSerialBytes) != 1) return false;
  serial[0] &= 0x7f;  // A serial number is positive.
  const std::unique_ptr<BIGNUM, Free<BN_free>> number(BN_bin2bn(serial, kSerialBytes, nullptr));
  const time_t from = now.micros / kMicrosPerSecond - kStartsEarlierSeconds;
  X509_NAME* subject = X509_get_subject_name(certificate);
  return X509_set_version(certificate, X509_VERSION_3) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr &&
         ASN1_TIME_adj(X509_getm_notBefore(certificate), from, 0, 0) != nullptr &&
         ASN1_TIME_adj(X509_getm_notAfter(certificate), from, days, 0) != nullptr &&
         X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(common_name.data()),
                                    static_cast<int>(common_name.size()), -1, 0) == 1 &&
         X509_set_pubkey(certificate, key) == 1;
}

bool AddExtension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool PushName(GENERAL_NAMES* names, int type, const std::string& text) {
  if (text.find('\0') != std::string::npos) return false;
  Name name(GENERAL_NAME_new());
  if (type == GEN_IPADD) {
    ASN1_OCTET_STRING* address = a2i_IPADDRESS(text.c_str());
    if (address == nullptr) return false;
    GENERAL_NAME_set0_value(name.get(), type, address);
  } else {
    ASN1_IA5STRING* value = ASN1_IA5STRING_new();
    if (ASN1_STRING_set(value, text.data(), static_cast<int>(text.size())) != 1) {
      ASN1_IA5STRING_free(value);
      return false;
    }
    GENERAL_NAME_set0_value(name.get(), type, value);
  }
  if (sk_GENERAL_NAME_push(names, name.get()) == 0) return false;
  name.release();
  return true;
}

// Adds the names as they are: the text form of extensions would read commas in them.
bool AddNames(X509* certificate, const CertificateSubject& subject) {
  const Names names(sk_GENERAL_NAME_new_null());
  for (const std::string& uri : subject.uris) {
    if (!PushName(names.get(), GEN_URI, uri)) return false;
  }
  for (const std::string& name : subject.dns_names) {
    if (!PushName(names.get(), GEN_DNS, name)) return false;
  }
  for (const std::string& address : subject.addresses) {
    if (!PushName(names.get(), GEN_IPADD, address)) return false;
  }
  return sk_GENERAL_NAME_num(names.get()) == 0 ||
         X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) ==
             1;
}

Credential ToCredential(EVP_PKEY* key, X509* certificate) {
  return {.key_pem = KeyPem(key), .certificate_pem = CertificatePem(certificate)};
}

}  // namespace

absl::StatusOr<Credential> MakeAuthority(std::string_view common_name, Instant now, int days) {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate(X509_new());
  if (key == nullptr || !Prepare(certificate.get(), key.get(), common_name, now, days) ||
      X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get())) != 1 ||
      !AddExtension(certificate.get(), certificate.get(), NID_basic_constraints,
                    "critical,CA:TRUE,pathlen:0") ||
      !AddExtension(certificate.get(), certificate.get(), NID_key_usage,
                    "critical,keyCertSign,cRLSign") ||
      !AddExtension(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash") ||
      X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0) {
    return Invalid("the certificate authority cannot be made: its name must be 1 to 64 characters");
  }
  return ToCredential(key.get(), certificate.get());
}

absl::StatusOr<Credential> IssueCertificate(const Credential& authority,
                                            const CertificateSubject& subject, Instant now,
                                            int days) {
  const Certificate issuer = ReadCertificate(authority.certificate_pem);
  const Key issuer_key = ReadKey(authority.key_pem);
  if (issuer == nullptr || issuer_key == nullptr ||
      X509_check_private_key(issuer.get(), issuer_key.get()) != 1) {
    return Invalid("the certificate authority's certificate and key do not belong together");
  }
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate(X509_new());
  const char* use = subject.use == CertificateUse::kServer ? "serverAuth" : "clientAuth";
  if (key == nullptr || !Prepare(certificate.get(), key.get(), subject.common_name, now, days) ||
      X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get())) != 1 ||
      !AddExtension(certificate.get(), issuer.get(), NID_basic_constraints, "critical,CA:FALSE") ||
      !AddExtension(certificate.get(), issuer.get(), NID_key_usage, "critical,digitalSignature") ||
      !AddExtension(certificate.get(), issuer.get(), NID_ext_key_usage, use) ||
      !AddExtension(certificate.get(), issuer.get(), NID_subject_key_identifier, "hash") ||
      !AddExtension(certificate.get(), issuer.get(), NID_authority_key_identifier, "keyid") ||
      !AddNames(certificate.get(), subject) ||
      X509_sign(certificate.get(), issuer_key.get(), EVP_sha256()) == 0) {
    return Invalid(
        "the certificate cannot be issued: its common name must be 1 to 64 characters and its "
        "addresses textual IP addresses");
  }
  return ToCredential(key.get(), certificate.get());
}

std::vector<std::string> UriNamesOf(x509_st* certificate) {
  std::vector<std::string> uris;
  const Names names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  ERR_clear_error();
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) continue;
    const ASN1_IA5STRING* value = name->d.uniformResourceIdentifier;
    std::string uri(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                    static_cast<size_t>(ASN1_STRING_length(value)));
    if (uri.find('\0') == std::string::npos) uris.push_back(std::move(uri));
  }
  return uris;
}

absl::StatusOr<std::vector<std::string>> UriNamesOfPem(std::string_view certificate_pem) {
  const Certificate certificate = ReadCertificate(certificate_pem);
  if (certificate == nullptr) {
    return Error(error::v1::INPUT_MALFORMED, "the file holds no PEM certificate");
  }
  return UriNamesOf(certificate.get());
}

}  // namespace constancia
