#include "api/cli/sandbox/made_up_id.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/check.h"

namespace constancia::api {
namespace {

char Draw(std::string_view letters, SeededRandom& random) {
  return letters[random.Below(letters.size())];
}

// Puts the check character behind `front` that makes it a right id.
NationalId Complete(std::string_view country, std::string_view type, const std::string& front) {
  for (const char check : std::string_view("0123456789K")) {
    auto id = NationalId::Parse(country, type, front + check);
    if (id.ok()) return *std::move(id);
  }
  CHECK(false);  // One of the digits is right.
}

}  // namespace

NationalId MakeUpId(std::string_view country, SeededRandom& random) {
  if (country == "CL") {
    return Complete("CL", "RUT", absl::StrCat(8'000'000 + random.Below(17'000'000)));
  }
  if (country == "CO") {
    auto id =
        NationalId::Parse("CO", "CC", absl::StrCat(1'000'000'000 + random.Below(190'000'000)));
    CHECK(id.ok());
    return *std::move(id);
  }
  constexpr std::string_view kConsonants = "BCDFGLMNPRSTV";
  constexpr std::string_view kVowels = "AEIOU";
  std::string front;
  front += Draw(kConsonants, random);
  front += Draw(kVowels, random);
  front += Draw(kConsonants, random);
  front += Draw(kConsonants, random);
  absl::StrAppendFormat(&front, "%02d%02d%02d", 50 + random.Below(45), 1 + random.Below(12),
                        1 + random.Below(28));
  front += Draw("HM", random);
  front += "DF";
  for (int i = 0; i < 3; ++i) front += Draw(kConsonants, random);
  front += '0';  // Born before 2000.
  return Complete("MX", "CURP", front);
}

}  // namespace constancia::api
