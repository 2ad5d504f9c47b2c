#include "policies/engine/conduct_case.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "policies/engine/case_file.h"
#include "policies/engine/testing.h"

namespace constancia::policies {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kHead[] = R"(
pack: CL-TEST
jurisdictions: [CL]
version: 1
title: {es: Prueba, pt: Teste, en: Test}
instrument: a test
source: [nothing]
effective_from: 1999-12-27
calendar: CL
zones: [America/Santiago]
rules:
)";

// A rule is written on one line; law and message are the same for all.
std::string RuleLine(const std::string& fields) {
  return "  - {law: {citation: a law, text: {es: e, pt: p, en: n}, mark: V, confidence: H}, "
         "message: {es: e, pt: p, en: n}, " +
         fields + "}\n";
}

PackSet Packs() {
  const std::string rules =
      RuleLine(
          "id: cap, kind: amount_cap, first_day: 20, unit: CLF, bands: [{to: '10', bps: 900}, "
          "{to: '50', bps: 600}, {bps: 300}]") +
      RuleLine(
          "id: notice, kind: amount_cap, unit: CLF, bands: [{to: '10', bps: 900}, {to: '50', "
          "bps: 600}, {bps: 300}], reduce_by: {when: no_useful_notice, amount: '0.2', days: "
          "15}") +
      RuleLine("id: act, kind: amount_cap, needs_action: true") +
      RuleLine(
          "id: wait, kind: wait, after: [PreBureauNoticeSent], before: [BureauReported], "
          "days: 21") +
      RuleLine(
          "id: duty, kind: duty, after: [ContactCompleted], do: [ValidationNoticeSent], "
          "within: 5") +
      RuleLine(
          "id: content, kind: content, items: [{item: CREDITOR}, {item: RIGHTS, at: first}, "
          "{item: no_court_look}]") +
      RuleLine(
          "id: record, kind: record_field, forbid_values: [{field: pays_to, values: "
          "[collector]}]") +
      RuleLine(
          "id: small, kind: wait, when: small_debt, after: [PreBureauNoticeSent], before: "
          "[BureauReported], days: 21, times: 2");
  absl::StatusOr<Pack> pack = Pack::Load("test.yaml", kHead + rules);
  EXPECT_TRUE(pack.ok()) << pack.status();
  absl::StatusOr<PackSet> set = PackSet::Build({*std::move(pack)}, &TestZones());
  EXPECT_TRUE(set.ok()) << set.status();
  return *std::move(set);
}

std::string Difference(const std::string& line) {
  const std::vector<CaseResult> results = RunCases(Packs(), "cases.jsonl", line);
  EXPECT_THAT(results, SizeIs(1));
  return results.front().difference;
}

// A case of `rule`; `rest` is its form.
std::string Line(const std::string& expect, const std::string& rule, const std::string& rest) {
  return R"({"id":"X","jurisdiction":"CL","expect":")" + expect + R"(","rule":")" + rule + "\"," +
         rest + "}";
}

TEST(ConductCase, SaysWhatIsWrongWithALine) {
  const std::pair<std::string, std::string> lines[] = {
      {Line("deny", "cap", R"("charge":{"on":"2025-03-32","unit":"CLF","amount":"1"})"),
       "a date is written"},
      {Line("deny", "cap", R"("charge":{"on":"2025-03-26","unit":"UF","amount":"1"})"),
       "not the code of a currency"},
      {Line("deny", "cap", R"("charge":{"on":"2025-03-26","unit":"CLP","amount":"1.5"})"),
       "at most 0 decimals"},
      {Line("deny", "cap",
            R"("charge":{"on":"2025-03-26","unit":"CLP","amount":"1","unit_value":"1e3"})"),
       "the value of a unit"},
      {Line("deny", "cap", R"("charge":{"on":"2025-03-26"},"now":"2025-03-26")"),
       "one of proposed, charge, event, now, contact"},
      {Line("deny", "nothing", R"("now":"2025-03-26")"), "no such rule"},
      {Line("deny", "wait", R"("event":{"type":"BureauReport","on":"2025-03-26"})"),
       "no such type of event"},
      {Line("deny", "wait", R"("events":[{"type":"x","on":"2025-03-26"}],"now":"2025-03-26")"),
       "no such type of event"},
      {Line("deny", "content", R"("contact":{"at":"2025-03-10","channel":"call"})"),
       "an instant is written"},
      {Line("deny", "content", R"("contact":{"at":"2025-03-10T10:00:00-03:00"})"),
       "a contact has a channel"},
      {Line("deny", "content",
            R"("contact":{"at":"2025-03-10T10:00:00-03:00","channel":"pigeon"})"),
       "no such word"},
      {Line("deny", "content", R"("contact":{"at":"2025-03-10T10:00:00-03:00","heard":1})"),
       "no such field"},
      {Line("permit", "cap", R"("proposed":{"at":"2025-03-10T10:00:00-03:00","channel":"call"})"),
       "no such rule"},
  };
  for (const auto& [line, error] : lines) {
    EXPECT_THAT(Difference(line), HasSubstr(error)) << line;
    EXPECT_THAT(Difference(line), HasSubstr("cases.jsonl:1:")) << line;
  }
}

TEST(ConductCase, AsksOnlyTheRuleItNames) {
  const std::string charge =
      R"("charge":{"on":"2025-03-26","due":"2025-03-05","overdue":"60","unit":"CLF",)"
      R"("amount":"3.60","charged_before":"0","useful_notice":null})";
  EXPECT_EQ(Difference(Line("deny", "notice", charge)), "");
  EXPECT_EQ(Difference(Line("permit", "cap", charge)), "");
  EXPECT_EQ(Difference(Line("permit", "notice", charge)), "expected permit, got deny by notice");
  EXPECT_EQ(Difference(Line("deny", "cap", charge)), "expected deny by cap, got permit");
}

TEST(ConductCase, TakesAUnitValueToBeOfTheDateTheRuleAsksFor) {
  const auto charge = [](const std::string& rest) {
    return R"("charge":{"on":"2025-03-26","due":"2025-03-05","overdue":"2330650","unit":"CLP",)"
           R"("amount":"139838","useful_notice":"2025-03-10","unit_value":"38844.16")" +
           rest + "}";
  };
  EXPECT_EQ(Difference(Line("permit", "cap", charge(""))), "");
  EXPECT_EQ(Difference(Line("permit", "cap", charge(R"(,"unit_value_on":"2025-03-05")"))), "");
  EXPECT_EQ(Difference(Line("deny", "cap", charge(R"(,"unit_value_on":"2025-03-26")"))), "");
  EXPECT_EQ(Difference(Line("deny", "cap", charge(R"(,"charged_before":"1")"))), "");
}

TEST(ConductCase, ReadsChargesEventsDutiesAndContacts) {
  EXPECT_EQ(
      Difference(Line("deny", "act", R"("charge":{"on":"2025-03-26","unit":"COP","amount":"1"})")),
      "");
  EXPECT_EQ(Difference(Line("permit", "act",
                            R"("charge":{"on":"2025-03-26","unit":"COP","amount":"1"},)"
                            R"("events":[{"type":"ContactAttempted","on":"2025-03-26"}])")),
            "");
  EXPECT_EQ(Difference(Line("deny", "act",
                            R"("charge":{"on":"2025-03-26","unit":"COP","amount":"1"},)"
                            R"("events":[{"type":"ContactAttempted","on":"2025-03-27"}])")),
            "");
  const std::string notice = R"("events":[{"type":"PreBureauNoticeSent","on":"2025-03-03"}],)";
  EXPECT_EQ(Difference(Line("deny", "wait",
                            notice + R"("event":{"type":"BureauReported","on":"2025-03-23"})")),
            "");
  EXPECT_EQ(Difference(Line("permit", "wait",
                            notice + R"("event":{"type":"BureauReported","on":"2025-03-24"})")),
            "");
  EXPECT_EQ(Difference(Line("deny", "small",
                            notice + R"("event":{"type":"BureauReported","on":"2025-03-24"},)"
                                     R"("circumstances":["small_debt"])")),
            "");
  const std::string first = R"("events":[{"type":"ContactCompleted","on":"2025-03-03"}],)";
  EXPECT_EQ(Difference(Line("permit", "duty", first + R"("now":"2025-03-07")")), "");
  EXPECT_EQ(Difference(Line("deny", "duty", first + R"("now":"2025-03-08")")), "");
  const std::string call = R"("contact":{"at":"2025-03-10T10:00:00-06:00","channel":"call")";
  EXPECT_EQ(Difference(Line("deny", "record",
                            call + R"(,"fields":{"pays_to":"collector"},)"
                                   R"("disclosures":[]})")),
            "");
  EXPECT_EQ(Difference(Line("permit", "record", call + R"(,"fields":{"pays_to":"creditor"}})")),
            "");
  EXPECT_EQ(Difference(Line("deny", "content",
                            call + R"(,"disclosures":["CREDITOR"],)"
                                   R"("checks":["no_court_look"]})")),
            "");
  EXPECT_EQ(Difference(Line("permit", "content",
                            call + R"(,"disclosures":["CREDITOR"],)"
                                   R"("checks":["no_court_look"],)"
                                   R"("first":false})")),
            "");
  EXPECT_EQ(Difference(Line("permit", "content", call + R"(,"outcome":"no_answer"})")), "");
  EXPECT_EQ(Difference(Line("deny", "content",
                            call + R"(,"outcome":"no_answer","reached":"third_party"})")),
            "");
}

}  // namespace
}  // namespace constancia::policies
