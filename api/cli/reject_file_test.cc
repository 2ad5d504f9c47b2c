#include "api/cli/reject_file.h"

#include <unistd.h>

#include <iterator>

#include "core/base/status.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

std::string ScratchFile(const char* name) {
  return testing::TempDir() + "/reject_file_test." + std::to_string(getpid()) + "." + name;
}

std::string Content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

TEST(RejectFile, SaysWhenItCannotBeWritten) {
  RejectFile rejects(ScratchFile("none") + "/no/such/folder.csv", {"a"}, ',');
  rejects.Add({.line = 2, .fields = {"1"}}, "wrong");
  EXPECT_EQ(ReasonOf(rejects.Close()), error::v1::SETUP_INVALID);
}

TEST(RejectFile, IsNotMadeWithoutRejects) {
  const std::string path = ScratchFile("empty");
  RejectFile rejects(path, {"a"}, ',');
  EXPECT_TRUE(rejects.Close().ok());
  EXPECT_FALSE(std::ifstream(path).is_open());
}

TEST(RejectFile, KeepsTheRowWithItsLineAndTheReason) {
  const std::string path = ScratchFile("rows");
  RejectFile rejects(path, {"a", "b"}, ';');
  rejects.Add({.line = 2, .fields = {"1", "x;y"}}, "no amount");
  rejects.Add({.line = 7, .fields = {"1", "2", "3", "4"}}, "4 columns");
  rejects.Add({.line = 9, .fields = {"1"}}, "1 column");
  EXPECT_EQ(rejects.rows(), 3u);
  ASSERT_TRUE(rejects.Close().ok());
  EXPECT_EQ(Content(path),
            "a;b;reject_line;reject_reason\r\n"
            "1;\"x;y\";2;no amount\r\n"
            "1;\"2;3;4\";7;4 columns\r\n"
            "1;;9;1 column\r\n");
}

TEST(RejectFile, ARowRejectedAgainIsNotWidened) {
  const std::string path = ScratchFile("again");
  RejectFile rejects(path, {"a", "reject_line", "reject_reason"}, ',');
  rejects.Add({.line = 3, .fields = {"1", "2", "no amount"}}, "still no amount");
  ASSERT_TRUE(rejects.Close().ok());
  EXPECT_EQ(Content(path), "a,reject_line,reject_reason\r\n1,3,still no amount\r\n");
}

}  // namespace
}  // namespace constancia::api
