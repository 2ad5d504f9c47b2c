#include "policies/engine/yaml_message.h"

#include <string>

#include "constancia/policy/v1/case.pb.h"
#include "constancia/policy/v1/pack.pb.h"
#include "core/base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace constancia::policies {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Parses and reads `yaml` as a pack; returns the error, "" when there is none.
std::string ErrorOf(const std::string& yaml) {
  const absl::StatusOr<YamlDocument> document = YamlDocument::Parse("p.yaml", yaml);
  policy::v1::Pack pack;
  const absl::Status status = document.ok() ? document->Into(&pack) : document.status();
  if (!status.ok()) {
    EXPECT_EQ(ReasonOf(status), error::v1::PACK_INVALID);
  }
  return std::string(status.message());
}

TEST(YamlMessage, PointsAtAnUnknownField) {
  EXPECT_THAT(ErrorOf("pack: A\nrules:\n  - id: R\n    limitt: 1\n"),
              StartsWith("p.yaml:4:5: limitt: no such field"));
  EXPECT_THAT(ErrorOf("pack: A\npakc: B\n"), StartsWith("p.yaml:2:1: pakc: no such field"));
}

TEST(YamlMessage, PointsAtAValueOfTheWrongType) {
  EXPECT_THAT(ErrorOf("pack: A\nrules:\n  - id: R\n    limit: many\n"), StartsWith("p.yaml:4:5: "));
  EXPECT_THAT(ErrorOf("pack: A\nversion: -1\n"), StartsWith("p.yaml:2:1: "));
  EXPECT_THAT(ErrorOf("pack: A\nrules: 7\n"), StartsWith("p.yaml:2:1: "));
}

TEST(YamlMessage, RefusesAFieldGivenTwice) {
  EXPECT_THAT(ErrorOf("pack: A\nversion: 1\npack: B\n"), StartsWith("p.yaml:3:1: "));
  EXPECT_THAT(ErrorOf("effective_from: 2020-01-01\neffectiveFrom: 2021-01-01\n"),
              HasSubstr("p.yaml:2:1: effectiveFrom: no such field"));
}

TEST(YamlMessage, RefusesAnchorsAliasesAndTags) {
  EXPECT_THAT(ErrorOf("pack: &a A\n"), HasSubstr("anchor"));
  EXPECT_THAT(ErrorOf("pack: &a A\ninstrument: *a\n"), HasSubstr("p.yaml:1:"));
  EXPECT_THAT(ErrorOf("pack: !!str A\n"), HasSubstr("tag"));
  EXPECT_NE(ErrorOf("<<: {pack: A}\n"), "");
}

TEST(YamlMessage, RefusesEmptyValuesAndLists) {
  EXPECT_THAT(ErrorOf("pack:\nversion: 1\n"), HasSubstr("empty value"));
  EXPECT_THAT(ErrorOf("pack: ~\n"), HasSubstr("p.yaml:1:7: an empty value"));
  EXPECT_THAT(ErrorOf("pack: null\n"), HasSubstr("empty value"));
  EXPECT_THAT(ErrorOf("pack: A\nzones: []\n"), HasSubstr("empty list"));
}

TEST(YamlMessage, RefusesASecondDocumentAndNone) {
  EXPECT_THAT(ErrorOf("pack: A\n---\npack: B\n"), HasSubstr("p.yaml:2:1: a second document"));
  EXPECT_THAT(ErrorOf(""), HasSubstr("empty"));
  EXPECT_THAT(ErrorOf("# nothing\n"), HasSubstr("empty"));
}

TEST(YamlMessage, RefusesBrokenText) {
  EXPECT_THAT(ErrorOf("pack: \"A\nversion: 1\n"), StartsWith("p.yaml:"));
  EXPECT_THAT(ErrorOf("pack: [A\n"), StartsWith("p.yaml:"));
  EXPECT_THAT(ErrorOf("\tpack: A\n"), StartsWith("p.yaml:"));
  EXPECT_NE(ErrorOf(std::string("pack: A\0B\n", 10)), "");
  EXPECT_NE(ErrorOf("pack: \xff\xfe\n"), "");
}

TEST(YamlMessage, RefusesDeepNestingAndLargeTexts) {
  EXPECT_NE(ErrorOf("pack: " + std::string(5000, '[') + std::string(5000, ']') + "\n"), "");
  EXPECT_EQ(ReasonOf(YamlDocument::Parse("p", std::string(kYamlBytesMax + 1, ' ')).status()),
            error::v1::LIMIT_EXCEEDED);
}

TEST(YamlMessage, ReadsWhatIsWritten) {
  const absl::StatusOr<YamlDocument> document =
      YamlDocument::Parse("p",
                          "pack: CL-1\nversion: 3\neffective_from: 1999-12-27\nzones: [a/b, c]\n"
                          "title: {es: \"no\", pt: não, en: 'no'}\n");
  ASSERT_TRUE(document.ok()) << document.status();
  policy::v1::Pack pack;
  ASSERT_TRUE(document->Into(&pack).ok());
  EXPECT_EQ(pack.pack(), "CL-1");
  EXPECT_EQ(pack.version(), 3u);
  EXPECT_EQ(pack.effective_from(), "1999-12-27");
  EXPECT_THAT(pack.zones(), ::testing::ElementsAre("a/b", "c"));
  EXPECT_EQ(pack.title().pt(), "não");
}

TEST(YamlMessage, JsonCountsLinesFromWhereItStands) {
  const absl::StatusOr<YamlDocument> document = YamlDocument::Parse(
      "c.jsonl", R"({"id":"A","exept":"deny"})", YamlDocument::Spelling::kJson, 12);
  ASSERT_TRUE(document.ok()) << document.status();
  policy::v1::Case one;
  EXPECT_THAT(std::string(document->Into(&one).message()),
              StartsWith("c.jsonl:12:12: exept: no such field"));
}

TEST(YamlMessage, JsonKeepsANull) {
  const absl::StatusOr<YamlDocument> document = YamlDocument::Parse(
      "c.jsonl", R"({"id":"A","next_allowed_at":null})", YamlDocument::Spelling::kJson);
  ASSERT_TRUE(document.ok()) << document.status();
  policy::v1::Case one;
  ASSERT_TRUE(document->Into(&one).ok());
  EXPECT_TRUE(one.has_next_allowed_at());
}

TEST(YamlMessage, JsonRefusesAFieldGivenTwice) {
  EXPECT_FALSE(
      YamlDocument::Parse("c.jsonl", R"({"id":"A","id":"B"})", YamlDocument::Spelling::kJson).ok());
}

}  // namespace
}  // namespace constancia::policies
