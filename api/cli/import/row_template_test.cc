#include "api/cli/import/row_template.h"

#include "core/base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

using ::testing::ElementsAre;

TEST(RowTemplate, RefusesBracesWithoutAPartner) {
  for (const char* text : {"{", "a{b", "a}", "{}", "x{}y"}) {
    EXPECT_EQ(ReasonOf(RowTemplate::Parse(text).status()), error::v1::INPUT_MALFORMED) << text;
  }
}

TEST(RowTemplate, FailsAsTheLookupDoes) {
  const auto filled = RowTemplate::Parse("case/{id}")->Fill([](std::string_view) {
    return absl::StatusOr<std::string>(Error(error::v1::NOT_FOUND, "empty"));
  });
  EXPECT_EQ(ReasonOf(filled.status()), error::v1::NOT_FOUND);
}

TEST(RowTemplate, PutsColumnsIntoTheText) {
  const auto pattern = RowTemplate::Parse("{{{a:b c}}}-{@row}");
  ASSERT_TRUE(pattern.ok());
  EXPECT_THAT(pattern->Names(), ElementsAre("a:b c", "@row"));
  const auto filled = pattern->Fill([](std::string_view name) {
    return absl::StatusOr<std::string>(std::string(name == "@row" ? "7" : "x"));
  });
  EXPECT_EQ(*filled, "{x}-7");
}

TEST(RowTemplate, TextWithoutColumnsStaysAsItIs) {
  const auto pattern = RowTemplate::Parse("FEE_KIND_PENALTY");
  EXPECT_THAT(pattern->Names(), ElementsAre());
  EXPECT_EQ(*pattern->Fill(nullptr), "FEE_KIND_PENALTY");
}

}  // namespace
}  // namespace constancia::api
