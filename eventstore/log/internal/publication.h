// The latest published checkpoint, who waits for one, and the keys that sign them.
//
// Threads: any.
#ifndef CONSTANCIA_EVENTSTORE_LOG_INTERNAL_PUBLICATION_H_
#define CONSTANCIA_EVENTSTORE_LOG_INTERNAL_PUBLICATION_H_

#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "core/base/position.h"
#include "core/crypto/ed25519.h"
#include "eventstore/log/log_reader.h"

namespace constancia::eventstore {

class Publication {
 public:
  using Callback = absl::AnyInvocable<void(absl::Status)>;

  // `retiring` may be null.
  Publication(const Signer* signer, const Signer* retiring)
      : signer_(signer), retiring_(retiring) {}

  // Returns the signed note, with one line for each key in force.
  absl::StatusOr<std::string> Sign(const Checkpoint& checkpoint) const;

  // The key that signs now.
  PublicKey public_key() const;

  // From now on `next` signs, and what signed until now goes on beside it.
  void Rotate(const Signer* next);
  void Retire();

  SignedCheckpoint latest() const;

  void Publish(SignedCheckpoint checkpoint);

  // `note` takes the place of that of the same size, when that is still the latest.
  void Replace(uint64_t size, std::string note);

  // Answers everybody whom the latest checkpoint covers.
  void AnswerCovered();

  // Calls `done` once a checkpoint covers `position`.
  void When(Position position, Callback done);

  // Answers everybody who waits, now and later, with `status`.
  void Fail(const absl::Status& status);

 private:
  mutable absl::Mutex mutex_;
  const Signer* signer_ ABSL_GUARDED_BY(mutex_);
  const Signer* retiring_ ABSL_GUARDED_BY(mutex_);
  SignedCheckpoint latest_ ABSL_GUARDED_BY(mutex_);
  std::multimap<Position, Callback> waiting_ ABSL_GUARDED_BY(mutex_);
  absl::Status failed_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_INTERNAL_PUBLICATION_H_
