#include "core/event/uuid.h"

#include "core/base/bytes.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "gtest/gtest.h"

namespace constancia {
namespace {

TEST(EventId, RefusesOtherBytes) {
  const std::string good = *HexDecode("01932c5e8a0070008000000000000001");
  EXPECT_TRUE(EventId::From(good).has_value());
  EXPECT_FALSE(EventId::From("").has_value());
  EXPECT_FALSE(EventId::From(good.substr(1)).has_value());
  EXPECT_FALSE(EventId::From(good + "x").has_value());
  std::string version_4 = good;
  version_4[6] = 0x40;
  EXPECT_FALSE(EventId::From(version_4).has_value());
  std::string variant_0 = good;
  variant_0[8] = 0x00;
  EXPECT_FALSE(EventId::From(variant_0).has_value());
}

TEST(ParseEventId, RefusesOtherTexts) {
  for (const char* text :
       {"", "01932c5e8a0070008000000000000001", "01932c5e-8a00-7000-8000-00000000000",
        "01932c5e-8a00-7000-8000-0000000000011", "01932c5e-8a00-4000-8000-000000000001",
        "01932c5e-8a00-7000-0000-000000000001", "{1932c5e-8a00-7000-8000-00000000000}",
        "01932c5e_8a00-7000-8000-000000000001", "01932c5e-8a00-7000-8000-00000000000g",
        "01932c5-e8a00-7000-8000-000000000001"}) {
    EXPECT_EQ(ReasonOf(ParseEventId(text).status()), error::v1::SCHEMA_INVALID) << text;
  }
}

TEST(ParseEventId, ReadsEitherCaseAndWritesLower) {
  const auto id = ParseEventId("01932C5E-8a00-7000-8000-0000000000AB");
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(ToText(*id), "01932c5e-8a00-7000-8000-0000000000ab");
}

TEST(NewEventId, IsOrderedByTheTimeItWasMade) {
  SeededRandom random(1);
  EventId last = NewEventId({0}, random);
  for (int64_t millis = 1; millis < 1000; ++millis) {
    const EventId next = NewEventId({millis * 1000}, random);
    EXPECT_LT(last, next);
    EXPECT_EQ(EventId::From(next.view()), next) << "version and variant are set";
    last = next;
  }
}

TEST(NewEventId, HoldsTheMillisecondAndRandomBits) {
  // The example of RFC 9562: 2022-02-22 19:22:22 UTC.
  SeededRandom random(7);
  const Instant now = {1'645'557'742'000'999};
  const EventId one = NewEventId(now, random);
  const EventId two = NewEventId(now, random);
  EXPECT_EQ(ToText(one).substr(0, 15), "017f22e2-79b0-7");
  EXPECT_NE(one, two);
}

}  // namespace
}  // namespace constancia
