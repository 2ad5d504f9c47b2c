#include "api/cli/enum_text.h"

#include "constancia/event/v1/common.pb.h"
#include "core/base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

absl::StatusOr<int> Channel(std::string_view text) {
  return ReadEnum(*event::v1::Channel_descriptor(), "CHANNEL_", text);
}

TEST(ReadEnum, RefusesWhatIsNone) {
  for (const char* text : {"", "telegraph", "unspecified", "CHANNEL_UNSPECIFIED"}) {
    EXPECT_EQ(ReasonOf(Channel(text).status()), error::v1::INPUT_MALFORMED) << text;
  }
  EXPECT_THAT(std::string(Channel("x").status().message()), testing::HasSubstr("voice_call, ivr"));
}

TEST(ReadEnum, TakesShortAndWholeNames) {
  for (const char* text : {"voice_call", "voice-call", "VOICE_CALL", "CHANNEL_VOICE_CALL"}) {
    EXPECT_EQ(Channel(text).value(), event::v1::CHANNEL_VOICE_CALL) << text;
  }
}

}  // namespace
}  // namespace constancia::api
