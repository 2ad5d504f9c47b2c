// Facts that bear on each other and arrive at the same time, on any thread and in any order: what
// stands in the end is judged as if one had come after the other.

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "api/commands/messages.h"
#include "api/commands/record_events.h"
#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/gate.pb.h"
#include "constancia/event/v1/legal.pb.h"
#include "core/base/status.h"
#include "core/event/uuid.h"
#include "eventstore/projections/projections.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policies/engine/testing.h"
#include "tests/support/test_ledger.h"

namespace constancia::api {
namespace {

namespace ev = event::v1;
using policies::At;

class NoObserver final : public Observer {
 public:
  void Appended(std::string_view, std::string_view) override {}
  void AppendTook(absl::Duration) override {}
  void AppendRejected(Reason) override {}
};

class RacesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ledger_.options().projections = eventstore::InlineProjections();
    ledger_.clock().Set(At("2025-03-10T12:00:00-03:00"));
    ASSERT_TRUE(ledger_.Create().ok());
    judge_.emplace(JudgeContacts::Uses{
        .log = &ledger_.log(), .packs = &packs_, .zones = &zones_, .random = &random_});
    record_.emplace(RecordEvents::Uses{.catalogue = &catalogue_,
                                       .zones = &zones_,
                                       .access = &access_,
                                       .source_keys = &source_keys_,
                                       .clock = &ledger_.clock(),
                                       .observer = &observer_,
                                       .log = &ledger_.log(),
                                       .contacts = &*judge_});
  }

  template <typename Payload>
  static v1::EventDraft Draft(const Payload& payload, const std::string& at) {
    v1::EventDraft draft;
    draft.mutable_payload()->PackFrom(payload);
    SetTimestamp(At(at), draft.mutable_occurred_at());
    draft.set_zone("America/Santiago");
    draft.mutable_actor()->set_kind(ledger::v1::SYSTEM);
    draft.mutable_actor()->set_id("dialler");
    return draft;
  }

  // Appends one event and waits for the answer.
  void Append(const std::string& request_id, const v1::EventDraft& draft) {
    v1::AppendEventsRequest request;
    request.set_parent(absl::StrCat("tenants/", caller_.tenant));
    request.set_request_id(request_id);
    *request.add_events() = draft;
    absl::Notification answered;
    record_->Run(caller_, request, [&](absl::StatusOr<v1::AppendEventsResponse> response) {
      EXPECT_TRUE(response.ok()) << response.status();
      answered.Notify();
    });
    answered.WaitForNotification();
  }

  void OpenCase(const std::string& case_id, const std::string& person) {
    ev::CaseOpened opened;
    opened.set_case_id(case_id);
    opened.set_party_id(person);
    opened.set_zone("America/Santiago");
    opened.add_obligation_ids("O-1");
    opened.add_regimes("CL");
    Append("open-" + case_id, Draft(opened, "2025-03-01T10:00:00-03:00"));
  }

  static ev::ContactAttempted Call(const std::string& case_id, const std::string& person) {
    ev::ContactAttempted attempt;
    attempt.set_channel(ev::CHANNEL_VOICE_CALL);
    attempt.set_direction(ev::DIRECTION_OUTBOUND);
    attempt.set_case_id(case_id);
    attempt.set_party_id(person);
    attempt.set_party_role(ev::PARTY_ROLE_DEBTOR);
    return attempt;
  }

  // The breaches that stand, in the order in which they were found: "rule person".
  std::vector<std::string> Standing() {
    std::vector<std::pair<std::string, std::string>> raised;  // and the id of the event
    for (uint64_t position = 0; position < ledger_.reader().end().value; ++position) {
      const auto event = ledger_.reader().ReadEvent({position});
      if (ReasonOf(event.status()) == error::v1::NOT_FOUND) continue;  // the place of a map root
      EXPECT_TRUE(event.ok()) << event.status();
      ev::ViolationDetected detected;
      ev::ViolationCleared cleared;
      if (event->header.type() == detected.GetDescriptor()->full_name()) {
        EXPECT_TRUE(detected.ParseFromString(event->header.public_payload()));
        raised.emplace_back(absl::StrCat(detected.rule_id(), " ", detected.party_id()),
                            ToText(*EventId::From(event->header.event_id())));
      } else if (event->header.type() == cleared.GetDescriptor()->full_name()) {
        EXPECT_TRUE(cleared.ParseFromString(event->header.public_payload()));
        std::erase_if(raised,
                      [&](const auto& one) { return one.second == cleared.violation_event_id(); });
      }
    }
    std::vector<std::string> rules;
    for (auto& [rule, id] : raised) rules.push_back(std::move(rule));
    return rules;
  }

  testing::TestLedger ledger_;
  SeededRandom random_{5};
  const Catalogue catalogue_;
  const Zones zones_ = *Zones::Load();
  const Access access_{{}};
  const SourceKeys source_keys_;
  const policies::PackSet packs_ = policies::ChileanPacks();
  const Caller caller_{.kind = CallerKind::kSource, .tenant = "tenant-1", .id = "dialler-1"};
  NoObserver observer_;
  std::optional<JudgeContacts> judge_;
  std::optional<RecordEvents> record_;
};

// The call names its case and person, the suit the case alone, and neither says in which streams it
// is.
TEST_F(RacesTest, ACallAndASuitThatNamesOnlyTheCaseAlwaysSeeEachOther) {
  constexpr int kCases = 200;
  std::vector<::testing::Matcher<std::string>> expected;
  for (int i = 0; i < kCases; ++i) {
    const std::string number = std::to_string(i);
    OpenCase("C-" + number, "P-" + number);
    expected.push_back(::testing::EndsWith(" P-" + number));
  }
  std::thread calls([&] {
    for (int i = 0; i < kCases; ++i) {
      const std::string number = std::to_string(i);
      Append("call-" + number,
             Draft(Call("C-" + number, "P-" + number), "2025-03-10T10:00:00-03:00"));
    }
  });
  std::thread suits([&] {
    for (int i = 0; i < kCases; ++i) {
      ev::ServiceOfProcess service;
      service.set_case_id("C-" + std::to_string(i));
      service.set_result(ev::SERVICE_RESULT_SERVED);
      Append("suit-" + std::to_string(i), Draft(service, "2025-03-05T10:00:00-03:00"));
    }
  });
  calls.join();
  suits.join();
  EXPECT_THAT(Standing(), ::testing::UnorderedElementsAreArray(expected));
}

// How the first call ended is told by its event id alone while it is still on its way.
TEST_F(RacesTest, ACallAndHowItEndedAlwaysSeeEachOther) {
  constexpr int kCases = 200;
  SeededRandom ids(9);
  std::vector<std::string> attempts;
  for (int i = 0; i < kCases; ++i) {
    const std::string number = std::to_string(i);
    OpenCase("C-" + number, "P-" + number);
    // A breach, unless the call before it met a busy line.
    Append("second-" + number,
           Draft(Call("C-" + number, "P-" + number), "2025-03-10T11:00:00-03:00"));
    attempts.push_back(ToText(NewEventId(At("2025-03-10T10:00:00-03:00"), ids)));
  }
  std::thread calls([&] {
    for (int i = 0; i < kCases; ++i) {
      const std::string number = std::to_string(i);
      v1::EventDraft draft = Draft(Call("C-" + number, "P-" + number), "2025-03-10T10:00:00-03:00");
      draft.set_event_id(attempts[i]);
      Append("first-" + number, draft);
    }
  });
  std::thread ends([&] {
    for (int i = 0; i < kCases; ++i) {
      ev::ContactCompleted completed;
      completed.set_attempt_id(attempts[i]);
      completed.set_reach(ev::REACH_BUSY);
      Append("end-" + std::to_string(i), Draft(completed, "2025-03-10T10:00:05-03:00"));
    }
  });
  calls.join();
  ends.join();
  EXPECT_THAT(Standing(), ::testing::IsEmpty());
}

}  // namespace
}  // namespace constancia::api
