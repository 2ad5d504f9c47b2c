#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "archive.h"
#include "test_writer.h"

namespace verify {
namespace {

class ZipTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = testing::TempDir() + "verify_zip_" + std::to_string(getpid()) + ".zip";
  }
  void TearDown() override { std::filesystem::remove(path_); }

  // Everything in the ZIP, or the failure.
  Result<Files> Read(const std::string& bytes) {
    std::FILE* file = std::fopen(path_.c_str(), "wb");
    std::fwrite(bytes.data(), 1, bytes.size(), file);
    std::fclose(file);
    VERIFY_ASSIGN(const auto archive, OpenZip(path_));
    Files files;
    for (const auto& [path, size] : archive->files()) {
      VERIFY_ASSIGN(files[path], archive->ReadAll(path));
    }
    return files;
  }

  std::string path_;
  const Files files_ = {
      {"bagit.txt", "hello"}, {"data/a.bin", std::string(3000, 'a') + "b"}, {"data/empty", ""}};
};

TEST_F(ZipTest, IsReadInEveryKindThatWritersMake) {
  for (const bool deflate : {false, true}) {
    for (const bool descriptors : {false, true}) {
      for (const bool zip64 : {false, true}) {
        const auto files = Read(ZipOf(files_, deflate, descriptors, zip64));
        ASSERT_TRUE(files.ok()) << files.failure().detail;
        EXPECT_EQ(*files, files_);
      }
    }
  }
}

TEST_F(ZipTest, WithAByteFlippedHoldsTheSameFilesOrIsRefused) {
  for (const bool streamed : {false, true}) {
    const std::string zip = ZipOf(files_, /*deflate=*/streamed, streamed, /*zip64=*/streamed);
    for (size_t i = 0; i < zip.size(); ++i) {
      std::string flipped = zip;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 8)));
      const auto files = Read(flipped);
      if (files.ok()) {
        EXPECT_EQ(*files, files_) << i;
      }
      EXPECT_FALSE(Read(zip.substr(0, i)).ok()) << i;
    }
    EXPECT_FALSE(Read(zip + "x").ok());
    EXPECT_FALSE(Read("x" + zip).ok());
  }
}

TEST_F(ZipTest, RefusesNamesThatLeaveTheFolder) {
  for (const char* name : {"../../x", "a/../../x", "a\\b", "a//b", "./a", "a\nb"}) {
    EXPECT_FALSE(Read(ZipOf({{name, "x"}}, false, false, false)).ok()) << name;
  }
}

TEST(SafePath, IsRelativeAndNormal) {
  for (const char* path : {"a", "data/a b", "data/~x", "data/\xC3\xB1"}) {
    EXPECT_TRUE(IsSafePath(path)) << path;
  }
  for (const char* path :
       {"", "/a", "~a", "a/", "a/..", "../a", "./a", "a//b", "C:a", "\\\\h\\a"}) {
    EXPECT_FALSE(IsSafePath(path)) << path;
  }
}

TEST(Folder, RefusesLinks) {
  const std::string root = testing::TempDir() + "verify_folder_" + std::to_string(getpid());
  std::filesystem::create_directories(root);
  ASSERT_TRUE(OpenFolder(root).ok());
  std::filesystem::create_symlink("/etc/passwd", root + "/link");
  EXPECT_FALSE(OpenFolder(root).ok());
  std::filesystem::remove_all(root);
  EXPECT_FALSE(OpenFolder(root).ok());
}

}  // namespace
}  // namespace verify
