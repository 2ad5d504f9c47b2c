#include "policies/engine/internal/conduct_message.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "constancia/event/v1/common.pb.h"
#include "constancia/event/v1/options.pb.h"
#include "core/base/money.h"

namespace constancia::policies::internal {
namespace {

// What stands for a date or amount that is not known.
constexpr char kUnknown[] = "?";

template <typename Words>
const std::string& In(const Words& words, Language language) {
  switch (language) {
    case Language::kSpanish:
      return words.es();
    case Language::kPortuguese:
      return words.pt();
    case Language::kEnglish:
      break;
  }
  return words.en();
}

std::string NameOf(const std::string& code, Language language) {
  const auto* value = event::v1::Disclosure_descriptor()->FindValueByName("DISCLOSURE_" + code);
  return value == nullptr ? code : In(value->options().GetExtension(event::v1::label), language);
}

std::string WriteAmount(bool known, int64_t minor, const std::string& code) {
  const absl::StatusOr<Currency> currency = Currency::FromCode(code);
  if (!known || !currency.ok()) return kUnknown;
  return absl::StrCat(code, " ", Money(minor, *currency).ToDecimal());
}

}  // namespace

std::string FillConductMessage(const policy::v1::Text& message, const counsel::v1::Finding& finding,
                               Language language) {
  std::vector<std::string> missing;
  for (const std::string& code : finding.missing()) missing.push_back(NameOf(code, language));
  return absl::StrReplaceAll(
      In(message, language),
      {{"{count}", absl::StrCat(finding.count())},
       {"{limit}", absl::StrCat(finding.limit())},
       {"{due}", finding.due_date().empty() ? kUnknown : finding.due_date()},
       {"{charged}",
        WriteAmount(finding.has_charged_minor(), finding.charged_minor(), finding.code())},
       {"{cap}", WriteAmount(finding.has_limit_minor(), finding.limit_minor(), finding.code())},
       {"{missing}", absl::StrJoin(missing, ", ")}});
}

}  // namespace constancia::policies::internal
