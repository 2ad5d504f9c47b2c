#include "api/commands/turns.h"

#include <utility>

namespace constancia::api {

void Turns::Run(std::vector<Stream> keys, Task task) {
  auto waiting = std::make_unique<Waiting>();
  waiting->keys = std::move(keys);
  waiting->task = std::move(task);
  {
    const absl::MutexLock lock(&mutex_);
    for (const Stream& key : waiting->keys) {
      std::deque<Waiting*>& queue = queues_[key];
      if (!queue.empty()) ++waiting->behind;
      queue.push_back(waiting.get());
    }
    if (waiting->behind > 0) {
      // Kept by the queues until its turn comes.
      waiting.release();
      return;
    }
  }
  Begin(waiting.release());
}

void Turns::Begin(Waiting* waiting) {
  // What ends at once begins the next: told one by one, so that a long queue is no deep recursion.
  static thread_local std::vector<Waiting*>* beginning = nullptr;
  if (beginning != nullptr) return beginning->push_back(waiting);
  std::vector<Waiting*> queue = {waiting};
  beginning = &queue;
  for (size_t i = 0; i < queue.size(); ++i) {
    Waiting* one = queue[i];
    one->task([this, one] { Finish(one); });
  }
  beginning = nullptr;
}

void Turns::Finish(Waiting* waiting) {
  const std::unique_ptr<Waiting> ended(waiting);
  std::vector<Waiting*> ready;
  {
    const absl::MutexLock lock(&mutex_);
    for (const Stream& key : ended->keys) {
      const auto queue = queues_.find(key);
      queue->second.pop_front();
      if (queue->second.empty()) {
        queues_.erase(queue);
      } else if (--queue->second.front()->behind == 0) {
        ready.push_back(queue->second.front());
      }
    }
  }
  for (Waiting* next : ready) Begin(next);
}

}  // namespace constancia::api
