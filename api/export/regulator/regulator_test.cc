#include "api/export/regulator/regulator.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "api/export/regulator/contacts_table.h"
#include "api/export/test_ledger.h"
#include "boost/json.hpp"
#include "core/base/bytes.h"
#include "core/crypto/sha256.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

ExportOrder OrderOf(bool open_personal) {
  ExportOrder order;
  order.export_id = "X-1";
  order.request.set_export_id("X-1");
  order.request.set_case_id(kTestCase);
  order.request.set_requested_by("ana");
  order.request.set_purpose("complaint");
  order.request.mutable_scope()->set_masking(open_personal ? event::v1::MASKING_FULL
                                                           : event::v1::MASKING_UNSPECIFIED);
  order.requested_at = Instant{1'768'219'200LL * kMicrosPerSecond};
  return order;
}

absl::StatusOr<std::string> NoteOf(TestLedger& ledger, uint64_t size) {
  auto checkpoint = ledger.log().reader().CheckpointAt(size);
  if (!checkpoint.ok()) return checkpoint.status();
  return std::move(checkpoint->note);
}

std::map<std::string, std::string> Build(TestLedger& ledger, bool open_personal,
                                         std::vector<std::string>* order = nullptr) {
  const auto contents = BuildRegulator(
      OrderOf(open_personal), {.log = &ledger.log(),
                               .catalogue = &ledger.catalogue(),
                               .log_key = ledger.signer().public_key(),
                               .cosigned = [&](uint64_t size) { return NoteOf(ledger, size); }});
  EXPECT_TRUE(contents.ok()) << contents.status();
  std::map<std::string, std::string> files;
  for (const BagFile& file : contents->files) {
    files[file.path] = file.bytes;
    if (order != nullptr) order->push_back(file.path);
  }
  return files;
}

// Reads RFC 4180; the first row names the columns.
std::vector<std::map<std::string, std::string>> ReadCsv(const std::string& text) {
  std::vector<std::vector<std::string>> rows(1, {""});
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      rows.back().back().push_back(text[++i]);
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == ',') {
      rows.back().emplace_back();
    } else if (!quoted && c == '\r') {
      ++i;
      rows.push_back({""});
    } else {
      rows.back().back().push_back(c);
    }
  }
  rows.pop_back();
  std::vector<std::map<std::string, std::string>> named;
  for (size_t i = 1; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].size(), rows[0].size());
    std::map<std::string, std::string>& row = named.emplace_back();
    for (size_t j = 0; j < rows[i].size(); ++j) row[rows[0][j]] = rows[i][j];
  }
  return named;
}

// State and length of what follows each leaf in a file of records.
std::vector<int> StatesOf(const std::string& records) {
  std::vector<int> states;
  ByteReader reader(records);
  while (!reader.done()) {
    reader.TakeU64();
    reader.Take(*reader.TakeU32());
    states.push_back(*reader.TakeU8());
    if (states.back() == 1) reader.Take(*reader.TakeU32());
    if (states.back() == 3) reader.TakeU64();
  }
  return states;
}

TEST(Regulator, HasTheseFilesInThisOrder) {
  TestLedger ledger;
  std::vector<std::string> order;
  Build(ledger, true, &order);
  const Hash key = ledger.log().stream_keys().KeyOf({ledger::v1::STREAM_KIND_CASE, kTestCase});
  EXPECT_EQ(order, (std::vector<std::string>{
                       "data/events.bin", "data/related.bin", "data/events.jsonl",
                       "data/README.txt", "data/LEEME.txt", "data/LEIA-ME.txt", "data/request.json",
                       "data/scope.json", "data/counts.json", "data/contacts.csv",
                       "data/redactions.csv", "data/dictionary.csv", "data/report.html",
                       "proofs/checkpoint", "proofs/completeness/" + HexEncode(key.view()) + ".txt",
                       "proofs/inclusion.txt", "proofs/keys.txt"}));
}

TEST(Regulator, GivesTheSameBytesAtTheSameCheckpoint) {
  TestLedger ledger;
  EXPECT_EQ(Build(ledger, true), Build(ledger, true));
}

TEST(Regulator, ShowsEveryContactWithWhatWasDecidedAndFound) {
  TestLedger ledger;
  const auto rows = ReadCsv(Build(ledger, true)["data/contacts.csv"]);
  ASSERT_EQ(rows.size(), 4u);

  const auto& permitted = rows[0];
  EXPECT_EQ(permitted.at("event_id"), ledger.permitted);
  EXPECT_EQ(permitted.at("governed"), "true");
  EXPECT_EQ(permitted.at("verdict"), "ALLOW");
  EXPECT_EQ(permitted.at("reach_code"), "RIGHT_PARTY");
  EXPECT_EQ(permitted.at("result_code"), "PROMISE");
  EXPECT_EQ(permitted.at("duration_s"), "42");
  EXPECT_EQ(permitted.at("weekday"), "1");
  EXPECT_EQ(permitted.at("is_holiday"), "false");
  EXPECT_EQ(permitted.at("lateness_s"), "0");
  EXPECT_EQ(permitted.at("occurred_local"), "2026-01-12T09:00:03.75-03:00");
  EXPECT_EQ(permitted.at("occurred_utc"), "2026-01-12T12:00:03.75Z");
  EXPECT_EQ(permitted.at("debtor_name"), "Ana Pérez, \"Anita\"");
  EXPECT_EQ(permitted.at("debtor_id_masked"), "******785");
  EXPECT_EQ(permitted.at("contact_point_masked"), "*********321");
  EXPECT_EQ(permitted.at("note"), "'=HYPERLINK(\"http://x\")");
  EXPECT_EQ(permitted.at("counter_week"), "0");
  EXPECT_EQ(permitted.at("limit_week"), "1");

  const auto& denied = rows[1];
  EXPECT_EQ(denied.at("event_id"), ledger.denied);
  EXPECT_EQ(denied.at("reach_code"), "NOT_ATTEMPTED");
  EXPECT_EQ(denied.at("verdict"), "DENY");
  EXPECT_EQ(denied.at("governed"), "");
  EXPECT_EQ(denied.at("rules_evaluated"), "CL-19496-37-freq-phone");

  const auto& ungoverned = rows[2];
  EXPECT_EQ(ungoverned.at("event_id"), ledger.ungoverned);
  EXPECT_EQ(ungoverned.at("governed"), "false");
  EXPECT_EQ(ungoverned.at("violation_ids"), ledger.violation);
  EXPECT_EQ(ungoverned.at("annulled"), "false");

  EXPECT_EQ(rows[3].at("event_id"), ledger.annulled);
  EXPECT_EQ(rows[3].at("annulled"), "true");
}

TEST(Regulator, WithholdsWhatWasNotOrdered) {
  TestLedger ledger;
  auto files = Build(ledger, false);
  for (const auto& [path, bytes] : files) {
    EXPECT_EQ(bytes.find("987654321"), std::string::npos) << path;
    EXPECT_EQ(bytes.find("Anita"), std::string::npos) << path;
  }
  for (const int state : StatesOf(files["data/events.bin"])) EXPECT_TRUE(state == 0 || state == 2);
  const auto rows = ReadCsv(files["data/redactions.csv"]);
  ASSERT_EQ(rows.size(), 5u);
  EXPECT_EQ(rows[0].at("field"), "id_docs;names;birth_date;external_refs");
  EXPECT_EQ(rows[0].at("reason"), "NOT_ORDERED");
  EXPECT_EQ(rows[1].at("item"), ledger.permitted);
}

TEST(Regulator, SaysWhichEventErasedAPersonalPart) {
  TestLedger ledger;
  ledger.EraseDebtor();
  auto files = Build(ledger, true);
  const std::vector<int> states = StatesOf(files["data/events.bin"]);
  EXPECT_EQ(std::set<int>(states.begin(), states.end()), (std::set<int>{0, 3}));
  EXPECT_EQ(StatesOf(files["data/related.bin"]), std::vector<int>{0});
  EXPECT_EQ(files["data/events.jsonl"].find("987654321"), std::string::npos);
}

TEST(Regulator, ListsEveryEventByPositionAndLeafHash) {
  TestLedger ledger;
  auto files = Build(ledger, true);
  ByteReader records(files["data/events.bin"]);
  size_t lines = 0;
  for (const absl::string_view line :
       absl::StrSplit(absl::string_view(files["data/events.jsonl"]), '\n', absl::SkipEmpty())) {
    const uint64_t position = *records.TakeU64();
    const std::string_view leaf = *records.Take(*records.TakeU32());
    if (*records.TakeU8() == 1) records.Take(*records.TakeU32());
    const std::string start =
        "{\"position\":\"" + std::to_string(position) + "\",\"leaf_hash\":\"" +
        HexEncode(Sha256Joined({std::string_view("\0", 1), leaf}).view()) + "\",";
    EXPECT_EQ(std::string(line.substr(0, start.size())), start);
    EXPECT_TRUE(boost::json::parse(std::string(line)).is_object());
    ++lines;
  }
  EXPECT_TRUE(records.done());
  EXPECT_EQ(lines, 10u);
  const boost::json::value counts = boost::json::parse(files["data/counts.json"]);
  EXPECT_EQ(counts.at("events").to_number<int>(), 10);
  EXPECT_EQ(counts.at("contacts").at("attempts").to_number<int>(), 2);
  EXPECT_EQ(counts.at("contacts").at("denied").to_number<int>(), 1);
  EXPECT_EQ(counts.at("contacts").at("with_violation").to_number<int>(), 1);
  EXPECT_EQ(counts.at("personal_parts").at("opened").to_number<int>(), 5);
}

TEST(Regulator, ShowsATrailThatRunsNothing) {
  TestLedger ledger;
  const std::string html = Build(ledger, true)["data/report.html"];
  EXPECT_NE(html.find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_EQ(html.find("http://x\""), std::string::npos);
  EXPECT_NE(html.find("Gestión intentada"), std::string::npos);
  EXPECT_NE(html.find("Acionamento tentado"), std::string::npos);
}

TEST(Regulator, ExplainsEveryColumn) {
  TestLedger ledger;
  std::set<std::string> explained;
  for (const auto& row : ReadCsv(Build(ledger, false)["data/dictionary.csv"])) {
    explained.insert(row.at("file") + ":" + row.at("name"));
    EXPECT_FALSE(row.at("es").empty() || row.at("pt").empty() || row.at("en").empty())
        << row.at("name");
  }
  for (const std::string_view column : kContactColumns) {
    EXPECT_TRUE(explained.contains("contacts.csv:" + std::string(column))) << column;
  }
}

TEST(Mask, LeavesTheLastThreeCharacters) {
  EXPECT_EQ(Mask("123456785"), "******785");
  EXPECT_EQ(Mask("123456"), "******");
  EXPECT_EQ(Mask(""), "");
  EXPECT_EQ(Mask("avenida ñuo"), "**********uo");  // never half of a character
}

}  // namespace
}  // namespace constancia::api
