#include "core/crypto/ed25519.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "core/base/check.h"
#include "core/base/status.h"
#include "core/crypto/internal/openssl.h"

namespace constancia {
namespace {

using crypto_internal::BioPtr;
using crypto_internal::Data;
using crypto_internal::DigestContextPtr;
using crypto_internal::KeyPtr;

constexpr size_t kKeyFileBytesMax = 4096;

// The y coordinates of the points of order 1, 2, 4 and 8, little-endian without the sign bit of x,
// and then those spelled with a y that is not reduced modulo p = 2^255 - 19.
constexpr std::array<std::array<uint8_t, 32>, 7> kLowOrder = {{
    {0},
    {1},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
     0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
     0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
     0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
     0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
}};

// Never asks a terminal for the password of an encrypted key.
int NoPassword(char*, int, int, void*) { return -1; }

BioPtr Reader(std::string_view text) {
  BioPtr bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  CHECK(bio != nullptr);
  return bio;
}

BioPtr Writer() {
  BioPtr bio(BIO_new(BIO_s_mem()));
  CHECK(bio != nullptr);
  return bio;
}

std::string Written(const BioPtr& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<size_t>(size));
}

PublicKey RawPublicKey(const EVP_PKEY* key) {
  PublicKey raw;
  size_t size = raw.bytes.size();
  CHECK(EVP_PKEY_get_raw_public_key(key, raw.bytes.data(), &size) == 1 && size == 32);
  return raw;
}

KeyPtr LoadPublicKey(const PublicKey& key) {
  KeyPtr loaded(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.bytes.data(), key.bytes.size()));
  CHECK(loaded != nullptr);
  return loaded;
}

absl::Status FileError(std::string_view what, const std::string& path) {
  const std::string why = std::strerror(errno);
  return Error(error::v1::INPUT_MALFORMED,
               absl::StrCat("key file ", path, ": cannot ", ToAbsl(what), ": ", why), "",
               {{"path", path}});
}

// A file descriptor that closes itself.
class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

template <typename T>
std::optional<T> FromRaw(std::string_view raw) {
  T value;
  if (raw.size() != value.bytes.size()) return std::nullopt;
  std::copy(raw.begin(), raw.end(), value.bytes.begin());
  return value;
}

}  // namespace

std::optional<PublicKey> PublicKey::From(std::string_view raw) { return FromRaw<PublicKey>(raw); }
std::string_view PublicKey::view() const {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::optional<Signature> Signature::From(std::string_view raw) { return FromRaw<Signature>(raw); }
std::string_view Signature::view() const {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool Ed25519Verify(const PublicKey& key, std::string_view message, const Signature& signature) {
  const KeyPtr loaded = LoadPublicKey(key);
  const DigestContextPtr context(EVP_MD_CTX_new());
  CHECK(context != nullptr);
  const bool verified =
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, loaded.get()) == 1 &&
      EVP_DigestVerify(context.get(), signature.bytes.data(), signature.bytes.size(), Data(message),
                       message.size()) == 1;
  ERR_clear_error();
  return verified;
}

bool IsLowOrder(const PublicKey& key) {
  std::array<uint8_t, 32> y = key.bytes;
  y.back() &= 0x7f;
  return std::find(kLowOrder.begin(), kLowOrder.end(), y) != kLowOrder.end();
}

void Ed25519Key::Free::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

Ed25519Key::Ed25519Key(evp_pkey_st* key) : key_(key), public_key_(RawPublicKey(key)) {}

Ed25519Key Ed25519Key::FromSeed(const std::array<uint8_t, 32>& seed) {
  EVP_PKEY* key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size());
  CHECK(key != nullptr);
  return Ed25519Key(key);
}

Ed25519Key Ed25519Key::Generate(Random& random) {
  std::array<uint8_t, 32> seed;
  random.Fill(seed);
  return FromSeed(seed);
}

absl::StatusOr<Ed25519Key> Ed25519Key::FromPem(std::string_view pem) {
  const BioPtr bio = Reader(pem);
  KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassword, nullptr));
  ERR_clear_error();
  if (key == nullptr || EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519) {
    return Error(error::v1::INPUT_MALFORMED,
                 "not an unencrypted Ed25519 private key in PEM (PKCS#8)");
  }
  return Ed25519Key(key.release());
}

absl::StatusOr<Ed25519Key> Ed25519Key::LoadFile(const std::string& path) {
  const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return FileError("open", path);
  struct stat info = {};
  if (fstat(file.get(), &info) != 0) return FileError("stat", path);
  if (!S_ISREG(info.st_mode) || (info.st_mode & 0177) != 0) {
    return Error(error::v1::INPUT_MALFORMED,
                 absl::StrCat("key file ", path, " must be a file with mode 0600: chmod 600 it"),
                 "", {{"path", path}});
  }
  std::string pem(kKeyFileBytesMax, '\0');
  const ssize_t size = read(file.get(), pem.data(), pem.size());
  if (size < 0) return FileError("read", path);
  pem.resize(static_cast<size_t>(size));
  absl::StatusOr<Ed25519Key> key = FromPem(pem);
  OPENSSL_cleanse(pem.data(), pem.size());
  return key;
}

absl::StatusOr<Signature> Ed25519Key::Sign(std::string_view message) const {
  const DigestContextPtr context(EVP_MD_CTX_new());
  Signature signature;
  size_t size = signature.bytes.size();
  CHECK(context != nullptr);
  CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1);
  CHECK(EVP_DigestSign(context.get(), signature.bytes.data(), &size, Data(message),
                       message.size()) == 1);
  return signature;
}

std::string Ed25519Key::ToPem() const {
  const BioPtr bio = Writer();
  CHECK(PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr,
                                      nullptr) == 1);
  return Written(bio);
}

absl::Status Ed25519Key::SaveFile(const std::string& path) const {
  const File file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.get() < 0) return FileError("create", path);
  const std::string pem = ToPem();
  if (write(file.get(), pem.data(), pem.size()) != static_cast<ssize_t>(pem.size())) {
    return FileError("write", path);
  }
  if (fsync(file.get()) != 0) return FileError("sync", path);
  return absl::OkStatus();
}

std::string PublicKeyToPem(const PublicKey& key) {
  const BioPtr bio = Writer();
  CHECK(PEM_write_bio_PUBKEY(bio.get(), LoadPublicKey(key).get()) == 1);
  return Written(bio);
}

absl::StatusOr<PublicKey> PublicKeyFromPem(std::string_view pem) {
  const BioPtr bio = Reader(pem);
  const KeyPtr key(PEM_read_bio_PUBKEY(bio.get(), nullptr, NoPassword, nullptr));
  ERR_clear_error();
  if (key == nullptr || EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519) {
    return Error(error::v1::INPUT_MALFORMED, "not an Ed25519 public key in PEM");
  }
  return RawPublicKey(key.get());
}

}  // namespace constancia
