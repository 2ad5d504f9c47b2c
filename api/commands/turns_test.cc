#include "api/commands/turns.h"

#include <atomic>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "core/base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Turns::Limits kLimits = {.threads = 2, .tasks_max = 4, .bytes_max = 1'000};

// Tasks that note when they begin, and end when told.
class TurnsTest : public ::testing::Test {
 protected:
  void Bring(const std::string& name, const std::set<std::string>& keys, size_t bytes = 0) {
    turns_.Run(keys, bytes, [this, name](absl::StatusOr<Turns::End> end) {
      const absl::MutexLock lock(&mutex_);
      if (!end.ok()) {
        EXPECT_EQ(ReasonOf(end.status()), error::v1::QUEUE_FULL);
        refused_.push_back(name);
        return;
      }
      begun_.push_back(name);
      ends_[name] = *std::move(end);
    });
  }

  void Finish(const std::string& name) {
    Turns::End end;
    {
      const absl::MutexLock lock(&mutex_);
      end = std::move(ends_[name]);
    }
    end();
  }

  // Waits until so many have begun, and tells which.
  std::vector<std::string> Begun(size_t count) {
    const absl::MutexLock lock(&mutex_);
    const auto enough = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return begun_.size() >= count; };
    mutex_.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(30));
    return begun_;
  }

  absl::Mutex mutex_;
  std::vector<std::string> begun_;
  std::vector<std::string> refused_;
  std::map<std::string, Turns::End> ends_;
  Turns turns_{kLimits};
};

TEST_F(TurnsTest, WhatConcernsOnePersonIsDoneInTheOrderInWhichItCame) {
  Bring("first", {"P-1"});
  Bring("second", {"P-1"});
  Bring("third", {"P-1"});
  EXPECT_THAT(Begun(1), ElementsAre("first"));
  Finish("first");
  EXPECT_THAT(Begun(2), ElementsAre("first", "second"));
  Finish("second");
  EXPECT_THAT(Begun(3), ElementsAre("first", "second", "third"));
  Finish("third");
}

TEST_F(TurnsTest, OtherPeopleDoNotWait) {
  Bring("first", {"P-1"});
  Bring("second", {"P-2"});
  Bring("nobody", {});
  EXPECT_THAT(Begun(3), ElementsAre("first", "second", "nobody"));
  for (const char* name : {"first", "second", "nobody"}) Finish(name);
}

TEST_F(TurnsTest, WhatConcernsTwoWaitsForBoth) {
  Bring("one", {"P-1"});
  Bring("two", {"P-2"});
  Bring("both", {"P-1", "P-2"});
  Bring("after", {"P-2"});
  Finish("two");
  EXPECT_THAT(Begun(2), ElementsAre("one", "two"));
  Finish("one");
  EXPECT_THAT(Begun(3), ElementsAre("one", "two", "both"));
  Finish("both");
  EXPECT_THAT(Begun(4), ElementsAre("one", "two", "both", "after"));
  Finish("after");
}

TEST_F(TurnsTest, RefusesWhenTooManyWait) {
  Bring("first", {"P-1"});
  for (const char* name : {"a", "b", "c", "d"}) Bring(name, {"P-1"});
  Bring("too many", {"P-1"});
  EXPECT_THAT(refused_, ElementsAre("too many"));
  Bring("another person", {"P-2"});  // need not wait
  EXPECT_THAT(Begun(2), ElementsAre("first", "another person"));
  Finish("first");
  size_t begun = 3;
  for (const char* name : {"a", "b", "c", "d"}) {
    EXPECT_THAT(Begun(begun++), ::testing::Contains(name));
    Finish(name);
  }
  Bring("now", {"P-1"});
  EXPECT_THAT(Begun(begun), ::testing::Contains("now"));
  Finish("now");
  Finish("another person");
}

TEST_F(TurnsTest, RefusesWhenWhatWaitsIsTooLarge) {
  Bring("first", {"P-1"}, 900);  // does not wait
  Bring("second", {"P-1"}, 900);
  EXPECT_THAT(refused_, IsEmpty());
  Bring("third", {"P-1"}, 101);
  EXPECT_THAT(refused_, ElementsAre("third"));
  Finish("first");
  EXPECT_THAT(Begun(2), ElementsAre("first", "second"));
  Finish("second");
}

TEST_F(TurnsTest, WhatWaitedRunsNeverOnTheThreadThatEndsAnother) {
  std::thread::id waited;
  absl::Notification ran;
  Bring("first", {"P-1"});
  turns_.Run({"P-1"}, 0, [&](absl::StatusOr<Turns::End> end) {
    waited = std::this_thread::get_id();
    (*end)();
    ran.Notify();
  });
  Finish("first");
  ASSERT_TRUE(ran.WaitForNotificationWithTimeout(absl::Seconds(30)));
  EXPECT_NE(waited, std::this_thread::get_id());
}

TEST(Turns, OfManyThreadsOnlyOneAtATimeHasAPersonsTurn) {
  Turns turns({.threads = 2, .tasks_max = 10'000, .bytes_max = 1});
  std::atomic<int> inside = 0;
  std::atomic<int> done = 0;
  std::atomic<bool> together = false;
  absl::BlockingCounter ended(2000);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) {
        std::set<std::string> keys = {"P-1"};
        if (i % 3 == 0) keys.insert("P-" + std::to_string(2 + t));
        turns.Run(keys, 0, [&](absl::StatusOr<Turns::End> end) {
          if (++inside != 1) together = true;
          --inside;
          ++done;
          (*end)();
          ended.DecrementCount();
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ended.Wait();
  EXPECT_EQ(done, 2000);
  EXPECT_FALSE(together);
}

}  // namespace
}  // namespace constancia::api
