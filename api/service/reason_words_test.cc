#include "api/service/reason_words.h"

#include <set>
#include <string_view>

#include "gtest/gtest.h"

namespace constancia::api {
namespace {

TEST(ReasonWords, EveryReasonHasWordsOfItsOwnInEveryLanguage) {
  const google::protobuf::EnumDescriptor* reasons = error::v1::Reason_descriptor();
  for (const Language language : {Language::kSpanish, Language::kPortuguese}) {
    std::set<std::string_view> said;
    for (int i = 0; i < reasons->value_count(); ++i) {
      const auto reason = static_cast<error::v1::Reason>(reasons->value(i)->number());
      if (reason == error::v1::REASON_UNSPECIFIED) continue;
      EXPECT_TRUE(said.insert(WordsOf(reason, language)).second) << reasons->value(i)->name();
    }
    EXPECT_FALSE(said.contains(""));
  }
}

TEST(ReasonWords, SpeaksTheBestLanguageThatIsWanted) {
  EXPECT_EQ(ParseAcceptLanguage(""), Language::kEnglish);
  EXPECT_EQ(ParseAcceptLanguage("de"), Language::kEnglish);
  EXPECT_EQ(ParseAcceptLanguage("es"), Language::kSpanish);
  EXPECT_EQ(ParseAcceptLanguage("ES-CL, es;q=0.9, en;q=0.8"), Language::kSpanish);
  EXPECT_EQ(ParseAcceptLanguage("de, en;q=0.2, pt-BR;q=0.7"), Language::kPortuguese);
  EXPECT_EQ(ParseAcceptLanguage("es;q=0, pt;q=0.1"), Language::kPortuguese);
  EXPECT_EQ(ParseAcceptLanguage("es;q=many"), Language::kEnglish);
  EXPECT_EQ(ParseAcceptLanguage(",;,;;q=,es;q"), Language::kSpanish);
  EXPECT_EQ(ParseAcceptLanguage("esperanto"), Language::kEnglish);
}

}  // namespace
}  // namespace constancia::api
