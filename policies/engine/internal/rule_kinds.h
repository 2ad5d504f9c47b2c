// Reads the fields of each rule kind.

#ifndef CONSTANCIA_POLICIES_ENGINE_INTERNAL_RULE_KINDS_H_
#define CONSTANCIA_POLICIES_ENGINE_INTERNAL_RULE_KINDS_H_

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "constancia/policy/v1/pack.pb.h"
#include "core/base/status.h"
#include "policies/engine/rule.h"

namespace constancia::policies::internal {

// A rule of a pack's text while it is read.
struct RuleSource {
  const policy::v1::Pack& pack;
  const policy::v1::Rule& text;  // switches applied, only fields of its kind
  std::string_view path;         // rules[2]

  std::string At(std::string_view field) const {
    return absl::StrCat(ToAbsl(path), ".", ToAbsl(field));
  }
};

// Reads the kind's own fields; `rule` is what all kinds share. Errors are PACK_INVALID, their field
// the path of what is wrong.
absl::StatusOr<Window> ReadWindow(const RuleSource& source);
absl::StatusOr<Count> ReadCount(const RuleSource& source, const Rule& rule);
absl::StatusOr<Count> ReadSpacing(const RuleSource& source, const Rule& rule);
absl::StatusOr<Count> ReadExclusiveChannel(const RuleSource& source, const Rule& rule);
absl::StatusOr<Count> ReadPartyOnce(const RuleSource& source, const Rule& rule);
absl::StatusOr<QuietAfter> ReadQuietAfter(const RuleSource& source, const Rule& rule);
absl::StatusOr<StatusBar> ReadStatusBar(const RuleSource& source);
absl::StatusOr<PartyAllow> ReadPartyAllow(const RuleSource& source);
absl::StatusOr<ChannelBar> ReadChannelBar(const RuleSource& source);
ChannelBar ChannelAuthorised();
absl::StatusOr<Precondition> ReadPrecondition(const RuleSource& source);
absl::StatusOr<Overrun> ReadOverrun(const RuleSource& source, const Rule& rule);
absl::StatusOr<Exemption> ReadExemption(const RuleSource& source, const Rule& rule);

// Reads the families of channels of a pack.
absl::StatusOr<std::array<Channels, kChannelCount>> ReadFamilies(const policy::v1::Pack& pack);

// Reads hours, by weekday, Monday first. Refuses hours that never open.
absl::StatusOr<std::array<std::vector<OpenSpan>, 7>> ReadHours(const policy::v1::Hours& hours,
                                                               const std::string& path);

// Reads a list of words into a set; `absent` when the list is empty.
template <typename Word>
absl::StatusOr<WordSet<Word>> ReadWords(
    const google::protobuf::RepeatedPtrField<std::string>& texts, WordSet<Word> absent,
    const std::string& path) {
  if (texts.empty()) return absent;
  WordSet<Word> words;
  for (int i = 0; i < texts.size(); ++i) {
    const std::optional<Word> word = ParseWord<Word>(texts[i]);
    if (!word) {
      return Error(error::v1::PACK_INVALID, absl::StrCat(texts[i], ": no such word here"),
                   absl::StrCat(path, "[", i, "]"));
    }
    words.Add(*word);
  }
  return words;
}

}  // namespace constancia::policies::internal

#endif  // CONSTANCIA_POLICIES_ENGINE_INTERNAL_RULE_KINDS_H_
