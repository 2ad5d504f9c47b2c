// Where tests find public vectors and real input, which are never part of the tree.

#ifndef CONSTANCIA_CORE_BASE_TEST_DATA_H_
#define CONSTANCIA_CORE_BASE_TEST_DATA_H_

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

namespace constancia {

// The folder that environment variable `name` names, else ../shared/<fallback> beside the project;
// nothing when absent.
inline std::optional<std::string> TestFolder(const char* name, const char* fallback,
                                             const char* source_dir) {
  const char* set = std::getenv(name);
  const std::string path =
      set != nullptr ? set : std::string(source_dir) + "/../shared/" + fallback;
  if (!std::filesystem::is_directory(path)) return std::nullopt;
  return path;
}

#ifdef CONSTANCIA_SOURCE_DIR
inline std::optional<std::string> VectorsDir() {
  return TestFolder("CONSTANCIA_VECTORS", "vectors", CONSTANCIA_SOURCE_DIR);
}
inline std::optional<std::string> DataDir() {
  return TestFolder("CONSTANCIA_DATA", "data", CONSTANCIA_SOURCE_DIR);
}
#endif

// The whole file; empty when it cannot be read.
inline std::string ReadTestFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace constancia

// Skips the test where the folder is absent, and fails it in CI, where it must be there.
#define CONSTANCIA_NEEDS_FOLDER(folder)                                             \
  if (!(folder).has_value()) {                                                      \
    if (std::getenv("CI") != nullptr) FAIL() << "required in CI, and absent";       \
    GTEST_SKIP() << "skipped: folder absent (CONSTANCIA_VECTORS, CONSTANCIA_DATA)"; \
  }

#endif  // CONSTANCIA_CORE_BASE_TEST_DATA_H_
