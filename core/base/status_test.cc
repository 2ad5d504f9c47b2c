#include "core/base/status.h"

#include "gtest/gtest.h"

namespace constancia {
namespace {

TEST(Error, HasTheCodeThatItsReasonFixes) {
  EXPECT_EQ(Error(error::v1::STREAM_MOVED, "reread").code(), absl::StatusCode::kAborted);
  EXPECT_EQ(Error(error::v1::DAMAGED, "position 7").code(), absl::StatusCode::kDataLoss);
}

TEST(Error, EveryReasonFixesACodeThatIsAnError) {
  const auto* reasons = error::v1::Reason_descriptor();
  for (int i = 0; i < reasons->value_count(); ++i) {
    const auto reason = static_cast<Reason>(reasons->value(i)->number());
    EXPECT_FALSE(Error(reason, "x").ok()) << reasons->value(i)->name();
  }
}

TEST(Error, CarriesReasonFieldAndVariables) {
  const absl::Status status =
      Error(error::v1::SCHEMA_INVALID, "amount is negative", "amount", {{"minor", "-5"}});
  EXPECT_EQ(ReasonOf(status), error::v1::SCHEMA_INVALID);
  EXPECT_EQ(FieldOf(status), "amount");
  ASSERT_TRUE(DetailOf(status).has_value());
  EXPECT_EQ(DetailOf(status)->variables(0).value(), "-5");
}

TEST(Error, ForeignStatusesHaveNoReason) {
  EXPECT_EQ(ReasonOf(absl::InternalError("x")), std::nullopt);
  EXPECT_EQ(InField(absl::InternalError("x"), "a"), absl::InternalError("x"));
}

TEST(InField, PutsThePrefixInFrontAndKeepsTheReason) {
  const absl::Status inner = Error(error::v1::ACTOR_REQUIRED, "who acted?", "actor.id");
  const absl::Status outer = InField(InField(inner, "draft"), "events[2]");
  EXPECT_EQ(FieldOf(outer), "events[2].draft.actor.id");
  EXPECT_EQ(ReasonOf(outer), error::v1::ACTOR_REQUIRED);
  EXPECT_EQ(FieldOf(InField(Error(error::v1::ACTOR_REQUIRED, "x"), "events[0]")), "events[0]");
}

}  // namespace
}  // namespace constancia
