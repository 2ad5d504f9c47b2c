// Turns: what concerns the same person is done one after the other, in the order in which it came.
//
// Judging a recorded fact rests on what stands in the person's stream. Two that are judged at once
// would each have to be judged again when the other comes first, and could change places; in turns
// neither happens, and what concerns other people does not wait.
//
// Used by: record_events.
// Threads: any thread may call any method. A task runs on the thread that brings it, or on the one
// that ends the last task before it.
#ifndef CONSTANCIA_API_COMMANDS_TURNS_H_
#define CONSTANCIA_API_COMMANDS_TURNS_H_

#include <deque>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "core/event/stream.h"

namespace constancia::api {

class Turns {
 public:
  // Called once by the task, or by what it began, when it is done; it may outlive the task.
  using End = absl::AnyInvocable<void()>;
  using Task = absl::AnyInvocable<void(End)>;

  // Runs `task` when every task with one of `keys` that came before it has ended; at once when
  // there is none, but behind the task that runs on this thread. `keys` are distinct. The turns
  // outlive every End.
  void Run(std::vector<Stream> keys, Task task);

 private:
  struct Waiting {
    std::vector<Stream> keys;
    Task task;
    size_t behind = 0;  // Of how many of its keys it is not the first.
  };

  void Begin(Waiting* waiting);
  void Finish(Waiting* waiting);

  absl::Mutex mutex_;
  absl::flat_hash_map<Stream, std::deque<Waiting*>> queues_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_TURNS_H_
