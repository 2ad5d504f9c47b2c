#include "api/cli/import/row_mapper.h"

#include <functional>

#include "absl/strings/str_replace.h"
#include "api/cli/import/row_names.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/money.pb.h"
#include "constancia/event/v1/portfolio.pb.h"
#include "core/base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kMapping[] = R"(system: core
occurred_at: {column: at, formats: ["%Y-%m-%d %H:%M:%S%Ez", "%Y-%m-%d"], zone: America/Bogota}
actor: {kind: SYSTEM, id: core-banking}
on_behalf_of: {creditor: banco}
ids:
- {name: case, column: case_no}
external_id: [ref]
ignore:
- when: [{column: what, equals: noise}]
events:
- type: PaymentConfirmed
  when: [{column: what, one_of: {texts: [pay, pay+letter]}}]
  streams: ["case/{case}"]
  fields:
  - {field: payment_id, text: "P-{ref}"}
  - {field: amount, money: {column: amount, currency: COP}}
  - {field: effective_date, date: {column: at, formats: ["%Y-%m-%d %H:%M:%S%Ez", "%Y-%m-%d"]}}
  - field: means
    code: {column: means, codes: [{code: T, value: PAYMENT_MEANS_TRANSFER}]}
    optional: true
  - {field: gateway_ref, text: "{note}", optional: true}
- type: LetterPosted
  when: [{column: what, equals: pay+letter}]
  actor: {kind: PERSON, id: "{agent}", role: AGENT}
  streams: ["case/{case}", "debtor/{case}"]
  subject: debtor/{case}
  fields:
  - {field: letter_id, text: "L-{@file}-{@row}"}
- type: FeeCharged
  when: [{column: what, equals: total}]
  streams: ["case/{case}"]
  fields:
  - {field: amount, money: {column: amount, currency: COP, running_total_of: case_no}}
)";

const std::vector<std::string> kColumns = {"ref",    "case_no", "what", "at",
                                           "amount", "means",   "note", "agent"};

absl::StatusOr<RowMapper> Mapper(std::string_view yaml,
                                 std::optional<std::string> ledger_key = std::nullopt) {
  static const Zones* zones = new Zones(*Zones::Load());
  static const Catalogue* catalogue = new Catalogue;
  ASSIGN_OR_RETURN(const MappingFile file, MappingFile::Read("map.yaml", yaml));
  return RowMapper::Make(file, {kColumns, std::string(64, 'f'), std::move(ledger_key)}, *zones,
                         *catalogue);
}

CsvRow Row(std::vector<std::string> fields) { return {.line = 2, .fields = std::move(fields)}; }

CsvRow Payment() {
  return Row({"r1", "C-7", "pay", "2026-03-02 10:00:00-05:00", "1,250.50", "T", "", "ana"});
}

std::string MapError(const std::string& from, const std::string& to) {
  const auto mapper = Mapper(absl::StrReplaceAll(kMapping, {{from, to}}));
  EXPECT_FALSE(mapper.ok()) << to;
  return std::string(mapper.status().message());
}

TEST(Mapping, SaysWhereItIsWrong) {
  EXPECT_THAT(MapError("type: PaymentConfirmed", "type: PaymentDreamt"),
              AllOf(StartsWith("map.yaml:11:"), HasSubstr("PaymentDreamt")));
  EXPECT_THAT(MapError("type: LetterPosted", "type: CaseClosed"), HasSubstr("decision"));
  EXPECT_THAT(MapError("{column: amount, currency: COP}", "{column: sum, currency: COP}"),
              AllOf(StartsWith("map.yaml:16:"), HasSubstr("no column \"sum\"")));
  EXPECT_THAT(MapError("currency: COP}}\n  - {field: eff", "currency: ZZZ}}\n  - {field: eff"),
              AllOf(StartsWith("map.yaml:16:"), HasSubstr("currency")));
  EXPECT_THAT(MapError("value: PAYMENT_MEANS_TRANSFER", "value: TRANSFER"),
              AllOf(StartsWith("map.yaml:19:"), HasSubstr("TRANSFER")));
  EXPECT_THAT(MapError("\"P-{ref}\"", "\"P-{reff}\""), HasSubstr("reff"));
  EXPECT_THAT(MapError("zone: America/Bogota", "zone: America/Nowhere"), HasSubstr("zone"));
  EXPECT_THAT(MapError("actor: {kind: SYSTEM, id: core-banking}\n", ""), HasSubstr("who did it"));
  EXPECT_THAT(MapError("name: case,", "name: ref,"), HasSubstr("already"));
  EXPECT_THAT(MapError("external_id: [ref]", "external_id: [reff]"), HasSubstr("reff"));
  EXPECT_THAT(MapError("field: effective_date, date:", "field: amount, date:"),
              HasSubstr("no civil date"));
  EXPECT_THAT(MapError("field: letter_id, text:", "field: cost, text:"), HasSubstr("cost"));
  EXPECT_THAT(MapError("equals: noise", "prezent: true"), StartsWith("map.yaml:"));
  EXPECT_THAT(MapError("system: core", "delimiter: tab"), HasSubstr("one character"));
}

TEST(Mapping, DerivedIdsNeedTheLedgersKey) {
  const std::string yaml =
      absl::StrReplaceAll(kMapping, {{"column: case_no}", "column: case_no, derive: true}"}});
  EXPECT_THAT(std::string(Mapper(yaml).status().message()), HasSubstr("--ledger"));

  const std::string key(32, 'k');
  auto mapper = Mapper(yaml, key);
  ASSERT_TRUE(mapper.ok()) << mapper.status();
  const auto append = mapper->Map(Payment(), 1);
  ASSERT_TRUE(append.ok()) << append.status();
  EXPECT_THAT(append->events(0).streams(), ElementsAre("case/" + DerivedId(key, "core", "C-7")));
  EXPECT_EQ(DerivedId(key, "core", "C-7").size(), 20u);
}

TEST(RowMapper, RefusesTheRowAndSaysWhy) {
  auto mapper = Mapper(kMapping);
  ASSERT_TRUE(mapper.ok()) << mapper.status();
  const auto why = [&](std::function<void(CsvRow&)> spoil) {
    CsvRow row = Payment();
    spoil(row);
    const auto append = mapper->Map(row, 1);
    EXPECT_EQ(ReasonOf(append.status()), error::v1::INPUT_MALFORMED);
    return std::string(append.status().message());
  };
  EXPECT_THAT(why([](CsvRow& row) { row.fields.pop_back(); }), HasSubstr("7 columns"));
  EXPECT_THAT(why([](CsvRow& row) { row.fault = "a quote"; }), HasSubstr("a quote"));
  EXPECT_THAT(why([](CsvRow& row) { row.fields[0] = ""; }), HasSubstr("\"ref\" is empty"));
  EXPECT_THAT(why([](CsvRow& row) { row.fields[0] = "two words"; }), HasSubstr("external_id"));
  EXPECT_THAT(why([](CsvRow& row) { row.fields[1] = "C 7"; }), HasSubstr("case/C 7"));
  EXPECT_THAT(why([](CsvRow& row) { row.fields[2] = "other"; }), HasSubstr("no event"));
  EXPECT_THAT(why([](CsvRow& row) { row.fields[3] = "2026-03-02 10:00:00Z"; }),
              HasSubstr("offset"));
  EXPECT_THAT(why([](CsvRow& row) { row.fields[4] = "1.250,50"; }),
              AllOf(HasSubstr("PaymentConfirmed: amount"), HasSubstr("1.250,50")));
  EXPECT_THAT(why([](CsvRow& row) { row.fields[5] = "Z"; }), HasSubstr("code \"Z\""));
  // What the ledger would refuse is refused here: a public field holds no words.
  EXPECT_THAT(why([](CsvRow& row) {
                row.fields[2] = "pay+letter";
                row.fields[7] = "Ana Soto";
              }),
              HasSubstr("actor"));
}

TEST(RowMapper, IgnoresWhatItIsToldTo) {
  auto mapper = Mapper(kMapping);
  const auto append = mapper->Map(Row({"", "", "noise", "", "", "", "", ""}), 1);
  ASSERT_TRUE(append.ok());
  EXPECT_EQ(append->events_size(), 0);
}

TEST(RowMapper, MakesTheDraftThatTheMappingTells) {
  auto mapper = Mapper(kMapping);
  const auto append = mapper->Map(Payment(), 1);
  ASSERT_TRUE(append.ok()) << append.status();
  ASSERT_EQ(append->events_size(), 1);
  const v1::EventDraft& draft = append->events(0);
  EXPECT_EQ(draft.external_id(), "r1");
  EXPECT_EQ(draft.zone(), "America/Bogota");
  EXPECT_EQ(draft.occurred_at().seconds(), 1772463600);
  EXPECT_EQ(draft.actor().kind(), ledger::v1::SYSTEM);
  EXPECT_EQ(draft.actor().id(), "core-banking");
  EXPECT_EQ(draft.on_behalf_of().creditor(), "banco");
  EXPECT_THAT(draft.streams(), ElementsAre("case/C-7"));

  event::v1::PaymentConfirmed payment;
  ASSERT_TRUE(draft.payload().UnpackTo(&payment));
  EXPECT_EQ(payment.payment_id(), "P-r1");
  EXPECT_EQ(payment.amount().amount_minor(), 125050);
  EXPECT_EQ(payment.amount().code(), "COP");
  EXPECT_EQ(payment.effective_date(), "2026-03-02");
  EXPECT_EQ(payment.means(), event::v1::PAYMENT_MEANS_TRANSFER);
  EXPECT_EQ(payment.gateway_ref(), "");
}

TEST(RowMapper, ARowMayGiveSeveralEventsInOneAppend) {
  auto mapper = Mapper(kMapping);
  CsvRow row = Payment();
  row.fields[2] = "pay+letter";
  const auto append = mapper->Map(row, 41);
  ASSERT_TRUE(append.ok()) << append.status();
  ASSERT_EQ(append->events_size(), 2);
  const v1::EventDraft& letter = append->events(1);
  EXPECT_EQ(letter.external_id(), "r1:2");
  EXPECT_EQ(letter.actor().id(), "ana");
  EXPECT_EQ(letter.actor().role(), "AGENT");
  EXPECT_EQ(letter.subject(), "debtor/C-7");
  event::v1::LetterPosted posted;
  ASSERT_TRUE(letter.payload().UnpackTo(&posted));
  EXPECT_EQ(posted.letter_id(), "L-ffffffffffffffff-41");
}

TEST(RowMapper, TheSameRowGivesTheSameAppend) {
  auto first = Mapper(kMapping);
  auto second = Mapper(kMapping);
  EXPECT_EQ(first->Map(Payment(), 1)->SerializeAsString(),
            second->Map(Payment(), 1)->SerializeAsString());
}

TEST(RowMapper, ARunningTotalGivesWhatItRoseBy) {
  auto mapper = Mapper(kMapping);
  const auto row = [](const char* ref, const char* case_no, const char* what, const char* amount) {
    return Row({ref, case_no, what, "2026-03-02", amount, "", "", ""});
  };
  const auto fee = [&](const CsvRow& total) -> absl::StatusOr<int64_t> {
    ASSIGN_OR_RETURN(const auto append, mapper->Map(total, 1));
    event::v1::FeeCharged charged;
    EXPECT_TRUE(append.events(0).payload().UnpackTo(&charged));
    return charged.amount().amount_minor();
  };
  EXPECT_THAT(std::string(fee(row("a", "C-1", "total", "20.00")).status().message()),
              HasSubstr("no row before"));
  EXPECT_EQ(fee(row("b", "C-1", "total", "50.00")).value(), 3000);
  ASSERT_TRUE(mapper->Map(row("c", "C-2", "pay", "7.00"), 1).ok());
  EXPECT_EQ(fee(row("d", "C-2", "total", "9.50")).value(), 250);
  EXPECT_EQ(fee(row("e", "C-1", "total", "51.00")).value(), 100);
  EXPECT_FALSE(fee(row("f", "C-1", "total", "5l.00")).ok());
  EXPECT_THAT(std::string(fee(row("g", "C-1", "total", "60.00")).status().message()),
              HasSubstr("no row before"));
}

}  // namespace
}  // namespace constancia::api
