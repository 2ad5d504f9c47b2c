#include "policies/engine/explain.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"

namespace constancia::policies {
namespace {

struct Words {
  const std::string& message;
  std::string_view never;
};

Words In(const policy::v1::Text& text, Language language) {
  switch (language) {
    case Language::kSpanish:
      return {text.es(), "nunca"};
    case Language::kPortuguese:
      return {text.pt(), "nunca"};
    case Language::kEnglish:
      break;
  }
  return {text.en(), "never"};
}

// The version of the rule that the finding was made under: the one its message comes from.
const Rule* FindRule(const PackSet& packs, absl::CivilDay date,
                     const counsel::v1::Finding& finding) {
  for (const PackSet::Member& member : packs.members()) {
    const policy::v1::Pack& pack = member.pack->text();
    if (pack.pack() != finding.pack() || pack.version() != finding.pack_version()) continue;
    const auto found =
        std::find_if(member.book.rules.begin(), member.book.rules.end(), [&](const Rule& rule) {
          return rule.id == finding.rule_id() &&
                 static_cast<uint32_t>(rule.step) == finding.step() && rule.validity.Has(date);
        });
    if (found != member.book.rules.end()) return &*found;
  }
  return nullptr;
}

}  // namespace

std::string Explain(const PackSet& packs, const counsel::v1::Proposal& proposal,
                    const counsel::v1::Finding& finding, Language language) {
  const absl::TimeZone* zone =
      proposal.zones().empty() ? nullptr : packs.zones().Find(proposal.zones(0));
  if (zone == nullptr) return "";
  const Rule* rule = FindRule(packs, LocalDate({proposal.at_micros()}, *zone), finding);
  if (rule == nullptr) return "";
  const Words words = In(rule->message, language);
  std::string next(words.never);
  if (finding.has_next_allowed_at_micros()) {
    next = absl::FormatTime("%Y-%m-%d %H:%M:%S",
                            absl::FromUnixMicros(finding.next_allowed_at_micros()), *zone);
  }
  std::string since;
  if (finding.has_since_micros()) {
    since = absl::FormatTime("%Y-%m-%d", absl::FromUnixMicros(finding.since_micros()), *zone);
  }
  return absl::StrReplaceAll(words.message, {{"{since}", since},
                                             {"{count}", absl::StrCat(finding.count())},
                                             {"{limit}", absl::StrCat(finding.limit())},
                                             {"{next}", next}});
}

}  // namespace constancia::policies
