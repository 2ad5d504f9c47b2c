#include "hash.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <cstdio>
#include <cstdlib>

namespace verify {
namespace {

[[noreturn]] void Die(const char* what) {
  std::fprintf(stderr, "constancia-verify: OpenSSL cannot provide %s\n", what);
  std::abort();
}

// SHA-256 fetched once: fetching it for every hash would cost twice the hash itself.
struct Sha256Context {
  Sha256Context() : md(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context(EVP_MD_CTX_new()) {
    if (md == nullptr || context == nullptr) Die("SHA-256");
  }
  ~Sha256Context() {
    EVP_MD_CTX_free(context);
    EVP_MD_free(md);
  }
  Sha256Context(const Sha256Context&) = delete;
  Sha256Context& operator=(const Sha256Context&) = delete;

  EVP_MD* md;
  EVP_MD_CTX* context;
};

}  // namespace

Hash Sha256(std::initializer_list<std::string_view> parts) {
  thread_local Sha256Context sha256;
  Hash hash;
  bool ok = EVP_DigestInit_ex2(sha256.context, sha256.md, nullptr) == 1;
  for (std::string_view part : parts) {
    ok = ok && EVP_DigestUpdate(sha256.context, part.data(), part.size()) == 1;
  }
  unsigned length = 0;
  ok = ok && EVP_DigestFinal_ex(sha256.context, reinterpret_cast<unsigned char*>(hash.bytes.data()),
                                &length) == 1;
  if (!ok || length != hash.bytes.size()) Die("SHA-256");
  return hash;
}

Hash HmacSha256(std::string_view key, std::string_view message) {
  std::string inner(64, '\x36'), outer(64, '\x5c');
  for (size_t i = 0; i < key.size() && i < inner.size(); ++i) {
    inner[i] = static_cast<char>(inner[i] ^ key[i]);
    outer[i] = static_cast<char>(outer[i] ^ key[i]);
  }
  return Sha256({outer, Sha256({inner, message}).view()});
}

Hash LeafHash(std::string_view leaf) { return Sha256({std::string_view("\0", 1), leaf}); }

Hash NodeHash(const Hash& left, const Hash& right) {
  char input[65];
  input[0] = 0x01;
  std::memcpy(input + 1, left.bytes.data(), 32);
  std::memcpy(input + 33, right.bytes.data(), 32);
  return Sha256(std::string_view(input, sizeof(input)));
}

void Digest::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

std::optional<Digest> Digest::Named(std::string_view name) {
  const EVP_MD* md = nullptr;
  if (name == "sha512") md = EVP_sha512();
  if (name == "sha384") md = EVP_sha384();
  if (name == "sha256") md = EVP_sha256();
  if (name == "sha224") md = EVP_sha224();
  if (name == "sha1") md = EVP_sha1();
  if (name == "md5") md = EVP_md5();
  if (md == nullptr) return std::nullopt;
  Digest digest;
  digest.context_.reset(EVP_MD_CTX_new());
  if (!digest.context_ || EVP_DigestInit_ex(digest.context_.get(), md, nullptr) != 1) {
    ERR_clear_error();  // for example MD5 where only approved algorithms are allowed
    return std::nullopt;
  }
  return digest;
}

void Digest::Update(std::string_view bytes) {
  if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) Die("a digest");
}

std::string Digest::Finish() {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  if (EVP_DigestFinal_ex(context_.get(), out, &length) != 1) Die("a digest");
  return std::string(reinterpret_cast<const char*>(out), length);
}

bool Ed25519Verify(std::string_view key, std::string_view message, std::string_view signature) {
  if (key.size() != 32 || signature.size() != 64) return false;
  const auto* bytes = [](std::string_view v) {
    return reinterpret_cast<const unsigned char*>(v.data());
  }(key);
  EVP_PKEY* public_key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes, key.size());
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const bool good =
      public_key != nullptr && context != nullptr &&
      EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, public_key) == 1 &&
      EVP_DigestVerify(context, reinterpret_cast<const unsigned char*>(signature.data()),
                       signature.size(), reinterpret_cast<const unsigned char*>(message.data()),
                       message.size()) == 1;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(public_key);
  ERR_clear_error();
  return good;
}

}  // namespace verify
