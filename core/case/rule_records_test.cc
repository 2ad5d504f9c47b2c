#include "core/case/rule_records.h"

#include <limits>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/consent.pb.h"
#include "constancia/event/v1/legal.pb.h"
#include "constancia/event/v1/negotiation.pb.h"
#include "constancia/event/v1/party.pb.h"
#include "constancia/event/v1/rights.pb.h"

namespace constancia {
namespace {

using namespace event::v1;  // NOLINT: the codes are what this test is about
using ::testing::ElementsAre;
using ::testing::IsEmpty;

template <typename Payload>
std::vector<RuleRecord> Of(const Payload& payload) {
  return RecordsOf(Payload::descriptor()->name(), payload.SerializeAsString(), -180);
}

template <typename Payload>
std::vector<std::string> WordsOf(const Payload& payload) {
  std::vector<std::string> words;
  for (const RuleRecord& record : Of(payload)) words.push_back(record.word);
  return words;
}

CeaseContactRequested Cease(StatementForm how) {
  CeaseContactRequested cease;
  cease.set_party_id("P-1");
  cease.set_case_id("C-1");
  cease.add_obligation_ids("O-1");
  cease.add_obligation_ids("O-2");
  cease.set_how(how);
  return cease;
}

TEST(RuleRecords, WhatNamesNobodyAndWhatCannotBeReadMakesNone) {
  EXPECT_THAT(Of(InsolvencyRecorded()), IsEmpty());
  EXPECT_THAT(RecordsOf("InsolvencyRecorded", "\xff\xff", 0), IsEmpty());
  EXPECT_THAT(RecordsOf("NoteAdded", "", 0), IsEmpty());
  EXPECT_FALSE(MakesRecords("NoteAdded"));
}

TEST(RuleRecords, OnlyAWrittenCeaseBindsByLawAndEachBindsTheHouse) {
  EXPECT_THAT(WordsOf(Cease(STATEMENT_FORM_SPOKEN)), ElementsAre("cease_requested"));
  EXPECT_THAT(WordsOf(Cease(STATEMENT_FORM_WRITTEN)),
              ElementsAre("cease_requested", "cease_written"));
}

TEST(RuleRecords, AWordOfDebtsIsFoundUnderEveryDebtNamed) {
  const auto records = Of(Cease(STATEMENT_FORM_WRITTEN));
  EXPECT_THAT(records[1].owners, ElementsAre(DebtOwner("O-1"), DebtOwner("O-2")));
  CeaseContactRequested all = Cease(STATEMENT_FORM_WRITTEN);
  all.set_scope(CEASE_SCOPE_ALL_DEBTS);
  EXPECT_THAT(Of(all)[1].owners, ElementsAre(PersonOwner("P-1")));
  EXPECT_THAT(Of(all)[1].debts, IsEmpty());
}

TEST(RuleRecords, ATimeThatNobodyLivesToSeeIsTheLastOneOrNone) {
  event::v1::ConsentGranted consent;
  consent.set_party_id("P-9");
  consent.set_purpose(event::v1::CONSENT_PURPOSE_FURTHER_CALLS);
  consent.mutable_expires_at()->set_seconds(std::numeric_limits<int64_t>::max());
  EXPECT_EQ(Of(consent).at(0).until_micros, 253'402'300'799'000'000);
  event::v1::HardshipDeclared hardship;
  hardship.set_party_id("P-9");
  hardship.set_until("292278994-01-01");
  EXPECT_EQ(Of(hardship).at(0).until_micros, std::nullopt);
}

TEST(RuleRecords, ALiftedCeaseLiftsOnlyWhatItNames) {
  event::v1::CeaseContactLifted lifted;
  lifted.set_party_id("P-9");
  EXPECT_THAT(Of(lifted).at(0).owners, ElementsAre(PersonOwner("P-9")));
  lifted.set_case_id("C-17");
  EXPECT_EQ(Of(lifted).size(), 1u);
  EXPECT_THAT(Of(lifted).at(0).owners, ElementsAre(CaseOwner("C-17")));
  lifted.add_obligation_ids("O-1");
  EXPECT_EQ(Of(lifted).size(), 1u);
  EXPECT_THAT(Of(lifted).at(0).owners, ElementsAre(DebtOwner("O-1")));
}

TEST(RuleRecords, AWordOfDebtsWithoutADebtBindsTheCaseElseThePerson) {
  ServiceOfProcess service;
  service.set_result(SERVICE_RESULT_SERVED);
  service.set_party_id("P-1");
  EXPECT_THAT(Of(service)[0].owners, ElementsAre(PersonOwner("P-1")));
  service.set_case_id("C-1");
  EXPECT_THAT(Of(service)[0].owners, ElementsAre(CaseOwner("C-1")));
  service.set_result(SERVICE_RESULT_NOT_FOUND);
  EXPECT_THAT(Of(service), IsEmpty());
}

TEST(RuleRecords, AConsentThatNamesNoChannelIsForEveryFamily) {
  ConsentGranted consent;
  consent.set_party_id("P-1");
  EXPECT_EQ(Of(consent).size(), 7u);
  consent.set_channel(CHANNEL_WHATSAPP);
  EXPECT_THAT(WordsOf(consent), ElementsAre("authorised_im"));
  consent.set_purpose(CONSENT_PURPOSE_DATA_SHARING);
  EXPECT_THAT(Of(consent), IsEmpty());
  consent.set_purpose(CONSENT_PURPOSE_FURTHER_CALLS);
  consent.mutable_expires_at()->set_seconds(7);
  EXPECT_THAT(WordsOf(consent), ElementsAre("consent_calls"));
  EXPECT_EQ(Of(consent)[0].until_micros, 7'000'000);
}

TEST(RuleRecords, ARequestToStopIsTheWordOfEveryLaw) {
  MediumStopRequested stop;
  stop.set_party_id("P-1");
  stop.set_channel(CHANNEL_SMS);
  EXPECT_THAT(WordsOf(stop), ElementsAre("stop_sms", "reasonable_request_sms"));
}

TEST(RuleRecords, ASuspensionIsResumedByItsOwnReasonAndEndsByItsDate) {
  CaseSuspended suspended;
  suspended.set_case_id("C-1");
  suspended.set_reason(SUSPENSION_REASON_AGREEMENT);
  EXPECT_THAT(Of(suspended), IsEmpty());  // contacts go on
  suspended.set_reason(SUSPENSION_REASON_COURT_ORDER);
  suspended.set_until("1970-01-02");
  const auto records = Of(suspended);
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].word, "suspended_court_order");
  EXPECT_THAT(records[0].owners, ElementsAre(CaseOwner("C-1")));
  EXPECT_EQ(records[0].until_micros, int64_t{27} * 3'600 * 1'000'000);  // midnight at -03:00
  CaseResumed resumed;
  resumed.set_case_id("C-1");
  resumed.set_reason(SUSPENSION_REASON_COURT_ORDER);
  EXPECT_THAT(WordsOf(resumed), ElementsAre("resumed_court_order"));
}

TEST(RuleRecords, ADisputeOfOneDebtLeavesThePersonReachable) {
  DisputeOpened dispute;
  dispute.set_party_id("P-1");
  dispute.set_kind(DISPUTE_KIND_NOT_MINE);
  dispute.add_obligation_ids("O-1");
  EXPECT_THAT(WordsOf(dispute), ElementsAre("dispute_opened"));
  dispute.clear_obligation_ids();
  EXPECT_THAT(WordsOf(dispute), ElementsAre("dispute_opened", "wrong_party"));
}

TEST(RuleRecords, InconvenientTimesAreKept) {
  InconvenientTimeOrPlaceReported report;
  report.set_party_id("P-1");
  report.set_employer_prohibits(true);
  TimeWindow* window = report.add_windows();
  window->set_from_minute(480);
  window->set_to_minute(600);
  const auto records = Of(report);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].word, "inconvenient_time");
  EXPECT_EQ(records[0].windows[0].to_minute(), 600u);
  EXPECT_EQ(records[1].word, "employer_prohibits");
}

TEST(RuleRecords, ATimeThatGoesOnIntoTheNextDayIsTwo) {
  InconvenientTimeOrPlaceReported report;
  report.set_party_id("P-1");
  TimeWindow* window = report.add_windows();
  window->add_weekdays(7);
  window->set_from_minute(1'320);
  window->set_to_minute(480);
  const auto records = Of(report);
  ASSERT_EQ(records.size(), 1u);
  ASSERT_EQ(records[0].windows.size(), 2u);
  EXPECT_EQ(records[0].windows[0].from_minute(), 1'320u);
  EXPECT_EQ(records[0].windows[0].to_minute(), 1'440u);
  EXPECT_THAT(records[0].windows[1].weekdays(), ElementsAre(1u));
  EXPECT_EQ(records[0].windows[1].to_minute(), 480u);
}

TEST(RuleRecords, TimesThatDoNotExistNeitherCloseNorOpenEveryHour) {
  for (const auto& [day, from, to] : std::vector<std::tuple<uint32_t, uint32_t, uint32_t>>{
           {0, 480, 600}, {8, 480, 600}, {1, 480, 480}, {1, 1'440, 1'500}, {1, 4'000, 10}}) {
    InconvenientTimeOrPlaceReported report;
    report.set_party_id("P-1");
    PreferredTimeSet waiver;
    waiver.set_party_id("P-1");
    waiver.set_waives_hours(true);
    for (TimeWindow* window : {report.add_windows(), waiver.add_windows()}) {
      window->add_weekdays(day);
      window->set_from_minute(from);
      window->set_to_minute(to);
    }
    EXPECT_THAT(WordsOf(report), ::testing::IsEmpty()) << day << " " << from << " " << to;
    EXPECT_THAT(WordsOf(waiver), ::testing::IsEmpty()) << day << " " << from << " " << to;
  }
}

}  // namespace
}  // namespace constancia
