#include "api/cli/completion.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const CommandNode kProgram{
    "constancia", {"--help"}, {{"events", {"-o"}, {{"list", {"--stream"}}, {"get"}}}, {"serve"}}};

TEST(BashCompletion, OffersWhatMayFollowEachCommand) {
  const std::string script = BashCompletion(kProgram);
  EXPECT_THAT(script, HasSubstr("/events|/events/list|/events/get|/serve) path="));
  EXPECT_THAT(script, HasSubstr("'') words='--help events serve' ;;"));
  EXPECT_THAT(script, HasSubstr("/events) words='-o list get' ;;"));
  EXPECT_THAT(script, HasSubstr("/events/list) words='--stream' ;;"));
  EXPECT_THAT(script, HasSubstr("complete -o default -F _constancia constancia\n"));
}

TEST(ZshCompletion, RunsTheScriptForBash) {
  EXPECT_THAT(ZshCompletion(kProgram), StartsWith("#compdef constancia\n"));
  EXPECT_THAT(ZshCompletion(kProgram), HasSubstr(BashCompletion(kProgram)));
}

}  // namespace
}  // namespace constancia::api
