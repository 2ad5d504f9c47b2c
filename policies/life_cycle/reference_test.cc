// docs/reference/life_cycle.md says what the tables say. Run with CONSTANCIA_WRITE_REFERENCE=1 to
// write it anew.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "constancia/event/v1/common.pb.h"
#include "core/base/status.h"
#include "policies/life_cycle/answer_time.h"
#include "policies/life_cycle/collection_policy.h"
#include "policies/life_cycle/guards.h"
#include "policies/life_cycle/limitation.h"
#include "policies/life_cycle/transitions.h"

namespace constancia::policies {
namespace {

namespace ev = event::v1;

constexpr char kIntroduction[] =
    R"(# The life cycle in tables

*Written from `policies/life_cycle` by its test (`CONSTANCIA_WRITE_REFERENCE=1 life_cycle_test`); do not edit. How it works is
told in [guides/life_cycle.md](../guides/life_cycle.md).*

A condition marked *law* can be neither left out by a policy nor overridden. Marks of law: V read in the norm, S in secondary
text, K from general knowledge, to be confirmed by a lawyer before use; H, M, L how sure; P a choice of the house.
)";

template <typename List>
std::string Join(const List& names, std::string_view separator = ", ") {
  std::string text;
  for (const auto& name : names)
    absl::StrAppend(&text, text.empty() ? "" : ToAbsl(separator), std::string(name));
  return text;
}

std::string Name(std::string_view full, std::string_view prefix) {
  return std::string(full.substr(full.starts_with(prefix) ? prefix.size() : 0));
}

std::string StageText(ev::Stage stage) {
  return stage == ev::STAGE_UNSPECIFIED ? "" : Name(ev::Stage_Name(stage), "STAGE_");
}

std::string Three(const Words& words) {
  return absl::StrCat("*es* ", ToAbsl(words.es), "<br>*pt* ", ToAbsl(words.pt), "<br>*en* ",
                      ToAbsl(words.en));
}

std::string LawsOf(const Guard& guard) {
  std::string text = guard.statutory ? "law everywhere" : "";
  for (const GuardLaw& law : GuardLaws()) {
    if (law.guard_id != guard.id) continue;
    absl::StrAppend(&text, text.empty() ? "law in " : "<br>", ToAbsl(law.country), ": ",
                    ToAbsl(law.citation), law.rule_id.empty() ? "" : " `", ToAbsl(law.rule_id),
                    law.rule_id.empty() ? "" : "`", " (", ToAbsl(law.mark), ")");
  }
  return text.empty() ? "P" : text;
}

std::string Page() {
  std::string page = kIntroduction;
  absl::StrAppend(&page,
                  "\n## Transitions\n\n| id | from | to | conditions | proposes, or does | "
                  "approves |\n| --- | --- | --- | --- | --- | --- |\n");
  for (const Transition& transition : Transitions()) {
    std::string from;
    for (const ev::Stage stage : transition.from)
      absl::StrAppend(&from, from.empty() ? "" : ", ", StageText(stage));
    absl::StrAppend(&page, "| ", ToAbsl(transition.id), " | ", from, " | ",
                    StageText(transition.to), " | `", Join(transition.guards, "` `"), "` | ",
                    Join(transition.proposers), " | ", Join(transition.approvers), " |\n");
  }
  absl::StrAppend(&page,
                  "\n## Conditions\n\n| id | what must be true | shown by | law |\n"
                  "| --- | --- | --- | --- |\n");
  for (const Guard& guard : Guards()) {
    absl::StrAppend(&page, "| `", ToAbsl(guard.id), "` | ", Three(guard.asks), " | ",
                    ToAbsl(guard.evidence.en), " | ", LawsOf(guard), " |\n");
  }
  absl::StrAppend(&page,
                  "\n## Closing\n\n| reason | shown by | closes | approves |\n"
                  "| --- | --- | --- | --- |\n");
  for (const ClosingRow& row : ClosingRows()) {
    absl::StrAppend(&page, "| `", Name(ev::ClosingReason_Name(row.reason), "CLOSING_REASON_"),
                    "` | ", Three(row.evidence), " | ", Join(row.proposers), " | ",
                    Join(row.approvers), " |\n");
  }
  absl::StrAppend(&page,
                  "\n## Parameters of a portfolio\n\nAll are choices of the house (P). "
                  "`tNN.<condition>` with the value `false` leaves a condition out.\n\n"
                  "| name | default | from | to | means |\n| --- | --- | --- | --- | --- "
                  "|\n");
  for (const ParameterRow& row : PolicyParameters()) {
    const auto number = [&row](int64_t value) {
      return row.truth ? std::string(value != 0 ? "true" : "false") : absl::StrCat(value);
    };
    absl::StrAppend(&page, "| `", ToAbsl(row.name), "` | ", number(row.value), " | ",
                    number(row.min), " | ", number(row.max), " | ", Three(row.means), " |\n");
  }
  absl::StrAppend(&page,
                  "\n## Limitation\n\n| title | action | months | from | norm | mark |\n"
                  "| --- | --- | --- | --- | --- | --- |\n");
  for (const LimitationPeriod& period : LimitationPeriods()) {
    constexpr std::string_view kStarts[] = {"due date", "protest, else the date of the title",
                                            "date of the title", "judgment final"};
    absl::StrAppend(&page, "| ", ToAbsl(period.country), " ",
                    period.kind == ev::TITLE_KIND_UNSPECIFIED
                        ? "every other kind"
                        : Name(ev::TitleKind_Name(period.kind), "TITLE_KIND_"),
                    " | ", period.action == LimitationAction::kDirect ? "direct" : "recourse",
                    " | ", period.months, " | ", ToAbsl(kStarts[static_cast<int>(period.start)]),
                    " | ", ToAbsl(period.citation), " | ", ToAbsl(period.mark), " |\n");
  }
  absl::StrAppend(&page,
                  "\n## What interrupts limitation\n\n| country | act | effect | norm | mark "
                  "|\n| --- | --- | --- | --- | --- |\n");
  for (const InterruptionRule& rule : InterruptionRules()) {
    constexpr std::string_view kEffects[] = {
        "begins anew", "begins anew, once", "begins anew, between two dates",
        "begins anew from the filing, when served within a year",
        "is held up once, for six months"};
    absl::StrAppend(&page, "| ", ToAbsl(rule.country), " | ",
                    Name(ev::InterruptionAct_Name(rule.act), "INTERRUPTION_ACT_"), " | ",
                    ToAbsl(kEffects[static_cast<int>(rule.effect)]), " | ", ToAbsl(rule.citation),
                    " | ", ToAbsl(rule.mark), " |\n");
  }
  absl::StrAppend(&page,
                  "\n## Time to answer\n\n| duty | country | through | time | basis | mark |\n"
                  "| --- | --- | --- | --- | --- | --- |\n");
  for (const AnswerTime& time : AnswerTimes()) {
    constexpr std::string_view kUnits[] = {"business days", "calendar days", "weeks"};
    absl::StrAppend(&page, "| `", ToAbsl(time.rule_id), "` | ",
                    time.country.empty() ? "other" : ToAbsl(time.country), " | ",
                    ToAbsl(time.authority), " | ", time.count, " ",
                    ToAbsl(kUnits[static_cast<int>(time.unit)]), " | ", ToAbsl(time.basis), " | ",
                    ToAbsl(time.mark), " |\n");
  }
  return page;
}

TEST(LifeCyclePage, SaysWhatTheTablesSay) {
  const std::string path = std::string(CONSTANCIA_SOURCE_DIR) + "/docs/reference/life_cycle.md";
  if (std::getenv("CONSTANCIA_WRITE_REFERENCE") != nullptr) {
    std::ofstream(path) << Page();
  }
  std::ifstream file(path);
  std::ostringstream found;
  found << file.rdbuf();
  EXPECT_EQ(found.str(), Page()) << "write it anew: CONSTANCIA_WRITE_REFERENCE=1 life_cycle_test";
}

}  // namespace
}  // namespace constancia::policies
