#include "api/commands/turns.h"

#include <memory>
#include <utility>

#include "core/base/status.h"

namespace constancia::api {

Turns::Turns(const Limits& limits) : limits_(limits) {
  for (size_t i = 0; i < limits_.threads; ++i) threads_.emplace_back([this] { Work(); });
}

Turns::~Turns() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
}

void Turns::Run(const std::set<std::string>& keys, size_t bytes, Task task) {
  auto waiting = std::make_unique<Waiting>();
  waiting->keys = keys;
  waiting->bytes = bytes;
  bool full = false;
  {
    const absl::MutexLock lock(&mutex_);
    for (const std::string& key : keys) {
      if (queues_.contains(key)) ++waiting->behind;
    }
    full =
        waiting->behind > 0 && (tasks_ == limits_.tasks_max || bytes_ + bytes > limits_.bytes_max);
    if (!full) {
      waiting->task = std::move(task);
      for (const std::string& key : keys) queues_[key].push_back(waiting.get());
      if (waiting->behind > 0) {
        ++tasks_;
        bytes_ += bytes;
        // Kept by the queues until its turn comes.
        waiting.release();
        return;
      }
    }
  }
  if (full) {
    return task(Error(error::v1::QUEUE_FULL,
                      "too many appends wait for those about the same people; retry later"));
  }
  Begin(waiting.release());
}

void Turns::Later(absl::AnyInvocable<void()> work) {
  const absl::MutexLock lock(&mutex_);
  ready_.push_back(std::move(work));
}

void Turns::Begin(Waiting* waiting) {
  // Its end may come before it returns, and takes what waited with it.
  Task task = std::move(waiting->task);
  task(End([this, waiting] { Finish(waiting); }));
}

void Turns::Finish(Waiting* waiting) {
  const std::unique_ptr<Waiting> ended(waiting);
  const absl::MutexLock lock(&mutex_);
  for (const std::string& key : ended->keys) {
    const auto queue = queues_.find(key);
    queue->second.pop_front();
    if (queue->second.empty()) {
      queues_.erase(queue);
      continue;
    }
    Waiting* next = queue->second.front();
    if (--next->behind > 0) continue;
    --tasks_;
    bytes_ -= next->bytes;
    ready_.push_back([this, next] { Begin(next); });
  }
}

void Turns::Work() {
  const auto has_work = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !ready_.empty();
  };
  while (true) {
    absl::AnyInvocable<void()> work;
    {
      const absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(&has_work));
      if (ready_.empty()) return;
      work = std::move(ready_.front());
      ready_.pop_front();
    }
    work();
  }
}

}  // namespace constancia::api
