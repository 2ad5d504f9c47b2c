// Finds the public test vectors: CONSTANCIA_VECTORS, or ../shared/vectors beside the source root.
//
// Used by: the tests of this folder.
#ifndef CONSTANCIA_VERIFY_TEST_VECTORS_H_
#define CONSTANCIA_VERIFY_TEST_VECTORS_H_

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace verify {

// The folder `name` of the vectors; empty when it is not there.
inline std::string VectorsFolder(const std::string& name) {
  const char* root = std::getenv("CONSTANCIA_VECTORS");
  const std::string folder =
      (root != nullptr ? std::string(root) : CONSTANCIA_SOURCE_DIR "/../shared/vectors") + "/" +
      name;
  return std::filesystem::is_directory(folder) ? folder : "";
}

}  // namespace verify

// Leaves the test when vectors are absent: skipped, but failed under CI.
#define VERIFY_NEED_VECTORS(folder)                                     \
  if ((folder).empty()) {                                               \
    if (std::getenv("CI") != nullptr) FAIL() << "vectors are required"; \
    GTEST_SKIP() << "vectors are absent";                               \
  }

#endif  // CONSTANCIA_VERIFY_TEST_VECTORS_H_
