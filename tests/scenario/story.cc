#include "tests/scenario/story.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "core/base/status.h"

namespace constancia::scenario {
namespace {

absl::Status Wrong(int number, std::string_view why) {
  return Error(error::v1::INPUT_MALFORMED, absl::StrCat("line ", number, ": ", ToAbsl(why)));
}

// Splits at blanks; a double quote holds what stands up to the next one together.
std::optional<std::vector<std::string>> Words(std::string_view text) {
  std::vector<std::string> words;
  bool quoted = false;
  bool open = false;
  for (const char c : text) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ' ' && !quoted) {
      open = false;
    } else {
      if (!open) words.emplace_back();
      open = true;
      words.back().push_back(c);
    }
  }
  if (quoted) return std::nullopt;
  return words;
}

bool IsDate(std::string_view word) { return word.size() == 10 && word[4] == '-' && word[7] == '-'; }

}  // namespace

absl::StatusOr<std::vector<Line>> ReadStory(std::string_view text) {
  std::vector<Line> lines;
  std::string zone;
  std::map<std::string, std::string, std::less<>> about;
  int number = 0;
  for (const absl::string_view raw : absl::StrSplit(ToAbsl(text), '\n')) {
    ++number;
    std::pair<std::string, std::string> sides =
        absl::StrSplit(absl::StripAsciiWhitespace(raw), absl::MaxSplits("->", 1));
    std::optional<std::vector<std::string>> words = Words(sides.first);
    if (sides.first.starts_with('#')) continue;
    if (!words.has_value()) return Wrong(number, "a quote is not closed");
    if (words->empty()) continue;
    if (words->front() == "zone" && words->size() == 2) {
      zone = (*words)[1];
      continue;
    }
    if (words->front() == "about") {
      if (words->size() % 2 == 0) return Wrong(number, "about takes pairs of words");
      about.clear();
      for (size_t i = 1; i < words->size(); i += 2) about[(*words)[i]] = (*words)[i + 1];
      continue;
    }
    if (words->size() < 3 || !IsDate(words->front())) {
      return Wrong(number, "neither zone, about, a comment, nor a date, a time and what happened");
    }
    if (zone.empty()) return Wrong(number, "no zone was named");
    Line line;
    line.number = number;
    line.at = absl::StrCat((*words)[0], " ", (*words)[1]);
    line.zone = zone;
    line.about = about;
    line.verb = (*words)[2];
    line.outcome = std::string(absl::StripAsciiWhitespace(sides.second));
    for (size_t i = 3; i < words->size(); ++i) {
      const std::string& word = (*words)[i];
      const size_t equals = word.find('=');
      const bool last = i + 1 == words->size();
      if (word == "on" && !last) {
        line.streams = absl::StrSplit((*words)[++i], ',');
      } else if (word == "by" && !last) {
        line.actor = (*words)[++i];
      } else if (equals != std::string::npos) {
        line.fields.emplace_back(word.substr(0, equals), word.substr(equals + 1));
      } else if (i == 3 && (line.verb == "may" || line.verb == "reserve")) {
        line.channel = word;
      } else {
        return Wrong(number, absl::StrCat(word, " is no field=value"));
      }
    }
    if (line.outcome.empty() == (line.verb != "case")) {
      return Wrong(number, "an event or a question has an outcome behind ->, `case` has none");
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace constancia::scenario
