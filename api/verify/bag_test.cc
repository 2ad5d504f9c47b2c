#include "bag.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "test_vectors.h"
#include "test_writer.h"

namespace verify {
namespace {

TEST(Bag, AgreesWithTheConformanceSuite) {
  const std::string folder = VectorsFolder("bagit-conformance-suite");
  VERIFY_NEED_VECTORS(folder);
  const std::string root = testing::TempDir() + "verify_bags_" + std::to_string(getpid());
  std::filesystem::create_directories(root);
  const std::string unpack = "tar -xzf '" + folder + "/bags.tar.gz' -C '" + root + "'";
  ASSERT_EQ(std::system(unpack.c_str()), 0);
  std::ifstream index(folder + "/index.txt");
  std::string line;
  size_t bags = 0;
  while (std::getline(index, line)) {
    ++bags;
    const std::string kind = std::filesystem::path(line).parent_path().filename();
    bool wanted = kind == "valid" || kind == "warning";
    // Stricter than the suite: these need a decoder or a Unicode table that a verifier of our
    // bundles, which are UTF-8, has no use for.
    for (const char* refused : {"UTF-16-encoded-tag-files", "different-normalization"}) {
      if (line.find(refused) != std::string::npos) wanted = false;
    }
    auto archive = OpenFolder(root + "/" + line);
    ASSERT_TRUE(archive.ok()) << line;
    const auto bag = CheckBag(**archive);
    EXPECT_EQ(bag.ok(), wanted) << line << ": "
                                << (bag.ok() ? ""
                                             : bag.failure().file + " " + bag.failure().detail);
    if (bag.ok() && kind == "warning") {
      EXPECT_FALSE(bag->warnings.empty()) << line;
    }
  }
  EXPECT_GE(bags, 20u);
  std::filesystem::remove_all(root);
}

class BagOfOurs : public testing::Test {
 protected:
  bool IsValid(const Files& files) {
    MemoryArchive archive(files);
    return CheckBag(archive).ok();
  }
  Files files_ = TestLog().Bundle({{"data/a", "one"}, {"data/b", "two"}});
};

TEST_F(BagOfOurs, IsValidAsWritten) { EXPECT_TRUE(IsValid(files_)); }

TEST_F(BagOfOurs, IsInvalidWithAnythingMissingExtraOrChanged) {
  for (const char* path : {"bagit.txt", "manifest-sha512.txt", "data/a", "bag-info.txt"}) {
    Files files = files_;
    files.erase(path);
    EXPECT_FALSE(IsValid(files)) << path;
    files = files_;
    files[path] += " ";
    EXPECT_FALSE(IsValid(files)) << path;
  }
  Files files = files_;
  files["data/c"] = "";
  EXPECT_FALSE(IsValid(files));
}

TEST(Manifest, RefusesPathsThatLeaveTheBagAndLinesThatAreNone) {
  std::vector<std::string> warnings;
  const auto parses = [&](const std::string& text) {
    return ParseManifest(text, /*lenient=*/false, &warnings).ok();
  };
  EXPECT_TRUE(parses("abcd  data/a\r\nABCD\tdata/b\rabcd data/c d"));
  for (const char* text : {"abcd  ../a\n", "abcd  /a\n", "abcd  ~/a\n", "abcd  C:/a\n",
                           "abcd  data\\a\n", "abcd\n", "xyzw  data/a\n", "abcd  ./data/a\n", "\n",
                           "\xEF\xBB\xBF"
                           "abcd  data/a\n"}) {
    EXPECT_FALSE(parses(text)) << text;
  }
  const auto lines = ParseManifest("abcd  data/100%25\n", false, &warnings);
  ASSERT_TRUE(lines.ok());
  EXPECT_EQ((*lines)[0].path, "data/100%");
}

}  // namespace
}  // namespace verify
