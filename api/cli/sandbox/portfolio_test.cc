#include "api/cli/sandbox/portfolio.h"

#include <map>
#include <set>

#include "api/cli/sandbox/made_up_id.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/party.pb.h"
#include "core/base/status.h"
#include "core/event/catalogue.h"
#include "core/event/parting.h"
#include "core/event/stream.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

using ::testing::IsSupersetOf;
using ::testing::SizeIs;

Portfolio Made(PortfolioOptions options = {}) {
  auto portfolio = MakePortfolio(options);
  EXPECT_TRUE(portfolio.ok()) << portfolio.status();
  return *std::move(portfolio);
}

std::string Bytes(const Portfolio& portfolio) {
  std::string bytes;
  for (const auto& append : portfolio.appends) bytes += append.SerializeAsString();
  return bytes;
}

TEST(MakePortfolio, RefusesSizesThatMakeNoSense) {
  EXPECT_EQ(ReasonOf(MakePortfolio({.debtors = 0}).status()), error::v1::LIMIT_EXCEEDED);
  EXPECT_EQ(ReasonOf(MakePortfolio({.debtors = kSandboxDebtorsMax + 1}).status()),
            error::v1::LIMIT_EXCEEDED);
}

TEST(MakePortfolio, TheSameSeedGivesTheSameBytes) {
  EXPECT_EQ(Bytes(Made()), Bytes(Made()));
  EXPECT_NE(Bytes(Made()), Bytes(Made({.seed = 2})));
}

TEST(MakePortfolio, ALargerPortfolioHoldsTheSmaller) {
  std::set<std::string> large;
  for (const auto& append : Made({.debtors = 30}).appends) large.insert(append.SerializeAsString());
  for (const auto& append : Made({.debtors = 10}).appends) {
    EXPECT_TRUE(large.contains(append.SerializeAsString()));
  }
}

TEST(MakePortfolio, KeysAreUniqueAndTimesRise) {
  std::set<std::string> request_ids, external_ids, event_ids;
  size_t events = 0;
  int64_t last = 0;
  for (const auto& append : Made().appends) {
    EXPECT_TRUE(request_ids.insert(append.request_id()).second);
    EXPECT_LE(append.request_id().size(), 64u);
    for (const auto& draft : append.events()) {
      ++events;
      EXPECT_TRUE(external_ids.insert(draft.external_id()).second);
      EXPECT_TRUE(event_ids.insert(draft.event_id()).second);
      EXPECT_GE(draft.occurred_at().seconds(), last);
      last = draft.occurred_at().seconds();
      for (const auto& stream : draft.streams()) EXPECT_TRUE(ParseStream(stream).ok()) << stream;
    }
  }
  EXPECT_GT(events, 500u);
  // 2026-10-30T00:00 in Santiago.
  EXPECT_LT(last, 1793329200 + 86400);
}

TEST(MakePortfolio, EveryPayloadIsAFactThatTheCatalogueTakes) {
  const Catalogue catalogue;
  for (const auto& append : Made().appends) {
    for (const auto& draft : append.events()) {
      const std::string& url = draft.payload().type_url();
      const EventType* type = catalogue.Find(url.substr(url.find('/') + 1));
      ASSERT_NE(type, nullptr) << url;
      EXPECT_EQ(type->origin, EventOrigin::kFact);
      const auto valid = PartPayload(*type->descriptor, draft.payload().value()).status();
      EXPECT_TRUE(valid.ok()) << url << " " << valid << " " << FieldOf(valid);
    }
  }
}

TEST(MakePortfolio, ShowsTheThreeCountriesAndTheLifeOfADebt) {
  const Portfolio portfolio = Made();
  std::set<std::string> types;
  for (const auto& [type, count] : portfolio.events_by_type) types.insert(type);
  EXPECT_THAT(
      types, IsSupersetOf({"PartyRegistered", "ContactPointAdded", "ObligationPlaced", "CaseOpened",
                           "ContactAttempted", "ContactCompleted", "PromiseMade", "PromiseKept",
                           "PromiseBroken", "PaymentConfirmed", "ComplaintReceived",
                           "DisputeOpened", "LetterPosted", "LetterDelivered"}));
  EXPECT_THAT(portfolio.highlights, SizeIs(3));
  std::set<std::string> countries;
  for (const auto& append : portfolio.appends) {
    for (const auto& draft : append.events()) {
      event::v1::PartyRegistered party;
      if (!draft.payload().UnpackTo(&party)) continue;
      countries.insert(party.jurisdiction());
      const auto& document = party.id_docs(0);
      const std::string type = event::v1::NationalIdType_Name(document.type());
      EXPECT_TRUE(
          NationalId::Parse(document.country(), type.substr(type.rfind('_') + 1), document.value())
              .ok());
    }
  }
  EXPECT_EQ(countries, (std::set<std::string>{"CL", "CO", "MX"}));
}

TEST(MakeUpId, CheckDigitsAreRight) {
  SeededRandom random(7);
  for (const char* country : {"CL", "CO", "MX"}) {
    for (int i = 0; i < 50; ++i) {
      const NationalId id = MakeUpId(country, random);
      EXPECT_TRUE(NationalId::Parse(id.country, id.type, id.value).ok());
    }
  }
}

}  // namespace
}  // namespace constancia::api
