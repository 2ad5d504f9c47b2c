#include "eventstore/log/internal/publication.h"

#include <utility>
#include <vector>

#include "core/base/status.h"
#include "eventstore/proof/note.h"

namespace constancia::eventstore {

absl::StatusOr<std::string> Publication::Sign(const Checkpoint& checkpoint) const {
  const Signer* signer = nullptr;
  const Signer* retiring = nullptr;
  {
    absl::ReaderMutexLock lock(&mutex_);
    signer = signer_;
    retiring = retiring_;
  }
  ASSIGN_OR_RETURN(std::string note, SignCheckpoint(checkpoint, *signer));
  if (retiring == nullptr) return note;
  ASSIGN_OR_RETURN(const Signature signature, retiring->Sign(ToText(checkpoint)));
  const KeyId id = MakeKeyId(checkpoint.origin, KeyType::kEd25519, retiring->public_key());
  return note.append(SignatureLine(checkpoint.origin, id, signature.view()));
}

PublicKey Publication::public_key() const {
  absl::ReaderMutexLock lock(&mutex_);
  return signer_->public_key();
}

void Publication::Rotate(const Signer* next) {
  absl::MutexLock lock(&mutex_);
  retiring_ = std::exchange(signer_, next);
}

void Publication::Retire() {
  absl::MutexLock lock(&mutex_);
  retiring_ = nullptr;
}

SignedCheckpoint Publication::latest() const {
  absl::ReaderMutexLock lock(&mutex_);
  return latest_;
}

void Publication::Publish(SignedCheckpoint checkpoint) {
  absl::MutexLock lock(&mutex_);
  latest_ = std::move(checkpoint);
}

void Publication::Replace(uint64_t size, std::string note) {
  absl::MutexLock lock(&mutex_);
  if (latest_.checkpoint.size == size) latest_.note = std::move(note);
}

void Publication::AnswerCovered() {
  std::vector<Callback> covered;
  {
    absl::MutexLock lock(&mutex_);
    const auto end = waiting_.lower_bound(Position{latest_.checkpoint.size});
    for (auto it = waiting_.begin(); it != end; ++it) covered.push_back(std::move(it->second));
    waiting_.erase(waiting_.begin(), end);
  }
  for (Callback& done : covered) done(absl::OkStatus());
}

void Publication::When(Position position, Callback done) {
  absl::Status status;
  {
    absl::MutexLock lock(&mutex_);
    if (position.value >= latest_.checkpoint.size) {
      if (failed_.ok()) {
        waiting_.emplace(position, std::move(done));
        return;
      }
      status = failed_;
    }
  }
  done(status);
}

void Publication::Fail(const absl::Status& status) {
  std::multimap<Position, Callback> waiting;
  {
    absl::MutexLock lock(&mutex_);
    if (failed_.ok()) failed_ = status;
    waiting.swap(waiting_);
  }
  for (auto& [position, done] : waiting) done(status);
}

}  // namespace constancia::eventstore
