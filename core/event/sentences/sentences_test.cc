#include "core/event/sentences/sentences.h"

#include <set>
#include <string>

#include "constancia/event/v1/common.pb.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/gate.pb.h"
#include "constancia/event/v1/money.pb.h"
#include "constancia/event/v1/negotiation.pb.h"
#include "core/base/status.h"
#include "core/event/catalogue.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"

namespace constancia {
namespace {

namespace ev = event::v1;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using ::testing::HasSubstr;

constexpr Language kLanguages[] = {Language::kSpanish, Language::kPortuguese, Language::kEnglish};
// 2025-03-10T10:00:00-03:00
constexpr int64_t kMonday = 1'741'611'600'000'000;

const Sentences& Texts() {
  static const Sentences* texts = new Sentences;
  return *texts;
}

const Catalogue& Types() {
  static const Catalogue* types = new Catalogue;
  return *types;
}

template <typename Payload>
ToldEvent Tell(const Payload& payload, Language language) {
  ledger::v1::EventHeader header;
  header.set_type(payload.GetDescriptor()->full_name());
  header.set_occurred_at(kMonday);
  header.set_recorded_at(kMonday + 90'000'000);
  header.set_zone("America/Santiago");
  header.set_offset_minutes(-180);
  header.mutable_actor()->set_kind(ledger::v1::PERSON);
  header.mutable_actor()->set_id("A-7");
  header.mutable_on_behalf_of()->set_creditor("CRED-1");
  return Texts().Tell(header, payload.SerializeAsString(), language);
}

TEST(Sentences, EveryTypeOfTheCatalogueHasOneInEachLanguage) {
  for (const EventType& type : Types().All()) {
    EXPECT_NE(Texts().Find(type.name), nullptr) << type.name << " has no sentences";
  }
}

TEST(Sentences, SayTheSameFieldsInEachLanguage) {
  const auto names = [](const SentenceText& text) {
    std::set<std::string> said;
    for (const SentenceText::Path& path : text.Said()) said.insert(path.back()->full_name());
    return said;
  };
  for (const EventType& type : Types().All()) {
    const auto* texts = Texts().Find(type.name);
    if (texts == nullptr) continue;
    EXPECT_EQ(names((*texts)[0]), names((*texts)[1])) << type.name;
    EXPECT_EQ(names((*texts)[0]), names((*texts)[2])) << type.name;
  }
}

TEST(Sentences, EveryCodeThatTheySayHasAName) {
  for (const EventType& type : Types().All()) {
    const auto* texts = Texts().Find(type.name);
    if (texts == nullptr) continue;
    for (const SentenceText::Path& path : texts->front().Said()) {
      const EnumDescriptor* codes = path.back()->enum_type();
      for (int i = 1; codes != nullptr && i < codes->value_count(); ++i) {
        for (const Language language : kLanguages) {
          EXPECT_TRUE(LabelOf(*codes->value(i), Texts().labels(), language).has_value())
              << codes->value(i)->full_name();
        }
      }
    }
  }
}

TEST(Sentences, TellAnEmptyEventOfEveryTypeWithoutBrackets) {
  for (const EventType& type : Types().All()) {
    ledger::v1::EventHeader header;
    header.set_type(type.name);
    for (const Language language : kLanguages) {
      const std::string sentence = Texts().Tell(header, "", language).sentence;
      EXPECT_EQ(sentence.find_first_of("[]{}"), std::string::npos) << sentence;
      EXPECT_THAT(sentence, testing::EndsWith(".")) << type.name;
    }
  }
}

TEST(Sentences, TellBothClocksAndWhoActedForWhom) {
  ev::PromiseMade promise;
  promise.set_promise_id("PR-1");
  promise.mutable_amount()->set_amount_minor(123456789);
  promise.mutable_amount()->set_code("MXN");
  promise.set_due_date("2025-03-31");
  promise.set_channel(ev::CHANNEL_VOICE_CALL);
  const ToldEvent es = Tell(promise, Language::kSpanish);
  EXPECT_EQ(es.occurred, "10 de marzo de 2025, 10:00:00 (America/Santiago)");
  EXPECT_EQ(es.recorded, "10 de marzo de 2025, 10:01:30 (UTC-03:00)");
  EXPECT_EQ(es.actor, "persona A-7, por cuenta de CRED-1");
  EXPECT_EQ(es.sentence,
            "La persona prometió pagar 1\u00a0234\u00a0567,89\u00a0MXN el 31 de marzo de 2025, por "
            "llamada; promesa PR-1.");
  const ToldEvent pt = Tell(promise, Language::kPortuguese);
  EXPECT_EQ(pt.occurred, "10 de março de 2025, 10:00:00 (America/Santiago)");
  EXPECT_EQ(pt.sentence,
            "A pessoa prometeu pagar 1\u00a0234\u00a0567,89\u00a0MXN em 31 de março de 2025, por "
            "ligação; promessa PR-1.");
  const ToldEvent en = Tell(promise, Language::kEnglish);
  EXPECT_EQ(en.actor, "person A-7, on behalf of CRED-1");
  EXPECT_EQ(en.sentence,
            "The person promised to pay 1\u00a0234\u00a0567.89\u00a0MXN on 31 March 2025, by call; "
            "promise PR-1.");
}

TEST(Sentences, SayWhatIsThereAndLeaveOutWhatIsNot) {
  ev::ContactAttempted attempt;
  attempt.set_channel(ev::CHANNEL_SMS);
  attempt.set_direction(ev::DIRECTION_OUTBOUND);
  EXPECT_EQ(Tell(attempt, Language::kSpanish).sentence, "Gestión por SMS.");
  attempt.set_direction(ev::DIRECTION_INBOUND);
  attempt.set_party_role(ev::PARTY_ROLE_DEBTOR);
  EXPECT_EQ(Tell(attempt, Language::kEnglish).sentence,
            "Contact received by SMS, with the debtor.");
  attempt.set_prerecorded(true);
  EXPECT_THAT(Tell(attempt, Language::kPortuguese).sentence, HasSubstr(", com mensagem gravada"));

  ev::ContactDenied denied;
  denied.set_channel(ev::CHANNEL_VOICE_CALL);
  denied.mutable_verdict()->set_rule("CL-19496-37-freq-phone");
  denied.mutable_next_allowed_at()->set_seconds(kMonday / 1'000'000 + 86'400);
  EXPECT_EQ(
      Tell(denied, Language::kEnglish).sentence,
      "A contact by call was not allowed, by rule CL-19496-37-freq-phone; it is allowed from 11 "
      "March 2025, 10:00:00.");
  // What a sentence cannot do without is seen to be missing.
  EXPECT_EQ(Tell(ev::PaymentLinkExpired(), Language::kEnglish).sentence, "Payment link — expired.");
}

TEST(Sentences, AddUpABalanceAndSayListsAndUnits) {
  ev::PaymentApplied applied;
  applied.set_payment_id("PAY-1");
  ev::Allocation* part = applied.add_allocations();
  part->mutable_amount()->set_amount_minor(-1500);
  part->mutable_amount()->set_code("CLP");
  part->set_component(ev::BALANCE_COMPONENT_PRINCIPAL);
  part->set_obligation_id("O-1");
  *applied.add_allocations() = *part;
  EXPECT_EQ(
      Tell(applied, Language::kEnglish).sentence,
      "Payment PAY-1 was applied: -1\u00a0500\u00a0CLP to principal (O-1), -1\u00a0500\u00a0CLP to "
      "principal (O-1).");
  ev::WaiverGranted waiver;
  waiver.mutable_components()->set_code("CLF");
  waiver.mutable_components()->set_principal_minor(10'000);
  waiver.mutable_components()->set_other_minor(5);
  EXPECT_EQ(Tell(waiver, Language::kSpanish).sentence, "Se condonó 1,0005\u00a0CLF.");
  waiver.mutable_components()->set_taxes_minor(INT64_MAX);  // no sum that fits
  EXPECT_EQ(Tell(waiver, Language::kSpanish).sentence, "Se condonó —.");
}

TEST(Sentences, KeepSilentAboutTypesTheyDoNotKnow) {
  ledger::v1::EventHeader header;
  header.set_type("constancia.event.v1.SomethingLater");
  EXPECT_EQ(Texts().Tell(header, "", Language::kSpanish).sentence, "");
  header.set_type("constancia.event.v1.PromiseMade");
  EXPECT_EQ(Texts().Tell(header, "\xff\xff", Language::kSpanish).sentence, "");
}

TEST(SentenceText, RefusesWhatItCouldNotSay) {
  const auto& type = *ev::PromiseMade::descriptor();
  const auto refuses = [&](std::string_view text) {
    return ReasonOf(SentenceText::Parse(text, type).status()) == error::v1::SCHEMA_INVALID;
  };
  EXPECT_FALSE(refuses("Promise [of {amount}]."));
  EXPECT_TRUE(refuses("{nothing}"));
  EXPECT_TRUE(refuses("{amount.code.more}"));
  EXPECT_TRUE(refuses("{promise_id"));
  EXPECT_TRUE(refuses("[of {amount}"));
  EXPECT_TRUE(refuses("of {amount}]"));
  EXPECT_TRUE(refuses("[a [b]]"));
  EXPECT_TRUE(refuses("[channel=CHANNEL_PIGEON by pigeon]"));
  EXPECT_TRUE(refuses("[promise_id=X x]"));
  EXPECT_TRUE(refuses("[channel?]"));
  EXPECT_TRUE(refuses(""));
  EXPECT_TRUE(
      ReasonOf(SentenceText::Parse("{address}", *ev::ContactAttempted::descriptor()).status()) ==
      error::v1::SCHEMA_INVALID);  // personal
}

}  // namespace
}  // namespace constancia
