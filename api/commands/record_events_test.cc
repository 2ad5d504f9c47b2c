#include "api/commands/record_events.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "api/commands/messages.h"
#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/correction.pb.h"
#include "constancia/event/v1/party.pb.h"
#include "core/base/status.h"
#include "core/event/sealing.h"
#include "core/event/uuid.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

using testing::ElementsAre;

constexpr Instant kNow{1'767'960'000'000'000};  // 2026-01-09 12:00:00 UTC
constexpr char kEventId[] = "01932c5e-8a00-7000-8000-000000000001";
constexpr char kRut[] = "12345678-5";

class NoObserver final : public Observer {
 public:
  void Appended(std::string_view, std::string_view) override {}
  void AppendTook(absl::Duration) override {}
  void AppendRejected(Reason) override {}
};

class RecordEventsTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = absl::StrCat(testing::TempDir(), "record_events_",
                           testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    eventstore::EventLog::Options options;
    options.folder = folder_;
    options.signer = &ledger_key_;
    options.master_keys = {{.generation = 1, .key = std::string(32, 'm')}};
    options.clock = &clock_;
    options.random = &random_;
    ASSERT_TRUE(eventstore::EventLog::Create(options, "test.example/ledger", "t-1").ok());
    auto log = eventstore::EventLog::Open(options);
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
    ASSERT_TRUE(source_keys_.Register("dialler-1", source_key_.public_key()).ok());
    record_.emplace(RecordEvents::Uses{.catalogue = &catalogue_,
                                       .zones = &zones_,
                                       .access = &access_,
                                       .source_keys = &source_keys_,
                                       .clock = &clock_,
                                       .observer = &observer_,
                                       .log = log_.get()});
  }

  void TearDown() override {
    log_.reset();
    std::filesystem::remove_all(folder_);
  }

  static event::v1::ContactAttempted Attempt() {
    event::v1::ContactAttempted attempt;
    attempt.set_channel(event::v1::CHANNEL_VOICE_CALL);
    attempt.set_case_id("C-17");
    attempt.set_party_id("P-9");
    attempt.set_address("+56 9 8765 4321");
    return attempt;
  }

  // A request that is right in every respect.
  static v1::AppendEventsRequest Request() {
    v1::AppendEventsRequest request;
    request.set_parent("tenants/t-1");
    request.set_request_id("r-1");
    v1::EventDraft* draft = request.add_events();
    draft->mutable_payload()->PackFrom(Attempt());
    SetTimestamp(kNow, draft->mutable_occurred_at());
    draft->set_zone("America/Santiago");
    draft->mutable_actor()->set_kind(ledger::v1::PERSON);
    draft->mutable_actor()->set_id("A-4");
    draft->add_streams("case/C-17");
    draft->add_streams("debtor/P-9");
    return request;
  }

  // The request with its one draft changed.
  static v1::AppendEventsRequest With(const std::function<void(v1::EventDraft&)>& change) {
    v1::AppendEventsRequest request = Request();
    change(*request.mutable_events(0));
    return request;
  }

  void ExpectRefused(const v1::AppendEventsRequest& request, Reason reason,
                     const std::string& field) {
    const uint64_t end = log_->reader().end().value;
    const absl::Status status = Append(request).status();
    EXPECT_EQ(ReasonOf(status), reason) << status;
    EXPECT_EQ(FieldOf(status), field) << status;
    EXPECT_EQ(log_->reader().end().value, end) << "something was stored";
  }

  void ExpectDraftRefused(const std::function<void(v1::EventDraft&)>& change, Reason reason,
                          const std::string& field) {
    ExpectRefused(With(change), reason, absl::StrCat("events[0].", field));
  }

  absl::StatusOr<v1::AppendEventsResponse> Append(const v1::AppendEventsRequest& request) {
    return AppendAs(caller_, request);
  }

  absl::StatusOr<v1::AppendEventsResponse> AppendAs(const Caller& caller,
                                                    const v1::AppendEventsRequest& request) {
    absl::Notification done;
    absl::StatusOr<v1::AppendEventsResponse> answer;
    record_->Run(caller, request, [&](absl::StatusOr<v1::AppendEventsResponse> result) {
      answer = std::move(result);
      done.Notify();
    });
    done.WaitForNotification();
    return answer;
  }

  const Caller caller_{.kind = CallerKind::kSource, .tenant = "t-1", .id = "dialler-1"};
  const Caller alice_{.kind = CallerKind::kPerson, .tenant = "t-1", .id = "alice"};
  ManualClock clock_{kNow};
  SeededRandom random_{7};
  const Ed25519Key ledger_key_ = Ed25519Key::Generate(random_);
  const Ed25519Key source_key_ = Ed25519Key::Generate(random_);
  const Catalogue catalogue_;
  const Zones zones_ = *Zones::Load();
  const Access access_{{{"person/alice", *Roles::Parse("SUPERVISOR")}}};
  SourceKeys source_keys_;
  NoObserver observer_;
  std::string folder_;
  std::unique_ptr<eventstore::EventLog> log_;
  std::optional<RecordEvents> record_;
};

TEST_F(RecordEventsTest, AnEventIsInTheStreamsOfTheCaseAndThePersonThatItNames) {
  event::v1::ContactAttempted attempt = Attempt();
  attempt.clear_address();
  v1::AppendEventsRequest request = With([&](v1::EventDraft& draft) {
    draft.clear_streams();
    draft.mutable_payload()->PackFrom(attempt);
  });
  const auto streams = [&] {
    std::vector<std::string> names;
    const absl::StatusOr<eventstore::AppendRequest> prepared = record_->Prepare(caller_, request);
    EXPECT_TRUE(prepared.ok()) << prepared.status();
    for (const Stream& stream : prepared->drafts[0].streams) names.push_back(ToText(stream));
    return names;
  };
  EXPECT_THAT(streams(), ElementsAre("case/C-17", "debtor/P-9", "source/dialler-1"));
  request.mutable_events(0)->add_streams("debtor/P-9");
  EXPECT_THAT(streams(), ElementsAre("debtor/P-9", "case/C-17", "source/dialler-1"));
  // What has no place is left out, and an id that names no stream.
  for (int i = 0; i < 6; ++i) request.mutable_events(0)->add_streams(absl::StrCat("debtor/P-1", i));
  EXPECT_THAT(streams(), testing::SizeIs(8));
  attempt.set_party_id("core:person:9");
  attempt.clear_case_id();
  request.mutable_events(0)->clear_streams();
  request.mutable_events(0)->mutable_payload()->PackFrom(attempt);
  EXPECT_THAT(streams(), ElementsAre("source/dialler-1"));
}

TEST_F(RecordEventsTest, ATimeThatACorrectionSetsIsHeldToTheClockAsWell) {
  event::v1::EventCorrected corrected;
  corrected.set_target_event_id(kEventId);
  event::v1::ContactAttempted attempt = Attempt();
  attempt.clear_address();
  corrected.set_corrected_type(std::string(attempt.GetDescriptor()->full_name()));
  corrected.set_corrected_public(attempt.SerializeAsString());
  SetTimestamp({kNow.micros + 301 * kMicrosPerSecond}, corrected.mutable_corrected_occurred_at());
  ExpectDraftRefused([&](v1::EventDraft& draft) { draft.mutable_payload()->PackFrom(corrected); },
                     error::v1::SOURCE_CLOCK_SKEW, "payload.corrected_occurred_at");
}

TEST_F(RecordEventsTest, RefusesARequestThatIsNotWellFormed) {
  using R = v1::AppendEventsRequest;
  const auto refused = [this](const std::function<void(R&)>& change, Reason reason,
                              const std::string& field) {
    R request = Request();
    change(request);
    ExpectRefused(request, reason, field);
  };
  refused([](R& r) { r.set_parent("t-1"); }, error::v1::SCHEMA_INVALID, "parent");
  refused([](R& r) { r.set_parent("tenants/t-2"); }, error::v1::WRONG_TENANT, "parent");
  refused([](R& r) { r.clear_request_id(); }, error::v1::SCHEMA_INVALID, "request_id");
  refused([](R& r) { r.set_request_id("a/b"); }, error::v1::SCHEMA_INVALID, "request_id");
  refused([](R& r) { r.set_request_id(std::string(65, 'a')); }, error::v1::SCHEMA_INVALID,
          "request_id");
  refused([](R& r) { r.clear_events(); }, error::v1::SCHEMA_INVALID, "events");
  refused(
      [](R& r) {
        for (int i = 0; i < 64; ++i) r.add_events();
      },
      error::v1::LIMIT_EXCEEDED, "events");
  refused(
      [](R& r) {
        for (int i = 0; i < 17; ++i) r.add_expectations();
      },
      error::v1::LIMIT_EXCEEDED, "expectations");
  refused([](R& r) { r.set_wait(static_cast<v1::Wait>(9)); }, error::v1::SCHEMA_INVALID, "wait");
  refused([](R& r) { r.add_expectations()->set_stream("nothing"); }, error::v1::STREAM_INVALID,
          "expectations[0].stream");
  refused([](R& r) { r.add_expectations()->set_stream("case/C-1"); }, error::v1::SCHEMA_INVALID,
          "expectations[0].version");
  refused(
      [](R& r) {
        r.add_expectations()->set_stream("case/C-1");
        r.mutable_expectations(0)->set_exists(false);
      },
      error::v1::SCHEMA_INVALID, "expectations[0].exists");
  refused([](R& r) { r.GetReflection()->MutableUnknownFields(&r)->AddVarint(99, 1); },
          error::v1::SCHEMA_INVALID, "");
}

TEST_F(RecordEventsTest, RefusesTypesThatAreNotFacts) {
  using D = v1::EventDraft;
  ExpectDraftRefused([](D& d) { d.clear_payload(); }, error::v1::TYPE_UNKNOWN, "payload.type_url");
  ExpectDraftRefused([](D& d) { d.mutable_payload()->set_type_url("type.googleapis.com/a.B"); },
                     error::v1::TYPE_UNKNOWN, "payload.type_url");
  ExpectDraftRefused(
      [](D& d) {
        d.mutable_payload()->set_type_url("type.googleapis.com/constancia.v1.EventDraft");
      },
      error::v1::TYPE_UNKNOWN, "payload.type_url");
  ExpectDraftRefused([](D& d) { d.mutable_payload()->PackFrom(event::v1::StageChanged()); },
                     error::v1::TYPE_NOT_APPENDABLE, "payload.type_url");
}

TEST_F(RecordEventsTest, RefusesAPayloadThatIsNotItsType) {
  using D = v1::EventDraft;
  ExpectDraftRefused([](D& d) { d.mutable_payload()->set_value("\xff\xff\xff"); },
                     error::v1::SCHEMA_INVALID, "payload");
  ExpectDraftRefused(
      [](D& d) {
        event::v1::ContactAttempted attempt = Attempt();
        attempt.GetReflection()->MutableUnknownFields(&attempt)->AddVarint(9'999, 1);
        d.mutable_payload()->PackFrom(attempt);
      },
      error::v1::SCHEMA_INVALID, "payload.9999");
  ExpectDraftRefused(
      [](D& d) {
        event::v1::ContactAttempted attempt = Attempt();
        attempt.set_case_id("Juan Soto");
        d.mutable_payload()->PackFrom(attempt);
      },
      error::v1::SCHEMA_INVALID, "payload.case_id");
}

TEST_F(RecordEventsTest, RefusesPersonalDataWhereItWouldStandInClear) {
  using D = v1::EventDraft;
  ExpectDraftRefused(
      [](D& d) {
        event::v1::ContactAttempted attempt = Attempt();
        attempt.set_case_id(kRut);
        d.mutable_payload()->PackFrom(attempt);
      },
      error::v1::PERSONAL_DATA_MISPLACED, "payload.case_id");
  ExpectDraftRefused([](D& d) { d.set_streams(1, absl::StrCat("debtor/", kRut)); },
                     error::v1::PERSONAL_DATA_MISPLACED, "streams[1]");
  ExpectDraftRefused([](D& d) { d.mutable_actor()->set_id(kRut); },
                     error::v1::PERSONAL_DATA_MISPLACED, "actor.id");
  ExpectDraftRefused([](D& d) { d.set_external_id(kRut); }, error::v1::PERSONAL_DATA_MISPLACED,
                     "external_id");
  ExpectDraftRefused(
      [](D& d) {
        event::v1::EventCorrected corrected;
        corrected.set_corrected_type(Attempt().GetTypeName());
        corrected.set_corrected_public(Attempt().SerializeAsString());
        d.mutable_payload()->PackFrom(corrected);
      },
      error::v1::PERSONAL_DATA_MISPLACED, "payload.corrected_public");
}

TEST_F(RecordEventsTest, RefusesClocksThatAreWrong) {
  const auto at = [](int64_t micros) {
    return [micros](v1::EventDraft& draft) {
      SetTimestamp(Instant{micros}, draft.mutable_occurred_at());
    };
  };
  const int64_t limit = kNow.micros + 5 * 60 * kMicrosPerSecond;
  ExpectDraftRefused(at(limit + 1), error::v1::SOURCE_CLOCK_SKEW, "occurred_at");
  ExpectDraftRefused(at(-1), error::v1::SOURCE_CLOCK_SKEW, "occurred_at");
  ExpectDraftRefused(
      [](v1::EventDraft& d) { d.mutable_occurred_at()->set_seconds(-70'000'000'000); },
      error::v1::SCHEMA_INVALID, "occurred_at");
  ExpectDraftRefused([](v1::EventDraft& d) { d.mutable_occurred_at()->set_nanos(-1); },
                     error::v1::SCHEMA_INVALID, "occurred_at");
  ExpectDraftRefused([](v1::EventDraft& d) { d.clear_occurred_at(); }, error::v1::SCHEMA_INVALID,
                     "occurred_at");
  EXPECT_TRUE(Append(With(at(limit))).ok());
}

TEST_F(RecordEventsTest, RefusesWhatDoesNotSayWhoWhereAndAboutWhom) {
  using D = v1::EventDraft;
  ExpectDraftRefused([](D& d) { d.clear_actor(); }, error::v1::ACTOR_REQUIRED, "actor.kind");
  ExpectDraftRefused([](D& d) { d.mutable_actor()->clear_id(); }, error::v1::ACTOR_REQUIRED,
                     "actor.id");
  ExpectDraftRefused(
      [](D& d) { d.mutable_actor()->set_kind(static_cast<ledger::v1::ActorKind>(77)); },
      error::v1::SCHEMA_INVALID, "actor.kind");
  ExpectDraftRefused([](D& d) { d.mutable_actor()->set_id("Juan Soto"); },
                     error::v1::SCHEMA_INVALID, "actor.id");
  ExpectDraftRefused(
      [](D& d) {
        d.mutable_actor()->set_kind(ledger::v1::SYSTEM);
        d.mutable_actor()->set_id("constancia");
      },
      error::v1::SCOPE_NOT_GRANTED, "actor.id");
  ExpectDraftRefused([](D& d) { d.clear_zone(); }, error::v1::SCHEMA_INVALID, "zone");
  ExpectDraftRefused([](D& d) { d.set_zone("../../etc/passwd"); }, error::v1::SCHEMA_INVALID,
                     "zone");
  ExpectDraftRefused([](D& d) { d.set_streams(0, "case/"); }, error::v1::STREAM_INVALID,
                     "streams[0]");
  ExpectDraftRefused([](D& d) { d.add_streams("case/C-17"); }, error::v1::STREAM_INVALID,
                     "streams[2]");
  for (const char* own :
       {"source/dialler-1", "ledger", "export/E-1", "identifier/CL.RUT.123456785"}) {
    ExpectDraftRefused([own](D& d) { d.add_streams(own); }, error::v1::STREAM_INVALID,
                       "streams[2]");
  }
  ExpectDraftRefused(
      [](D& d) {
        for (int i = 0; i < 6; ++i) d.add_streams(absl::StrCat("agent/", i));
      },
      error::v1::STREAM_INVALID, "streams");
  ExpectDraftRefused([](D& d) { d.mutable_streams()->RemoveLast(); }, error::v1::SUBJECT_REQUIRED,
                     "subject");
  ExpectDraftRefused([](D& d) { d.add_streams("debtor/P-10"); }, error::v1::SUBJECT_REQUIRED,
                     "subject");
  ExpectDraftRefused([](D& d) { d.set_subject("case/C-17"); }, error::v1::SUBJECT_REQUIRED,
                     "subject");
  ExpectDraftRefused([](D& d) { d.set_subject("debtor/P-10"); }, error::v1::SUBJECT_REQUIRED,
                     "subject");
  ExpectDraftRefused([](D& d) { d.set_event_id("1"); }, error::v1::SCHEMA_INVALID, "event_id");
  ExpectDraftRefused([](D& d) { d.set_causation_id("1"); }, error::v1::SCHEMA_INVALID,
                     "causation_id");
}

TEST_F(RecordEventsTest, RefusesWhatIsTooLarge) {
  ExpectDraftRefused(
      [](v1::EventDraft& d) {
        event::v1::ContactAttempted attempt = Attempt();
        attempt.set_address(std::string(256 * 1024 + 1, 'x'));
        d.mutable_payload()->PackFrom(attempt);
      },
      error::v1::EVENT_TOO_LARGE, "payload");
  ExpectDraftRefused(
      [](v1::EventDraft& d) {
        event::v1::ContactAttempted attempt = Attempt();
        for (int i = 0; i < 300; ++i) attempt.add_obligation_ids(std::string(120, 'x'));
        d.mutable_payload()->PackFrom(attempt);
      },
      error::v1::EVENT_TOO_LARGE, "payload");
}

TEST_F(RecordEventsTest, RefusesAllWhenOneIsWrong) {
  v1::AppendEventsRequest request = Request();
  *request.add_events() = request.events(0);
  request.mutable_events(1)->clear_actor();
  ExpectRefused(request, error::v1::ACTOR_REQUIRED, "events[1].actor.kind");
}

TEST_F(RecordEventsTest, APersonAppendsOnlyWhatHeDidAndOnlyOfHisDesk) {
  v1::AppendEventsRequest request = Request();
  EXPECT_EQ(ReasonOf(AppendAs(alice_, request).status()), error::v1::SCOPE_NOT_GRANTED);
  request.mutable_events(0)->mutable_actor()->set_id("alice");
  EXPECT_TRUE(AppendAs(alice_, request).ok());
  const Caller bob{.kind = CallerKind::kPerson, .tenant = "t-1", .id = "bob"};
  request.mutable_events(0)->mutable_actor()->set_id("bob");
  EXPECT_EQ(ReasonOf(AppendAs(bob, request).status()), error::v1::SCOPE_NOT_GRANTED);
}

TEST_F(RecordEventsTest, ASourceSignatureMustVerify) {
  v1::AppendEventsRequest request = Request();
  v1::EventDraft& draft = *request.mutable_events(0);
  event::v1::ContactAttempted attempt = Attempt();
  const std::string address = attempt.address();
  event::v1::ContactAttempted personal;
  personal.set_address(address);
  attempt.clear_address();
  const std::string salt(kSaltBytes, 's');
  const Hash commitment = Commitment(salt, personal.SerializeAsString());
  const std::string message =
      SourceSignatureMessage(*ParseEventId(kEventId), kNow, attempt.GetTypeName(),
                             attempt.SerializeAsString(), commitment);
  draft.set_event_id(kEventId);
  draft.set_salt(salt);
  ledger::v1::SourceSignature& signature = *draft.mutable_source_signature();
  signature.set_key_id(SourceKeyId("dialler-1", source_key_.public_key()));
  signature.set_signature(std::string(source_key_.Sign(message)->view()));

  const auto refused = [&](const std::function<void(v1::EventDraft&)>& change,
                           const std::string& field) {
    v1::AppendEventsRequest changed = request;
    change(*changed.mutable_events(0));
    ExpectRefused(changed, error::v1::SOURCE_SIGNATURE_INVALID, "events[0]." + field);
  };
  using D = v1::EventDraft;
  refused([](D& d) { (*d.mutable_source_signature()->mutable_signature())[3] ^= 1; },
          "source_signature");
  refused([](D& d) { d.mutable_source_signature()->set_key_id("abcd"); }, "source_signature");
  refused([](D& d) { d.mutable_occurred_at()->set_nanos(1'000); }, "source_signature");
  refused([](D& d) { d.clear_event_id(); }, "event_id");
  refused([](D& d) { d.set_salt("short"); }, "salt");
  ExpectDraftRefused([&salt](D& d) { d.set_salt(salt); }, error::v1::SCHEMA_INVALID, "salt");
  EXPECT_TRUE(Append(request).ok());
}

TEST_F(RecordEventsTest, TheServerAddsTheSourceAndTheIdentifiers) {
  event::v1::PartyRegistered party;
  party.set_party_id("P-9");
  event::v1::NationalId* id = party.add_id_docs();
  id->set_country("CL");
  id->set_type(event::v1::NATIONAL_ID_TYPE_RUT);
  id->set_value("123456785");
  const auto prepared = record_->Prepare(
      caller_, With([&party](v1::EventDraft& draft) { draft.mutable_payload()->PackFrom(party); }));
  ASSERT_TRUE(prepared.ok()) << prepared.status();
  std::vector<std::string> streams;
  for (const Stream& stream : prepared->drafts[0].streams) streams.push_back(ToText(stream));
  EXPECT_THAT(streams, ElementsAre("case/C-17", "debtor/P-9", "identifier/CL.RUT.123456785",
                                   "source/dialler-1"));
  EXPECT_EQ(prepared->drafts[0].subject, 1u);

  id->set_value("123456784");
  ExpectDraftRefused([&party](v1::EventDraft& d) { d.mutable_payload()->PackFrom(party); },
                     error::v1::SCHEMA_INVALID, "payload.id_docs[0].value");
}

TEST_F(RecordEventsTest, ReceiptsAreOnePerEventInOrder) {
  v1::AppendEventsRequest request = Request();
  *request.add_events() = request.events(0);
  request.set_wait(v1::PUBLISHED);
  const auto answer = Append(request);
  ASSERT_TRUE(answer.ok()) << answer.status();
  ASSERT_EQ(answer->receipts_size(), 2);
  EXPECT_EQ(answer->receipts(0).position() + 1, answer->receipts(1).position());
  EXPECT_THAT(answer->receipts(0).sequences(), ElementsAre(0, 0, 0));
  EXPECT_THAT(answer->receipts(1).sequences(), ElementsAre(1, 1, 1));
  EXPECT_EQ(answer->receipts(0).seal().count(), 2u);
  EXPECT_GT(log_->reader().LatestCheckpoint().checkpoint.size, answer->receipts(1).position());

  const auto again = Append(request);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->SerializeAsString(), answer->SerializeAsString());
  request.mutable_events(0)->set_zone("America/Lima");
  EXPECT_EQ(ReasonOf(Append(request).status()), error::v1::IDEMPOTENCY_CONFLICT);
}

}  // namespace
}  // namespace constancia::api
