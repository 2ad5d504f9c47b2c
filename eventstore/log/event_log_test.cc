#include "eventstore/log/event_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <map>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "core/base/status.h"
#include "core/event/header.h"
#include "eventstore/log/trailing_rows.h"
#include "eventstore/proof/completeness.h"
#include "eventstore/proof/group_seal.h"
#include "eventstore/proof/note.h"
#include "eventstore/tables/database.h"
#include "eventstore/tables/state_tables.h"
#include "tests/support/test_ledger.h"

namespace constancia::eventstore {
namespace {

using ::constancia::testing::AContact;
using ::constancia::testing::ARequest;
using ::constancia::testing::CaseStream;
using ::constancia::testing::DebtorStream;
using ::constancia::testing::kTestOrigin;
using ::constancia::testing::TestLedger;
using ::testing::HasSubstr;

absl::Status StatusOf(absl::Status status) { return status; }
template <typename T>
absl::Status StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}
#define EXPECT_OK(expr) EXPECT_EQ(StatusOf(expr), absl::OkStatus())
#define ASSERT_OK(expr) ASSERT_EQ(StatusOf(expr), absl::OkStatus())

// The value of a result that is OK.
template <typename T>
T Value(absl::StatusOr<T> result) {
  EXPECT_OK(result);
  return std::move(result).value();
}

template <typename T>
std::optional<Reason> ReasonOfResult(const absl::StatusOr<T>& result) {
  return ReasonOf(result.status());
}

// Counts the events of each case, and remembers the last debtor in a row that comes and goes.
class CountingProjection : public InlineProjection {
 public:
  explicit CountingProjection(uint32_t version = 1) : version_(version) {}
  std::string_view name() const override { return "counting"; }
  uint32_t version() const override { return version_; }
  void Apply(const RecordedEvent& event, Rows& rows) const override {
    for (const auto& place : event.header.streams()) {
      if (place.kind() != ledger::v1::STREAM_KIND_CASE) continue;
      const std::string key = "case/" + place.name();
      const uint64_t count = std::stoull(rows.Get(key).value_or("0")) + version_;
      rows.Put(key, std::to_string(count));
      if (count % 2 == 0) {
        rows.Put("even/" + place.name(), "");
      } else {
        rows.Delete("even/" + place.name());
      }
    }
  }

 private:
  const uint32_t version_;
};

// Everything that a ledger shows, for comparing two openings of it.
struct Shown {
  std::vector<std::string> leaves;
  std::map<std::string, uint64_t> versions;
  std::vector<std::pair<std::string, std::string>> rows;
  bool operator==(const Shown&) const = default;
};

Shown Show(TestLedger& ledger, const std::set<std::string>& cases) {
  Shown shown;
  for (const RecordedEvent& event : Value(ledger.reader().ReadLog(Position{0}, 100'000))) {
    shown.leaves.push_back(event.leaf);
  }
  for (const std::string& name : cases) {
    shown.versions[name] = ledger.reader().VersionOf(CaseStream(name))->value;
    EXPECT_EQ(ledger.reader().ReadStream(CaseStream(name), Sequence{0}, 100'000)->size(),
              shown.versions[name]);
  }
  if (!ledger.options().projections.empty()) {
    shown.rows = ledger.log().ScanRows("counting", "", "", 100'000)->rows;
  }
  return shown;
}

TEST(EventLogCreate, MakesTheFirstEventTheFirstMapRootAndTheFirstCheckpoint) {
  TestLedger ledger;
  ASSERT_OK(ledger.Create());
  EXPECT_EQ(ledger.log().origin(), kTestOrigin);
  EXPECT_EQ(ledger.log().tenant(), "tenant-1");
  EXPECT_EQ(ledger.reader().LatestCheckpoint().checkpoint.size, 2u);
  EXPECT_EQ(ledger.reader().ReadEvent(Position{0})->header.type(),
            "constancia.event.v1.LedgerCreated");
  EXPECT_EQ(KindOfLeaf(*ledger.reader().ReadLeaf(Position{1})), LeafKind::kMapRoot);
  EXPECT_EQ(ReasonOfResult(ledger.reader().ReadEvent(Position{1})), error::v1::NOT_FOUND);
}

TEST(EventLogCreate, RefusesAFolderThatHoldsALedger) {
  TestLedger ledger;
  ASSERT_OK(ledger.Create());
  ledger.Close();
  EXPECT_EQ(ReasonOf(EventLog::Create(ledger.options(), kTestOrigin, "tenant-1")),
            error::v1::EXISTS_ALREADY);
}

TEST(EventLogOpen, RefusesAFolderWithoutALedger) {
  TestLedger ledger;
  EXPECT_EQ(ReasonOf(ledger.Open()), error::v1::SETUP_INVALID);
}

TEST(EventLogOpen, RefusesAKeyThatIsNotTheLogs) {
  TestLedger ledger;
  ASSERT_OK(ledger.Create());
  ledger.Close();
  SeededRandom random(99);
  const Ed25519Key other = Ed25519Key::Generate(random);
  ledger.options().signer = &other;
  EXPECT_EQ(ReasonOf(ledger.Open()), error::v1::SETUP_INVALID);
}

TEST(EventLogOpen, RefusesAMasterKeyThatIsNotTheLedgers) {
  TestLedger ledger;
  ASSERT_OK(ledger.Create());
  ledger.Close();
  ledger.options().master_keys = {{1, std::string(32, 'x')}};
  EXPECT_EQ(ReasonOf(ledger.Open()), error::v1::SETUP_INVALID);
  ledger.options().master_keys = {{2, std::string(32, 'm')}};
  EXPECT_EQ(ReasonOf(ledger.Open()), error::v1::SETUP_INVALID);
}

TEST(EventLogAppend, RefusesWhatItCannotStore) {
  TestLedger ledger;
  ASSERT_OK(ledger.Create());
  const auto reason_of = [&](AppendRequest request) {
    return ReasonOfResult(ledger.log().AppendAndWait(std::move(request)));
  };
  AppendRequest empty = ARequest("r-1", AContact("C1"));
  empty.drafts.clear();
  EXPECT_EQ(reason_of(empty), error::v1::LIMIT_EXCEEDED);

  AppendRequest many = ARequest("r-1", AContact("C1"));
  many.drafts.resize(kAppendEventsMax + 1, many.drafts[0]);
  EXPECT_EQ(reason_of(many), error::v1::LIMIT_EXCEEDED);

  AppendRequest expecting = ARequest("r-1", AContact("C1"));
  expecting.expectations.resize(kAppendExpectationsMax + kOwnExpectationsMax + 1,
                                {CaseStream("C1"), std::nullopt});
  EXPECT_EQ(reason_of(expecting), error::v1::LIMIT_EXCEEDED);

  EventDraft nobody = AContact("C1");
  nobody.actor.Clear();
  EXPECT_EQ(reason_of(ARequest("r-1", nobody)), error::v1::ACTOR_REQUIRED);

  EventDraft whose = AContact("C1");
  whose.subject.reset();
  EXPECT_EQ(reason_of(ARequest("r-1", whose)), error::v1::SUBJECT_REQUIRED);
  whose.subject = 0;  // the case
  EXPECT_EQ(reason_of(ARequest("r-1", whose)), error::v1::SUBJECT_REQUIRED);

  EventDraft twice = AContact("C1");
  twice.streams.push_back(twice.streams[0]);
  EXPECT_EQ(reason_of(ARequest("r-1", twice)), error::v1::STREAM_INVALID);

  EventDraft foreign = AContact("C1");
  foreign.streams.push_back({ledger::v1::STREAM_KIND_SOURCE, "dialler-2"});
  EXPECT_EQ(reason_of(ARequest("r-1", foreign)), error::v1::STREAM_INVALID);

  EventDraft large = AContact("C1");
  large.public_part.assign(kPublicPartBytesMax + 1, 'x');
  EXPECT_EQ(reason_of(ARequest("r-1", large)), error::v1::EVENT_TOO_LARGE);
  large = AContact("C1");
  large.personal_part.assign(kPersonalPartBytesMax + 1, 'x');
  EXPECT_EQ(reason_of(ARequest("r-1", large)), error::v1::EVENT_TOO_LARGE);

  EXPECT_EQ(reason_of(ARequest("", AContact("C1"))), error::v1::SCHEMA_INVALID);
  EXPECT_EQ(ledger.reader().VersionOf(CaseStream("C1"))->value, 0u);
}

TEST(EventLogAppend, RefusesWhenTheStreamHasMoved) {
  TestLedger ledger;
  ASSERT_OK(ledger.Create());
  ASSERT_OK(ledger.Append("C1"));
  AppendRequest request = ARequest("late", AContact("C1"));
  request.expectations = {{CaseStream("C1"), StreamVersion{0}}};
  EXPECT_EQ(ReasonOfResult(ledger.log().AppendAndWait(request)), error::v1::STREAM_MOVED);
  request.expectations = {{CaseStream("C2"), std::nullopt}};
  EXPECT_EQ(ReasonOfResult(ledger.log().AppendAndWait(request)), error::v1::STREAM_MOVED);
  request.expectations = {{CaseStream("C1"), StreamVersion{1}},
                          {CaseStream("C2"), StreamVersion{0}}};
  EXPECT_OK(ledger.log().AppendAndWait(request));
}

TEST(EventLogAppend, GivesPositionsSequencesAndASealThatVerifies) {
  TestLedger ledger;
  ASSERT_OK(ledger.Create());
  AppendRequest request = ARequest("r", AContact("C1"));
  for (int i = 0; i < 4; ++i) request.drafts.push_back(AContact("C1"));
  const auto result = ledger.log().AppendAndWait(request);
  ASSERT_OK(result);
  ASSERT_EQ(result->receipts.size(), 5u);
  const VerifierKey key{kTestOrigin, KeyType::kEd25519, ledger.key().public_key()};
  for (size_t i = 0; i < 5; ++i) {
    const Receipt& receipt = result->receipts[i];
    EXPECT_EQ(receipt.position.value, 2 + i);
    EXPECT_EQ(receipt.sequences, (std::vector<Sequence>{{i}, {i}, {i}}));
    EXPECT_OK(VerifySeal(receipt.seal, receipt.position.value, receipt.leaf_hash, key));
    const auto event = ledger.reader().ReadEvent(receipt.position);
    ASSERT_OK(event);
    EXPECT_EQ(LeafHash(event->leaf), receipt.leaf_hash);
    EXPECT_EQ(event->header.streams(2).name(), "dialler-1");
    EXPECT_EQ(ledger.reader().OpenPersonal(*event)->personal_part, AContact("C1").personal_part);
    EXPECT_EQ(*ledger.reader().FindEvent(receipt.event_id), receipt.position);
  }
  EXPECT_EQ(*ledger.reader().ReceiptsOf({result->receipts[3].position}),
            std::vector<Receipt>{result->receipts[3]});
}

TEST(EventLogAppend, NeverLetsRecordedAtGoBack) {
  TestLedger ledger;
  ASSERT_OK(ledger.Create());
  const auto first = ledger.Append("C1");
  ledger.clock().Advance(-60 * kMicrosPerSecond);
  const auto second = ledger.Append("C1");
  ASSERT_OK(second);
  EXPECT_EQ(second->receipts[0].recorded_at, first->receipts[0].recorded_at);
  ledger.Close();
  ASSERT_OK(ledger.Open());
  EXPECT_EQ(ledger.Append("C1")->receipts[0].recorded_at, first->receipts[0].recorded_at);
}

TEST(EventLogRepeat, GivesTheFirstReceiptsForTheSameContent) {
  TestLedger ledger;
  ASSERT_OK(ledger.Create());
  EventDraft draft = AContact("C1");
  draft.external_id = "call-1";
  const auto first = ledger.log().AppendAndWait(ARequest("r-1", draft));
  ASSERT_OK(first);
  EXPECT_FALSE(first->repeated);
  const auto check = [&] {
    for (const char* request_id : {"r-1", "r-2"}) {
      const auto again = ledger.log().AppendAndWait(ARequest(request_id, draft));
      ASSERT_OK(again);
      EXPECT_TRUE(again->repeated);
      EXPECT_EQ(again->receipts, first->receipts);
    }
    EXPECT_EQ((*ledger.reader().FindRequest("dialler-1", "r-1"))->receipts, first->receipts);
    EXPECT_FALSE(ledger.reader().FindRequest("dialler-1", "r-2")->has_value());
  };
  check();
  ledger.Close();
  ASSERT_OK(ledger.Open());
  check();
}

TEST(EventLogRepeat, RefusesOtherContentUnderAKnownId) {
  TestLedger ledger;
  ASSERT_OK(ledger.Create());
  EventDraft draft = AContact("C1");
  draft.external_id = "call-1";
  ASSERT_OK(ledger.log().AppendAndWait(ARequest("r-1", draft)));
  const auto reason_of = [&](const std::string& request_id, const EventDraft& other) {
    return ReasonOfResult(ledger.log().AppendAndWait(ARequest(request_id, other)));
  };
  EventDraft other = draft;
  other.public_part = std::string("\x10\x02", 2);
  EXPECT_EQ(reason_of("r-1", other), error::v1::IDEMPOTENCY_CONFLICT);
  EXPECT_EQ(reason_of("r-2", other), error::v1::IDEMPOTENCY_CONFLICT);
  other = draft;
  other.personal_part += "!";
  EXPECT_EQ(reason_of("r-1", other), error::v1::IDEMPOTENCY_CONFLICT);
  EXPECT_EQ(reason_of("r-2", other), error::v1::IDEMPOTENCY_CONFLICT);
  other = AContact("C2");
  other.external_id = "call-1";
  EXPECT_EQ(reason_of("r-2", other), error::v1::IDEMPOTENCY_CONFLICT);
  other = draft;
  other.actor.set_session("s-2");
  EXPECT_EQ(reason_of("r-1", other), std::nullopt);
  EXPECT_EQ(ledger.reader().end().value, 3u);
}

TEST(EventLogRepeat, NamesTheKnownEventsOfAnAppendThatIsPartlyKnown) {
  TestLedger ledger;
  ASSERT_OK(ledger.Create());
  EventDraft known = AContact("C1");
  known.external_id = "call-1";
  ASSERT_OK(ledger.log().AppendAndWait(ARequest("r-1", known)));
  AppendRequest request = ARequest("r-2", AContact("C1"));
  request.drafts[0].external_id = "call-2";
  request.drafts.push_back(known);
  const auto result = ledger.log().AppendAndWait(request);
  EXPECT_EQ(ReasonOfResult(result), error::v1::IDEMPOTENCY_CONFLICT);
  EXPECT_THAT(std::string(result.status().message()), HasSubstr("events[1]"));
  EXPECT_EQ(FieldOf(result.status()), "events[1].external_id");
}

// What the server adds to an append of `cause`.
EventDraft AViolation(const EventDraft& cause) {
  EventDraft violation = AContact("C1");
  violation.type = "constancia.event.v1.ViolationDetected";
  violation.personal_part.clear();
  violation.actor.set_kind(ledger::v1::SYSTEM);
  violation.actor.set_id(kOwnSource);
  violation.consequence = true;
  violation.causation_id = cause.event_id;
  return violation;
}

TEST(EventLogRepeat, RefusesTheFrontOfAnAppendAsARepetitionOfIt) {
  TestLedger ledger;
  ASSERT_OK(ledger.Create());
  AppendRequest whole = ARequest("r-1", AContact("C1"));
  SeededRandom random(3);
  whole.drafts[0].event_id = NewEventId(ledger.clock().Now(), random);
  // The second event names the first as its cause, as a source may.
  EventDraft second = AContact("C1");
  second.causation_id = whole.drafts[0].event_id;
  whole.drafts.push_back(second);
  ASSERT_OK(ledger.log().AppendAndWait(whole));
  AppendRequest front = whole;
  front.drafts.pop_back();
  EXPECT_EQ(ReasonOfResult(ledger.log().AppendAndWait(front)), error::v1::IDEMPOTENCY_CONFLICT);
}

TEST(EventLogRepeat, FindsEveryEventOfTheLargestAppend) {
  TestLedger ledger;
  ASSERT_OK(ledger.Create());
  AppendRequest request = ARequest("r-1", AContact("C1"));
  while (request.drafts.size() < kAppendEventsMax) request.drafts.push_back(AContact("C1"));
  SeededRandom random(3);
  request.drafts[0].event_id = NewEventId(ledger.clock().Now(), random);
  AppendRequest judged = request;
  while (judged.drafts.size() < kAppendTotalMax) {
    judged.drafts.push_back(AViolation(request.drafts[0]));
  }
  const auto first = ledger.log().AppendAndWait(judged);
  ASSERT_OK(first);
  EXPECT_EQ(first->receipts.size(), kAppendTotalMax);
  EXPECT_EQ(ledger.log().AppendAndWait(request)->receipts, first->receipts);
  EXPECT_EQ((*ledger.reader().FindRequest("dialler-1", "r-1"))->receipts, first->receipts);
}

TEST(EventLogLimits, AreRefusedWhereTheLargestAppendWouldWaitForEver) {
  TestLedger ledger;
  ledger.options().limits.uncovered_events_max = kAppendTotalMax - 1;
  EXPECT_EQ(ReasonOf(ledger.Create()), error::v1::SETUP_INVALID);
  ledger.options().limits = {};
  ledger.options().limits.group_events_max = kAppendTotalMax - 1;
  EXPECT_EQ(ReasonOf(ledger.Create()), error::v1::SETUP_INVALID);
}

TEST(EventLogLimits, LetTheLargestAppendInWhereverTheyAreAccepted) {
  TestLedger ledger;
  ledger.options().limits.group_events_max = kAppendTotalMax;
  ledger.options().limits.uncovered_events_max = kAppendTotalMax;
  ledger.options().limits.checkpoint_events = 100'000;
  ledger.options().limits.checkpoint_interval = absl::InfiniteDuration();
  ASSERT_OK(ledger.Create());
  ASSERT_OK(ledger.Append("C1"));
  AppendRequest judged = ARequest("r", AContact("C1"));
  SeededRandom random(3);
  judged.drafts[0].event_id = NewEventId(ledger.clock().Now(), random);
  while (judged.drafts.size() < kAppendEventsMax) judged.drafts.push_back(AContact("C1"));
  while (judged.drafts.size() < kAppendTotalMax) {
    judged.drafts.push_back(AViolation(judged.drafts[0]));
  }
  ASSERT_OK(ledger.log().AppendAndWait(judged));
}

TEST(EventLogRepeat, DoesNotCompareConsequences) {
  TestLedger ledger;
  ASSERT_OK(ledger.Create());
  AppendRequest request = ARequest("r-1", AContact("C1"));
  SeededRandom random(3);
  request.drafts[0].event_id = NewEventId(ledger.clock().Now(), random);
  const EventDraft violation = AViolation(request.drafts[0]);
  AppendRequest judged = request;
  judged.drafts.push_back(violation);
  const auto first = ledger.log().AppendAndWait(judged);
  ASSERT_OK(first);
  ASSERT_EQ(first->receipts.size(), 2u);
  EXPECT_EQ(ledger.log().AppendAndWait(request)->receipts, first->receipts);
  judged.drafts[1].public_part = std::string("\x10\x07", 2);
  judged.drafts.push_back(violation);
  EXPECT_EQ(ledger.log().AppendAndWait(judged)->receipts, first->receipts);
}

TEST(EventLogRepeat, RefusesAnEventIdThatIsTaken) {
  TestLedger ledger;
  ASSERT_OK(ledger.Create());
  const auto first = ledger.Append("C1");
  ASSERT_OK(first);
  EventDraft draft = AContact("C2");
  draft.event_id = first->receipts[0].event_id;
  EXPECT_EQ(ReasonOfResult(ledger.log().AppendAndWait(ARequest("r", draft))),
            error::v1::IDEMPOTENCY_CONFLICT);
}

TEST(EventLogRepeat, ComparesThePublicPartAloneOnceThePersonalPartIsErased) {
  TestLedger ledger;
  ASSERT_OK(ledger.Create());
  const EventDraft draft = AContact("C1");
  const auto first = ledger.log().AppendAndWait(ARequest("r-1", draft));
  ASSERT_OK(first);
  const auto event = ledger.reader().ReadEvent(first->receipts[0].position);
  const Hash subject = ledger.log().stream_keys().KeyOf(DebtorStream("C1"));
  ASSERT_OK(ledger.log().data_keys().Destroy(subject, {event->header.sealed().key_id()}));
  EXPECT_EQ(ReasonOfResult(ledger.reader().OpenPersonal(*event)), error::v1::PERSONAL_PART_ERASED);
  EventDraft other = draft;
  other.personal_part += "!";
  EXPECT_EQ(ledger.log().AppendAndWait(ARequest("r-1", other))->receipts, first->receipts);
  EXPECT_TRUE(ledger.log().data_keys().List(subject)->empty());
}

TEST(EventLogErase, AMissingKeyThatNothingDestroyedIsDamage) {
  TestLedger ledger;
  ASSERT_OK(ledger.Create());
  const EventDraft draft = AContact("C1");
  const auto first = ledger.log().AppendAndWait(ARequest("r-1", draft));
  ASSERT_OK(first);
  const Position position = first->receipts[0].position;
  const RecordedEvent event = Value(ledger.reader().ReadEvent(position));
  const Hash subject = ledger.log().stream_keys().KeyOf(DebtorStream("C1"));
  ledger.Close();
  {
    DatabaseOptions options;
    options.path = absl::StrCat(ledger.options().folder, "/keys");
    options.env = ledger.disk().env();
    const auto keys = Database::Open(options);
    ASSERT_OK(keys);
    Batch batch(**keys);
    batch.Delete(*(*keys)->Find("data_keys"), subject.str().append(event.header.sealed().key_id()));
    ASSERT_OK((*keys)->Apply(std::move(batch), Write::kSynced));
  }
  ASSERT_OK(ledger.Open());
  EXPECT_EQ(ReasonOfResult(ledger.reader().OpenPersonal(event)), error::v1::DAMAGED);
  // Neither is any content taken for that of the first time.
  EventDraft other = draft;
  other.personal_part += "!";
  EXPECT_EQ(ReasonOfResult(ledger.log().AppendAndWait(ARequest("r-1", other))), error::v1::DAMAGED);
}

TEST(EventLogErase, NeverTakesAKeyFromAnAppendThatIsOnItsWay) {
  TestLedger ledger;
  ASSERT_OK(ledger.Create());
  const Hash subject = ledger.log().stream_keys().KeyOf(DebtorStream("C1"));
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; !stop; ++i) {
        EXPECT_OK(ledger.log().AppendAndWait(ARequest(absl::StrCat(t, "-", i), AContact("C1"))));
      }
    });
  }
  std::map<std::string, Position> ends;  // of keys: the position behind what they may have sealed
  while (ends.size() < 10) {
    std::vector<std::string> ids;
    for (const DataKeyInfo& key : Value(ledger.log().data_keys().List(subject))) {
      ids.push_back(key.id);
    }
    EXPECT_OK(ledger.log().data_keys().Retire(subject, ids));
    for (const std::string& id : ids) ends[id] = ledger.reader().end();
    EXPECT_OK(ledger.log().data_keys().Destroy(subject, ids));
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  for (const RecordedEvent& event : Value(ledger.reader().ReadLog(Position{0}, 1'000'000))) {
    if (!event.header.has_sealed()) continue;
    const auto end = ends.find(event.header.sealed().key_id());
    if (end == ends.end()) {
      EXPECT_OK(ledger.reader().OpenPersonal(event));
    } else {
      EXPECT_LT(event.position, end->second);
    }
  }
}

std::string KeyIdOf(TestLedger& ledger, Position position) {
  return Value(ledger.reader().ReadEvent(position)).header.sealed().key_id();
}

TEST(EventLogErase, SealsNothingWithAKeyThatWasRetiredBeforeACrash) {
  TestLedger ledger;
  ASSERT_OK(ledger.Create());
  const Position old = Value(ledger.Append("C1")).receipts[0].position;
  const std::string retired = KeyIdOf(ledger, old);
  const Hash subject = ledger.log().stream_keys().KeyOf(DebtorStream("C1"));
  ASSERT_OK(ledger.log().data_keys().Retire(subject, {retired}));
  ledger.Crash();
  ASSERT_OK(ledger.Open());
  const Position young = Value(ledger.Append("C1")).receipts[0].position;
  EXPECT_NE(KeyIdOf(ledger, young), retired);
  // It opens until it is destroyed, which is remembered as well.
  EXPECT_OK(ledger.reader().OpenPersonal(Value(ledger.reader().ReadEvent(old))));
  ASSERT_OK(ledger.log().data_keys().Destroy(subject, {retired}));
  ledger.Crash();
  ASSERT_OK(ledger.Open());
  EXPECT_EQ(ReasonOfResult(ledger.reader().OpenPersonal(Value(ledger.reader().ReadEvent(old)))),
            error::v1::PERSONAL_PART_ERASED);
  EXPECT_OK(ledger.reader().OpenPersonal(Value(ledger.reader().ReadEvent(young))));
}

// What is sealed for others of the same shard while `rewrite` waits for the disk.
void ExpectAppendsDuring(TestLedger& ledger, const std::function<absl::Status()>& rewrite) {
  ledger.disk().HoldSyncs(".sst");
  std::thread rewriting([&] { EXPECT_OK(rewrite()); });
  ledger.disk().AwaitHeldSync();
  absl::Notification appended;
  std::thread appending([&] {
    for (int i = 0; i < 64; ++i) EXPECT_OK(ledger.Append(absl::StrCat("Other-", i)));
    EXPECT_OK(ledger.Append("C1"));
    appended.Notify();
  });
  EXPECT_TRUE(appended.WaitForNotificationWithTimeout(absl::Seconds(60)));
  ledger.disk().LetSyncs();
  rewriting.join();
  appending.join();
}

TEST(EventLogErase, HoldsUpNobodyWhileFilesAreRewritten) {
  TestLedger ledger;
  ledger.options().limits.checkpoint_interval = absl::InfiniteDuration();
  ASSERT_OK(ledger.Create());
  const Position position = Value(ledger.Append("C1")).receipts[0].position;
  const std::string id = KeyIdOf(ledger, position);
  const Hash subject = ledger.log().stream_keys().KeyOf(DebtorStream("C1"));
  ExpectAppendsDuring(ledger, [&] { return ledger.log().data_keys().Destroy(subject, {id}); });
  EXPECT_EQ(
      ReasonOfResult(ledger.reader().OpenPersonal(Value(ledger.reader().ReadEvent(position)))),
      error::v1::PERSONAL_PART_ERASED);
  ExpectAppendsDuring(ledger, [&] {
    return ledger.log().data_keys().RotateMaster({2, std::string(32, 'n')});
  });
}

TEST(EventLogErase, LeavesNoTraceOfKeyOrSealedPartInAnyFile) {
  TestLedger ledger;
  ASSERT_OK(ledger.Create());
  const auto result = ledger.Append("C1");
  ASSERT_OK(ledger.Append("C2"));
  const auto event = Value(ledger.reader().ReadEvent(result->receipts[0].position));
  const std::string key_id = event.header.sealed().key_id();
  const Hash subject = ledger.log().stream_keys().KeyOf(DebtorStream("C1"));
  const auto files_with = [&](const std::string& bytes, const std::string& folder) {
    int files = 0;
    for (const std::string& file : ledger.disk().Files("")) {
      if (file.starts_with(folder) && ledger.disk().Read(file).find(bytes) != std::string::npos) {
        ++files;
      }
    }
    return files;
  };
  EXPECT_GT(files_with(key_id, "/ledger/keys/"), 0);
  EXPECT_GT(files_with(event.sealed, "/ledger/log/"), 0);
  ASSERT_OK(ledger.log().data_keys().Destroy(subject, {key_id}));
  ASSERT_OK(ledger.log().EmptySealed({event.position}));
  ledger.Close();
  ASSERT_OK(ledger.Open());
  EXPECT_EQ(files_with(subject.str() + key_id, "/ledger/keys/"), 0);
  EXPECT_EQ(files_with(event.sealed, "/ledger/log/"), 0);
  EXPECT_EQ(Value(ledger.reader().ReadEvent(event.position)).leaf, event.leaf);
  EXPECT_EQ(Value(ledger.reader().ReceiptsOf({event.position})), result->receipts);
}

TEST(EventLogRace, LetsExactlyOneOfManyWinEveryVersion) {
  TestLedger ledger;
  ledger.options().limits.checkpoint_events = 16;
  ledger.options().limits.uncovered_events_max = kAppendTotalMax;
  ASSERT_OK(ledger.Create());
  constexpr int kThreads = 8;
  constexpr uint64_t kRounds = 25;
  std::atomic<int> wins{0};
  std::atomic<int> others{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (uint64_t round = 0; round < kRounds; ++round) {
        AppendRequest request = ARequest(absl::StrCat("r-", t, "-", round), AContact("C1"));
        request.expectations = {{CaseStream("C1"), StreamVersion{round}}};
        const auto result = ledger.log().AppendAndWait(request);
        if (result.ok()) {
          ++wins;
        } else if (ReasonOf(result.status()) != error::v1::STREAM_MOVED) {
          ++others;
        }
        while (ledger.reader().VersionOf(CaseStream("C1"))->value <= round) {
          std::this_thread::yield();
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wins, kRounds);
  EXPECT_EQ(others, 0);
  EXPECT_EQ(ledger.reader().VersionOf(CaseStream("C1"))->value, kRounds);
}

TEST(EventLogRace, RecordsARepeatedRequestOnce) {
  TestLedger ledger;
  ledger.options().limits.checkpoint_events = 8;
  ASSERT_OK(ledger.Create());
  constexpr int kThreads = 8;
  constexpr int kRequests = 400;
  SeededRandom random(77);
  std::vector<EventId> ids;
  for (int i = 0; i < kRequests; ++i) ids.push_back(NewEventId(ledger.clock().Now(), random));
  std::vector<std::vector<Receipt>> receipts(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kRequests; ++i) {
        EventDraft draft = AContact(absl::StrCat("C", i % 7));
        if (i % 2 == 0) draft.external_id = absl::StrCat("call-", i);
        // Also when the id of the event is seen before the request is.
        if (i % 4 < 3) draft.event_id = ids[i];
        const auto result = ledger.log().AppendAndWait(ARequest(absl::StrCat("r-", i), draft));
        ASSERT_OK(result);
        receipts[t].push_back(result->receipts[0]);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int t = 1; t < kThreads; ++t) EXPECT_EQ(receipts[t], receipts[0]);
  EXPECT_EQ(ledger.reader().ReadLog(Position{0}, 1'000)->size(), kRequests + 1u);
}

TEST(EventLogCheckpoint, FollowsWithinItsIntervalAndIsSigned) {
  TestLedger ledger;
  ledger.options().limits.checkpoint_interval = absl::Milliseconds(5);
  ASSERT_OK(ledger.Create());
  const auto result = ledger.Append("C1");
  ASSERT_OK(result);
  ASSERT_OK(ledger.log().WaitPublished(result->receipts[0].position, absl::Seconds(30)));
  const SignedCheckpoint latest = ledger.reader().LatestCheckpoint();
  EXPECT_EQ(latest.checkpoint.size, 4u);
  const VerifierKey key{kTestOrigin, KeyType::kEd25519, ledger.key().public_key()};
  EXPECT_OK(OpenNote(latest.note, {&key, 1}));
  EXPECT_EQ(ledger.reader().CheckpointAt(2)->checkpoint.size, 2u);
  EXPECT_EQ(ledger.reader().CheckpointAtOrBefore(3)->checkpoint.size, 2u);
  EXPECT_EQ(ReasonOfResult(ledger.reader().CheckpointAt(3)), error::v1::NOT_FOUND);
}

TEST(EventLogCheckpoint, IsDueByTheMonotonicClockWhateverTheWallClockDoes) {
  TestLedger ledger;
  ManualMonotonicClock monotonic;
  ledger.options().monotonic = &monotonic;
  ledger.options().limits.checkpoint_interval = absl::Hours(1);
  ASSERT_OK(ledger.Create());
  const Position first = Value(ledger.Append("C1")).receipts[0].position;
  ledger.clock().Advance(int64_t{365} * 24 * 3'600'000'000);
  // No position between them was left free for a checkpoint.
  EXPECT_EQ(Value(ledger.Append("C1")).receipts[0].position.value, first.value + 1);
  ledger.clock().Set(Instant{0});
  monotonic.Advance(absl::Hours(1));
  const Position third = Value(ledger.Append("C1")).receipts[0].position;
  EXPECT_OK(ledger.log().WaitPublished(third, absl::Seconds(30)));
}

TEST(EventLogCheckpoint, DoesNotPublishWhatItWasNotGiven) {
  TestLedger ledger;
  ASSERT_OK(ledger.Create());
  EXPECT_EQ(ReasonOf(ledger.log().WaitPublished(Position{10}, absl::Milliseconds(1))),
            error::v1::NOT_PUBLISHED);
  EXPECT_EQ(ReasonOfResult(ledger.reader().InclusionProof(Position{0}, 3)),
            error::v1::NOT_PUBLISHED);
  absl::Status answer;
  ledger.log().WhenPublished(Position{10}, [&](absl::Status status) { answer = status; });
  ledger.log().Close();
  EXPECT_EQ(ReasonOf(answer), error::v1::SHUTTING_DOWN);
}

TEST(EventLogProofs, VerifyForEveryEventStreamAndCheckpoint) {
  TestLedger ledger;
  ledger.options().limits.checkpoint_events = 7;
  ledger.options().limits.uncovered_events_max = kAppendTotalMax;
  ASSERT_OK(ledger.Create());
  for (int i = 0; i < 300; ++i) ASSERT_OK(ledger.Append(absl::StrCat("C", i % 11)));
  ledger.Close();
  ASSERT_OK(ledger.Open());
  const LogReader& reader = ledger.reader();
  const SignedCheckpoint latest = reader.LatestCheckpoint();
  const uint64_t size = latest.checkpoint.size;
  ASSERT_EQ(size, reader.end().value);

  std::vector<uint64_t> positions;
  std::vector<Hash> leaf_hashes;
  for (const RecordedEvent& event : Value(reader.ReadLog(Position{0}, 1'000))) {
    const Hash leaf_hash = LeafHash(event.leaf);
    const auto proof = reader.InclusionProof(event.position, size);
    ASSERT_OK(proof);
    EXPECT_OK(
        VerifyInclusion(event.position.value, size, leaf_hash, *proof, latest.checkpoint.root));
    positions.push_back(event.position.value);
    leaf_hashes.push_back(leaf_hash);
  }
  const auto many = reader.InclusionProofs(positions, size);
  ASSERT_OK(many);
  EXPECT_OK(VerifyMultiProof(*many, leaf_hashes, latest.checkpoint.root));

  for (uint64_t old_size = 2; old_size < size;) {
    const auto old = reader.CheckpointAtOrBefore(old_size);
    ASSERT_OK(old);
    const auto proof = reader.ConsistencyProof(old->checkpoint.size, size);
    ASSERT_OK(proof);
    EXPECT_OK(VerifyConsistency(old->checkpoint.size, size, *proof, old->checkpoint.root,
                                latest.checkpoint.root));
    old_size += 5;
  }

  for (int i = 0; i < 12; ++i) {  // the last one does not exist
    const Stream stream = CaseStream(absl::StrCat("C", i));
    const auto proof = reader.ProveCompleteness(stream);
    ASSERT_OK(proof);
    std::vector<Hash> stream_hashes;
    for (const RecordedEvent& event : Value(reader.ReadStream(stream, Sequence{0}, 1'000))) {
      stream_hashes.push_back(LeafHash(event.leaf));
    }
    EXPECT_EQ(proof->count, stream_hashes.size());
    EXPECT_OK(VerifyCompleteness(*proof, latest.checkpoint, stream_hashes));
    if (stream_hashes.empty()) continue;
    stream_hashes.pop_back();
    EXPECT_FALSE(VerifyCompleteness(*proof, latest.checkpoint, stream_hashes).ok());
  }
}

TEST(EventLogRestart, ShowsTheSameAndGoesOn) {
  const CountingProjection counting;
  TestLedger ledger;
  ledger.options().projections = {&counting};
  ledger.options().limits.checkpoint_events = 10;
  ledger.options().limits.uncovered_events_max = kAppendTotalMax;
  ASSERT_OK(ledger.Create());
  std::set<std::string> cases;
  for (int i = 0; i < 95; ++i) {
    const std::string name = absl::StrCat("C", i % 9);
    cases.insert(name);
    ASSERT_OK(ledger.Append(name));
  }
  const Shown before = Show(ledger, cases);
  ledger.Close();
  ASSERT_OK(ledger.Open());
  EXPECT_EQ(Show(ledger, cases), before);
  EXPECT_EQ(ledger.Append("C0")->receipts[0].sequences[0].value, before.versions.at("C0"));
}

class ARebuild : public ::testing::TestWithParam<bool> {};

INSTANTIATE_TEST_SUITE_P(InBulkOrNot, ARebuild, ::testing::Bool());

TEST_P(ARebuild, MakesDeletedStateToTheSameBytes) {
  const CountingProjection counting;
  TestLedger ledger;
  if (GetParam()) ledger.options().limits.bulk_rebuild_entries = 0;
  ledger.options().projections = {&counting};
  ledger.options().limits.checkpoint_events = 10;
  ledger.options().limits.uncovered_events_max = kAppendTotalMax;
  ASSERT_OK(ledger.Create());
  std::set<std::string> cases;
  for (int i = 0; i < 95; ++i) {
    const std::string name = absl::StrCat("C", i % 9);
    cases.insert(name);
    ASSERT_OK(ledger.Append(name));
  }
  ledger.Close();
  const auto rows_of_state = [&] {
    StateTables::Options options;
    options.path = absl::StrCat(ledger.options().folder, "/state");
    options.read_only = true;
    options.env = ledger.disk().env();
    const auto state = StateTables::Open(options);
    EXPECT_OK(state);
    std::map<std::string, std::string> rows;
    for (const char* table :
         {"streams", "heads", "idempotency", "events", "tiles", "applied", "p.counting.1"}) {
      std::optional<Cursor> cursor = (*state)->Walk(table);
      EXPECT_TRUE(cursor.has_value());
      for (; cursor->valid(); cursor->Next()) {
        rows[absl::StrCat(table, "/", std::string(cursor->key()))] = cursor->value();
      }
    }
    return rows;
  };
  const auto before = rows_of_state();
  ledger.disk().RemoveFolder(absl::StrCat(ledger.options().folder, "/state"));
  ASSERT_OK(ledger.Open());
  ledger.Close();
  EXPECT_EQ(rows_of_state(), before);
}

TEST(EventLogRestart, RebuildsAProjectionWhoseVersionWasRaised) {
  const CountingProjection first(1);
  const CountingProjection second(2);
  TestLedger ledger;
  ledger.options().projections = {&first};
  ASSERT_OK(ledger.Create());
  for (int i = 0; i < 5; ++i) ASSERT_OK(ledger.Append("C1"));
  EXPECT_EQ(ledger.log().ReadRow("counting", "case/C1")->value, "5");
  ledger.Close();
  ledger.options().projections = {&second};
  ASSERT_OK(ledger.Open());
  EXPECT_EQ(ledger.log().ReadRow("counting", "case/C1")->value, "10");
  ASSERT_OK(ledger.Append("C1"));
  EXPECT_EQ(ledger.log().ReadRow("counting", "case/C1")->value, "12");
}

TEST(EventLogProjection, ShowsWhatAnAnsweredAppendChanged) {
  const CountingProjection counting;
  TestLedger ledger;
  ledger.options().projections = {&counting};
  ledger.options().limits.checkpoint_events = 3;
  ASSERT_OK(ledger.Create());
  for (uint64_t i = 1; i <= 50; ++i) {
    const auto result = ledger.Append("C1");
    ASSERT_OK(result);
    const auto row = ledger.log().ReadRow("counting", "case/C1");
    ASSERT_OK(row);
    EXPECT_EQ(row->value, std::to_string(i));
    EXPECT_EQ(row->as_of.value, result->receipts[0].position.value + 1);
    const auto list = ledger.log().ScanRows("counting", "", "", 10);
    ASSERT_OK(list);
    EXPECT_EQ(list->rows.size(), i % 2 == 0 ? 2u : 1u);
  }
  EXPECT_EQ(ReasonOfResult(ledger.log().ReadRow("nothing", "")), error::v1::NOT_FOUND);
}

TEST(EventLogKeys, RotatesTheLogKey) {
  TestLedger ledger;
  ASSERT_OK(ledger.Create());
  SeededRandom random(7);
  const Ed25519Key next = Ed25519Key::Generate(random);
  ledger::v1::Actor actor;
  actor.set_kind(ledger::v1::PERSON);
  actor.set_id("op-1");
  const auto rotation = ledger.log().RotateLogKey(&next, actor);
  ASSERT_OK(rotation);
  const VerifierKey old_key{kTestOrigin, KeyType::kEd25519, ledger.key().public_key()};
  const VerifierKey new_key{kTestOrigin, KeyType::kEd25519, next.public_key()};
  EXPECT_OK(VerifySeal(rotation->seal, rotation->position.value, rotation->leaf_hash, old_key));
  const auto after = ledger.Append("C1");
  ASSERT_OK(after);
  const Receipt& receipt = after->receipts[0];
  EXPECT_OK(VerifySeal(receipt.seal, receipt.position.value, receipt.leaf_hash, new_key));
  ledger.Close();
  EXPECT_EQ(ReasonOf(ledger.Open()), error::v1::SETUP_INVALID);
  ledger.options().signer = &next;
  ledger.options().retiring_signer = &ledger.key();
  ASSERT_OK(ledger.Open());
  const std::string note = ledger.reader().LatestCheckpoint().note;
  EXPECT_OK(OpenNote(note, {&old_key, 1}));
  EXPECT_OK(OpenNote(note, {&new_key, 1}));
}

TEST(EventLogKeys, RewrapsDataKeysUnderANewMaster) {
  TestLedger ledger;
  ASSERT_OK(ledger.Create());
  const auto result = ledger.Append("C1");
  ASSERT_OK(result);
  ASSERT_OK(ledger.log().data_keys().RotateMaster({2, std::string(32, 'n')}));
  ASSERT_OK(ledger.Append("C1"));
  ledger.Close();
  EXPECT_EQ(ReasonOf(ledger.Open()), error::v1::SETUP_INVALID);
  ledger.options().master_keys = {{2, std::string(32, 'n')}};
  ASSERT_OK(ledger.Open());
  const auto event = ledger.reader().ReadEvent(result->receipts[0].position);
  ASSERT_OK(event);
  EXPECT_EQ(ledger.reader().OpenPersonal(*event)->personal_part, AContact("C1").personal_part);
}

class AFailedSync : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(OfTheLogOrTheKeys, AFailedSync,
                         ::testing::Values("/ledger/log", "/ledger/keys"));

TEST_P(AFailedSync, HaltsTheLogUntilItIsOpenedAgain) {
  TestLedger ledger;
  ASSERT_OK(ledger.Create());
  ASSERT_OK(ledger.Append("C1"));
  ledger.disk().FailSyncs(GetParam());
  EXPECT_EQ(ReasonOfResult(ledger.Append("C2")), error::v1::LOG_HALTED);
  ledger.disk().Heal();
  EXPECT_EQ(ReasonOfResult(ledger.Append("C3")), error::v1::LOG_HALTED);
  EXPECT_EQ(ReasonOf(ledger.log().health()), error::v1::LOG_HALTED);
  EXPECT_EQ(ReasonOf(ledger.log().WaitPublished(Position{100}, absl::Seconds(30))),
            error::v1::LOG_HALTED);
  EXPECT_EQ(ledger.reader().VersionOf(CaseStream("C2"))->value, 0u);
  ledger.Close();
  ASSERT_OK(ledger.Open());
  EXPECT_EQ(ledger.reader().VersionOf(CaseStream("C1"))->value, 1u);
  EXPECT_OK(ledger.Append("C3"));
}

TEST(EventLogFaults, KeepsEverythingAnsweredThroughCrashes) {
  const CountingProjection counting;
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    TestLedger ledger(seed);
    ledger.options().projections = {&counting};
    ledger.options().limits.checkpoint_events = 5;
    ledger.options().limits.uncovered_events_max = kAppendTotalMax;
    ASSERT_OK(ledger.Create());
    SeededRandom random(seed);
    std::map<std::string, uint64_t> answered;
    for (int life = 0; life < 5; ++life) {
      const uint64_t appends = random.Below(40);
      for (uint64_t i = 0; i < appends; ++i) {
        const std::string name = absl::StrCat("C", random.Below(6));
        ASSERT_OK(ledger.Append(name));
        ++answered[name];
      }
      ledger.Crash();
      ASSERT_OK(ledger.Open());
      for (const auto& [name, count] : answered) {
        EXPECT_EQ(ledger.reader().VersionOf(CaseStream(name))->value, count);
        EXPECT_EQ(ledger.log().ReadRow("counting", "case/" + name)->value, std::to_string(count));
      }
    }
  }
}

TEST(EventLogFaults, OpensEveryPersonalPartThatWasAnsweredBeforeACrash) {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    TestLedger ledger(seed);
    ASSERT_OK(ledger.Create());
    for (int life = 0; life < 3; ++life) {
      std::vector<Position> answered;
      for (int i = 0; i < 20; ++i) {
        answered.push_back(
            Value(ledger.Append(absl::StrCat("C", life, "-", i))).receipts[0].position);
      }
      // Keys that were made for appends that never came: some pages of them arrive, some do not.
      for (int i = 0; i < 200; ++i) {
        const Hash subject =
            ledger.log().stream_keys().KeyOf(DebtorStream(absl::StrCat("D", life, "-", i)));
        ASSERT_OK(ledger.log().data_keys().KeyFor({subject, std::nullopt, "contact", 2026}));
      }
      ledger.Crash();
      ASSERT_OK(ledger.Open());
      for (const Position position : answered) {
        ASSERT_OK(ledger.reader().OpenPersonal(Value(ledger.reader().ReadEvent(position))));
      }
    }
  }
}

// Signs checkpoints only when it is let.
class HeldSigner : public Signer {
 public:
  explicit HeldSigner(const Signer* signer) : signer_(signer) {}
  PublicKey public_key() const override { return signer_->public_key(); }
  absl::StatusOr<Signature> Sign(std::string_view message) const override {
    if (message.starts_with(kTestOrigin)) let_.WaitForNotification();
    return signer_->Sign(message);
  }
  void Let() { let_.Notify(); }

 private:
  const Signer* const signer_;
  mutable absl::Notification let_;
};

TEST(EventLogFaults, FillsTheFreePositionOfACheckpointThatACrashPrevented) {
  const CountingProjection counting;
  TestLedger ledger;
  ledger.options().projections = {&counting};
  ASSERT_OK(ledger.Create());
  ledger.Close();
  HeldSigner held(&ledger.key());
  ledger.options().signer = &held;
  ledger.options().limits.checkpoint_events = 3;
  ASSERT_OK(ledger.Open());
  std::vector<uint64_t> positions;
  for (int i = 0; i < 7; ++i) {
    positions.push_back(Value(ledger.Append("C1")).receipts[0].position.value);
  }
  EXPECT_EQ(positions, (std::vector<uint64_t>{2, 3, 4, 6, 7, 8, 9}));
  EXPECT_EQ(ReasonOfResult(ledger.reader().ReadLeaf(Position{5})), error::v1::NOT_FOUND);
  EXPECT_EQ(ledger.reader().ReadLog(Position{0}, 100)->size(), 8u);
  EXPECT_EQ(ledger.reader().ReadStream(CaseStream("C1"), Sequence{2}, 3)->size(), 3u);

  ledger.disk().Freeze();
  held.Let();
  ledger.Close();
  ledger.disk().LosePower(/*torn=*/true);
  ASSERT_OK(ledger.Open());
  EXPECT_EQ(KindOfLeaf(Value(ledger.reader().ReadLeaf(Position{5}))), LeafKind::kMapRoot);
  EXPECT_EQ(ledger.reader().CheckpointAt(6)->checkpoint.size, 6u);
  EXPECT_EQ(ledger.log().ReadRow("counting", "case/C1")->value, "7");
  EXPECT_EQ(Value(ledger.Append("C1")).receipts[0].sequences[0].value, 7u);
}

TEST(EventLogFaults, HaltsWhenTheDiskIsFullAndGoesOnAfterwards) {
  TestLedger ledger;
  ASSERT_OK(ledger.Create());
  ledger.disk().FillDisk(20'000);
  uint64_t answered = 0;
  while (ledger.Append("C1").ok()) ++answered;
  EXPECT_GT(answered, 0u);
  EXPECT_EQ(ReasonOf(ledger.log().health()), error::v1::LOG_HALTED);
  ledger.disk().Heal();
  ledger.Close();
  ASSERT_OK(ledger.Open());
  const uint64_t version = ledger.reader().VersionOf(CaseStream("C1"))->value;
  EXPECT_GE(version, answered);
  EXPECT_LE(version, answered + 1);
  EXPECT_OK(ledger.Append("C1"));
}

TEST(EventLogFaults, NamesTheEntryThatWasAltered) {
  TestLedger ledger;
  ASSERT_OK(ledger.Create());
  for (int i = 0; i < 20; ++i) ASSERT_OK(ledger.Append("C1"));
  ledger.Close();
  // A bad bit in the write-ahead log, with whole records behind it.
  uint64_t damaged = 0;
  for (const std::string& file : ledger.disk().Files(".log")) {
    if (!file.starts_with("/ledger/log/")) continue;
    const uint64_t size = ledger.disk().Size(file);
    if (size > 4'096 && ledger.disk().FlipBit(file, size / 2)) ++damaged;
  }
  ASSERT_GT(damaged, 0u);
  const absl::Status status = ledger.Open();
  EXPECT_EQ(ReasonOf(status), error::v1::DAMAGED);
  EXPECT_THAT(std::string(status.message()), HasSubstr("the last good position is"));
}

TEST(EventLogFaults, RefusesTrailingRowsThatAreTrueForMoreThanTheLogHolds) {
  TestLedger ledger;
  ASSERT_OK(ledger.Create());
  ASSERT_OK(ledger.Append("C1"));
  const Position end = ledger.reader().end();
  ASSERT_OK(Value(ledger.log().OpenTrailing("rows", 1))->Commit({{"a", "1"}}, end));
  EXPECT_OK(ledger.log().OpenTrailing("rows", 1));
  ASSERT_OK(
      Value(ledger.log().OpenTrailing("rows", 1))->Commit({{"a", "2"}}, Position{end.value + 1}));
  EXPECT_EQ(ReasonOfResult(ledger.log().OpenTrailing("rows", 1)), error::v1::DAMAGED);
}

TEST(EventLogFaults, RefusesALogThatEndsBelowWhatStateKnows) {
  TestLedger ledger;
  ASSERT_OK(ledger.Create());
  for (int i = 0; i < 20; ++i) ASSERT_OK(ledger.Append("C1"));
  ledger.Close();  // `state` is flushed and true for everything
  for (const std::string& file : ledger.disk().Files(".log")) {
    if (file.starts_with("/ledger/log/"))
      ledger.disk().Truncate(file, ledger.disk().Size(file) / 2);
  }
  const absl::Status status = ledger.Open();
  EXPECT_EQ(ReasonOf(status), error::v1::DAMAGED);
  EXPECT_THAT(std::string(status.message()), HasSubstr("acknowledged"));
}

}  // namespace
}  // namespace constancia::eventstore
