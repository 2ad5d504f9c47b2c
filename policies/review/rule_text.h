// A rule as its pack writes it, found by id, and its fields as text.
//
// Used by: verdict_text.h, lint.h, pack_diff.h; the commands `policy list` and `policy show`.
// Threads: any.

#ifndef CONSTANCIA_POLICIES_REVIEW_RULE_TEXT_H_
#define CONSTANCIA_POLICIES_REVIEW_RULE_TEXT_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "constancia/policy/v1/pack.pb.h"
#include "policies/engine/explain.h"

namespace constancia::policies {

// The ids under which a verdict names the rule: one, or the day rule and the hour rule of a window.
std::vector<std::string> IdsOf(const policy::v1::Rule& rule);

// First and last local date in force, 2021-04-20; the pack's where the rule names none. The last
// one is "" when there is none.
std::string FirstDateOf(const policy::v1::Pack& pack, const policy::v1::Rule& rule);
std::string LastDateOf(const policy::v1::Pack& pack, const policy::v1::Rule& rule);

// prohibition, presumption, house or review.
std::string SeverityOf(const policy::v1::Rule& rule);

// Returns the version of rule `id` in force on `date`, its part of that kind where one is named;
// null when there is none.
const policy::v1::Rule* FindRuleText(const policy::v1::Pack& pack, std::string_view id,
                                     std::string_view date, std::string_view kind = "");

// Reads es, pt or en; any other text is Spanish.
Language ReadLanguage(std::string_view code);
const std::string& In(const policy::v1::Text& text, Language language);

// What was read of the law and how sure that is: "fuente secundaria leída; confianza alta".
std::string SurenessText(const policy::v1::Law& law, Language language);

// Every field that is set, nested ones by path (law.citation), as the text of its value; lists are
// joined with ", ".
std::map<std::string, std::string> FieldsOf(const google::protobuf::Message& message);

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_REVIEW_RULE_TEXT_H_
