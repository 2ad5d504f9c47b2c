// Turns: what concerns the same person or case is done one after the other, in the order in which
// it came.
//
// Judging a recorded fact rests on what stands about a person and in his cases. Two that are judged
// at once would not see each other, or would each have to be judged again when the other comes
// first; in turns neither happens, and what concerns others does not wait. A task takes all its
// keys in one step, so none waits for what waits for it.
//
// Used by: record_events.
// Threads: any thread may call any method. A task runs on the thread that brings it when it need
// not wait, else on a thread of the turns: never on the one that ended the task before it.
#ifndef CONSTANCIA_API_COMMANDS_TURNS_H_
#define CONSTANCIA_API_COMMANDS_TURNS_H_

#include <cstddef>
#include <deque>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

namespace constancia::api {

class Turns {
 public:
  // Called once by the task, or by what it began, when it is done; it may outlive the task.
  using End = absl::AnyInvocable<void()>;
  using Task = absl::AnyInvocable<void(absl::StatusOr<End>)>;

  struct Limits {
    size_t threads = 1;
    // Of all tasks that wait.
    size_t tasks_max = 0;
    size_t bytes_max = 0;
  };

  explicit Turns(const Limits& limits);

  // Runs what may run, then stops. No task waits for another by then.
  ~Turns();

  // Runs `task` when every task with one of `keys` that came before it has ended; at once when
  // there is none. `bytes` is what it holds while it waits. The task is given QUEUE_FULL, at once,
  // instead of its turn when it would wait and too much waits already.
  void Run(const std::set<std::string>& keys, size_t bytes, Task task);

  // Runs `work` soon on a thread of the turns: for what a task does when its answer comes on a
  // thread that others need.
  void Later(absl::AnyInvocable<void()> work);

 private:
  struct Waiting {
    std::set<std::string> keys;
    size_t bytes = 0;
    Task task;
    size_t behind = 0;  // Of how many of its keys it is not the first.
  };

  void Begin(Waiting* waiting);
  void Finish(Waiting* waiting);
  void Work();

  const Limits limits_;

  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, std::deque<Waiting*>> queues_ ABSL_GUARDED_BY(mutex_);
  size_t tasks_ ABSL_GUARDED_BY(mutex_) = 0;  // That wait, and what they hold.
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<absl::AnyInvocable<void()>> ready_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::vector<std::thread> threads_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_TURNS_H_
