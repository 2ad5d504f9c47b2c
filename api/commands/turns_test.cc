#include "api/commands/turns.h"

#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

using ::testing::ElementsAre;

Stream Person(const std::string& name) { return {ledger::v1::STREAM_KIND_DEBTOR, name}; }

// Tasks that note when they begin, and end when told.
class TurnsTest : public ::testing::Test {
 protected:
  void Bring(const std::string& name, std::vector<Stream> keys) {
    turns_.Run(std::move(keys), [this, name](Turns::End end) {
      begun_.push_back(name);
      ends_[name] = std::move(end);
    });
  }
  void Finish(const std::string& name) {
    Turns::End end = std::move(ends_[name]);
    end();
  }

  Turns turns_;
  std::vector<std::string> begun_;
  std::map<std::string, Turns::End> ends_;
};

TEST_F(TurnsTest, WhatConcernsOnePersonIsDoneInTheOrderInWhichItCame) {
  Bring("first", {Person("P-1")});
  Bring("second", {Person("P-1")});
  Bring("third", {Person("P-1")});
  EXPECT_THAT(begun_, ElementsAre("first"));
  Finish("first");
  EXPECT_THAT(begun_, ElementsAre("first", "second"));
  Finish("second");
  Finish("third");
  EXPECT_THAT(begun_, ElementsAre("first", "second", "third"));
}

TEST_F(TurnsTest, OtherPeopleDoNotWait) {
  Bring("first", {Person("P-1")});
  Bring("second", {Person("P-2")});
  Bring("nobody", {});
  EXPECT_THAT(begun_, ElementsAre("first", "second", "nobody"));
  for (const char* name : {"first", "second", "nobody"}) Finish(name);
}

TEST_F(TurnsTest, WhatConcernsTwoWaitsForBoth) {
  Bring("one", {Person("P-1")});
  Bring("two", {Person("P-2")});
  Bring("both", {Person("P-1"), Person("P-2")});
  Bring("after", {Person("P-2")});
  Finish("two");
  EXPECT_THAT(begun_, ElementsAre("one", "two"));
  Finish("one");
  EXPECT_THAT(begun_, ElementsAre("one", "two", "both"));
  Finish("both");
  Finish("after");
  EXPECT_THAT(begun_, ElementsAre("one", "two", "both", "after"));
}

TEST_F(TurnsTest, ALongQueueThatEndsAtOnceIsNoDeepRecursion) {
  Bring("first", {Person("P-1")});
  int ended = 0;
  for (int i = 0; i < 200'000; ++i) {
    turns_.Run({Person("P-1")}, [&](Turns::End end) {
      ++ended;
      end();
    });
  }
  EXPECT_EQ(ended, 0);
  Finish("first");
  EXPECT_EQ(ended, 200'000);
}

TEST(Turns, OfManyThreadsOnlyOneAtATimeHasAPersonsTurn) {
  Turns turns;
  std::atomic<int> inside = 0;
  std::atomic<int> done = 0;
  std::atomic<bool> together = false;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) {
        std::vector<Stream> keys = {Person("P-1")};
        if (i % 3 == 0) keys.push_back(Person("P-" + std::to_string(2 + t)));
        turns.Run(std::move(keys), [&](Turns::End end) {
          if (++inside != 1) together = true;
          --inside;
          ++done;
          end();
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done, 2000);
  EXPECT_FALSE(together);
}

}  // namespace
}  // namespace constancia::api
