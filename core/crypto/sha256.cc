#include "core/crypto/sha256.h"

#include <openssl/evp.h>

#include <array>
#include <string>

#include "core/base/check.h"

namespace constancia {
namespace {

constexpr size_t kBlockBytes = 64;

// Looks SHA-256 up once for the thread that constructs it.
class FetchedSha256 {
 public:
  FetchedSha256() : algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr)) {
    CHECK(algorithm_ != nullptr);
  }
  ~FetchedSha256() { EVP_MD_free(algorithm_); }
  FetchedSha256(const FetchedSha256&) = delete;
  FetchedSha256& operator=(const FetchedSha256&) = delete;

  const EVP_MD* get() const { return algorithm_; }

 private:
  EVP_MD* algorithm_;
};

const EVP_MD* ThreadSha256() {
  thread_local const FetchedSha256 fetched;
  return fetched.get();
}

void Start(EVP_MD_CTX* context) {
  CHECK(EVP_DigestInit_ex2(context, ThreadSha256(), nullptr) == 1);
}

Hash End(EVP_MD_CTX* context) {
  Hash hash;
  CHECK(EVP_DigestFinal_ex(context, hash.bytes.data(), nullptr) == 1);
  return hash;
}

// The context of this thread's one-call functions, which never nest.
EVP_MD_CTX* ThreadContext() {
  struct Owner {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    ~Owner() { EVP_MD_CTX_free(context); }
  };
  thread_local const Owner owner;
  CHECK(owner.context != nullptr);
  return owner.context;
}

}  // namespace

Hash Sha256(std::string_view bytes) { return Sha256Joined({bytes}); }

Hash Sha256Joined(std::initializer_list<std::string_view> parts) {
  EVP_MD_CTX* context = ThreadContext();
  Start(context);
  for (std::string_view part : parts) {
    CHECK(EVP_DigestUpdate(context, part.data(), part.size()) == 1);
  }
  return End(context);
}

void Sha256Stream::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256Stream::Sha256Stream() : context_(EVP_MD_CTX_new()) {
  CHECK(context_ != nullptr);
  Start(context_.get());
}
Sha256Stream::Sha256Stream(Sha256Stream&&) noexcept = default;
Sha256Stream& Sha256Stream::operator=(Sha256Stream&&) noexcept = default;
Sha256Stream::~Sha256Stream() = default;

void Sha256Stream::Update(std::string_view bytes) {
  CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

Hash Sha256Stream::Finish() {
  const Hash hash = End(context_.get());
  Start(context_.get());
  return hash;
}

Hash HmacSha256(std::string_view key, std::string_view message) {
  std::string block = key.size() > kBlockBytes ? Sha256(key).str() : std::string(key);
  block.resize(kBlockBytes, '\0');
  for (char& byte : block) byte = static_cast<char>(byte ^ 0x36);
  const Hash inner = Sha256Joined({block, message});
  for (char& byte : block) byte = static_cast<char>(byte ^ 0x36 ^ 0x5c);
  return Sha256Joined({block, inner.view()});
}

Hash HkdfSha256(std::string_view input_key, std::string_view salt, std::string_view info) {
  const Hash extracted = HmacSha256(salt, input_key);
  return HmacSha256(extracted.view(), std::string(info) + '\x01');
}

}  // namespace constancia
