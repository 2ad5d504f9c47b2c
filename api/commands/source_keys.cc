#include "api/commands/source_keys.h"

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/event/sealing.h"

namespace constancia::api {

absl::Status SourceKeys::Register(std::string_view source, const PublicKey& key) {
  if (IsLowOrder(key)) {
    return Error(error::v1::SETUP_INVALID,
                 absl::StrCat("the key of source ", ToAbsl(source),
                              " is of low order: anybody could sign for it"));
  }
  const absl::MutexLock lock(&shared_->mutex);
  const bool added =
      shared_->keys.try_emplace({std::string(source), SourceKeyId(source, key)}, key).second;
  if (!added) {
    return Error(error::v1::SETUP_INVALID,
                 absl::StrCat("source ", ToAbsl(source), " has that key already"));
  }
  return absl::OkStatus();
}

void SourceKeys::Remove(std::string_view source, std::string_view key_id) {
  const absl::MutexLock lock(&shared_->mutex);
  shared_->keys.erase({std::string(source), std::string(key_id)});
}

std::optional<PublicKey> SourceKeys::Find(std::string_view source, std::string_view key_id) const {
  const absl::ReaderMutexLock lock(&shared_->mutex);
  const auto found = shared_->keys.find({std::string(source), std::string(key_id)});
  if (found == shared_->keys.end()) return std::nullopt;
  return found->second;
}

}  // namespace constancia::api
