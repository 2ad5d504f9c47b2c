// The log of traffic fines of an Italian police: every row goes in, once, and the balances are
// those that can be computed from the file by hand. The file is not ours to distribute; it is
// looked for in the data folder.

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "api/cli/case_command.h"
#include "api/cli/import/csv_reader.h"
#include "api/cli/import/row_mapper.h"
#include "api/cli/import_command.h"
#include "api/server/ledger_folder.h"
#include "api/server/server.h"
#include "constancia/v1/case_service.pb.h"
#include "core/base/money.h"
#include "core/base/status.h"
#include "core/base/test_data.h"
#include "core/crypto/system_random.h"
#include "eventstore/log/event_log.h"
#include "eventstore/log/verify.h"
#include "eventstore/projections/projections.h"
#include "eventstore/proof/completeness.h"
#include "eventstore/proof/merkle.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

using ::testing::HasSubstr;

constexpr char kFile[] = "/roadtraffic100traces.csv";
constexpr char kMapping[] = CONSTANCIA_SOURCE_DIR "/tests/integration/real_input/roadtraffic.yaml";

struct Rows {
  std::vector<std::string> columns;
  std::vector<CsvRow> rows;

  const std::string& At(const CsvRow& row, std::string_view column) const {
    const auto found = std::find(columns.begin(), columns.end(), column);
    return row.fields.at(static_cast<size_t>(found - columns.begin()));
  }
};

Rows ReadRows(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  CsvReader reader(&file);
  Rows rows;
  rows.columns = reader.Next()->fields;
  while (auto row = reader.Next()) rows.rows.push_back(*std::move(row));
  return rows;
}

int64_t Cents(const std::string& text) {
  return text.empty() ? 0 : Money::Parse(text, *Currency::FromCode("EUR"))->minor();
}

// What is due by the file: the last amount, and what the letters cost, less what was paid.
std::map<std::string, int64_t> DueByFile(const Rows& rows) {
  std::map<std::string, int64_t> amount, expense, paid, due;
  for (const CsvRow& row : rows.rows) {
    const std::string& fine = rows.At(row, "case:concept:name");
    if (const auto& text = rows.At(row, "amount"); !text.empty()) amount[fine] = Cents(text);
    if (const auto& text = rows.At(row, "totalPaymentAmount"); !text.empty()) {
      paid[fine] = Cents(text);
    }
    expense[fine] += Cents(rows.At(row, "expense"));
  }
  for (const auto& [fine, minor] : amount) due[fine] = minor + expense[fine] - paid[fine];
  return due;
}

TEST(RoadTraffic, TheMappingTakesEveryRow) {
  const auto data = DataDir();
  CONSTANCIA_NEEDS_FOLDER(data);
  const Rows rows = ReadRows(*data + kFile);
  ASSERT_EQ(rows.rows.size(), 390u);
  const auto mapping = MappingFile::Read(kMapping, ReadTestFile(kMapping));
  ASSERT_TRUE(mapping.ok()) << mapping.status();
  const auto zones = Zones::Load();
  ASSERT_TRUE(zones.ok());
  auto mapper = RowMapper::Make(*mapping, {rows.columns, std::string(64, '0'), std::nullopt},
                                *zones, Catalogue());
  ASSERT_TRUE(mapper.ok()) << mapper.status();
  std::map<std::string, int> events;
  for (size_t i = 0; i < rows.rows.size(); ++i) {
    const auto append = mapper->Map(rows.rows[i], i + 1);
    ASSERT_TRUE(append.ok()) << "line " << rows.rows[i].line << ": " << append.status();
    for (const v1::EventDraft& draft : append->events()) {
      const std::string& url = draft.payload().type_url();
      ++events[url.substr(url.rfind('.') + 1)];
    }
  }
  EXPECT_EQ(events, (std::map<std::string, int>{{"CaseOpened", 100},
                                                {"DisputeEvidenceReceived", 1},
                                                {"DisputeOpened", 1},
                                                {"DisputeResolved", 1},
                                                {"FeeCharged", 78 + 57},
                                                {"InformationProvided", 1},
                                                {"LawFirmAssigned", 36},
                                                {"LetterDelivered", 57},
                                                {"LetterPosted", 78},
                                                {"ObligationPlaced", 100},
                                                {"PaymentConfirmed", 58}}));
}

// A server in this process, over a ledger of its own, and commands that talk to it.
class ImportTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "/roadtraffic_test." + std::to_string(getpid());
    std::filesystem::remove_all(folder_);
    InitOptions init;
    init.folder = folder_;
    init.origin = "police.example/constancia/test";
    init.tenant = "police";
    init.clock = &clock_;
    init.random = &random_;
    const auto made = InitLedger(init);
    ASSERT_TRUE(made.ok()) << made;
    ServerOptions options;
    options.folder = folder_;
    options.flags = {{"grpc_address", "127.0.0.1:0"}, {"http_address", "127.0.0.1:0"}};
    options.clock = &clock_;
    options.random = &random_;
    auto server = Server::Start(options);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  void TearDown() override {
    server_.reset();
    std::filesystem::remove_all(folder_);
  }

  // Runs a command as `as`; its data is in out_, its words in err_.
  template <typename Command>
  Outcome Run(const std::string& as, Command command) {
    out_.str("");
    err_.str("");
    CommandContext context;
    context.client.ledger = folder_;
    context.client.as = as;
    context.client.server = server_->grpc_address();
    context.format = Format::kJsonl;
    context.out = &out_;
    context.err = &err_;
    context.clock = &clock_;
    context.random = &random_;
    return command(context);
  }

  Outcome Import(const std::string& file, bool allow_rejects = false) {
    return Run("sample-source", [&](const CommandContext& context) {
      return ImportCsv(context, {.file = file,
                                 .mapping = kMapping,
                                 .rejects = folder_ + ".rejects.csv",
                                 .allow_rejects = allow_rejects});
    });
  }

  SystemClock clock_;
  SystemRandom random_;
  std::string folder_;
  std::unique_ptr<Server> server_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(ImportTest, EveryRowGoesInOnceAndBalancesAgree) {
  const auto data = DataDir();
  CONSTANCIA_NEEDS_FOLDER(data);

  const Outcome first = Import(*data + kFile);
  ASSERT_TRUE(first.ok()) << first.status() << err_.str();
  EXPECT_EQ(*first, ExitCode::kOk);
  EXPECT_THAT(out_.str(), HasSubstr(R"("rows":"390","appended":"390","already_there":"0")"));
  EXPECT_THAT(out_.str(), HasSubstr(R"("rejected":"0","events":"568")"));

  const Outcome second = Import(*data + kFile);
  ASSERT_TRUE(second.ok()) << second.status() << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr(R"("rows":"390","appended":"0","already_there":"390")"));

  const Outcome listed =
      Run("operator", [](const CommandContext& context) { return CaseList(context, {}, 0); });
  ASSERT_TRUE(listed.ok()) << listed.status();
  std::map<std::string, int64_t> due_by_ledger;
  std::istringstream lines(out_.str());
  for (std::string line; std::getline(lines, line);) {
    v1::Case found;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(line, &found).ok()) << line;
    ASSERT_EQ(found.file().obligations_size(), 1) << line;
    const auto& debt = found.file().obligations(0);
    due_by_ledger[found.file().case_id()] = debt.balance_minor() - debt.unapplied_minor();
  }
  EXPECT_EQ(due_by_ledger, DueByFile(ReadRows(*data + kFile)));
}

// The leaf hashes of all events of a case, each checked to be in the case's stream at its number.
std::vector<Hash> LeavesOfCase(const eventstore::LogReader& reader, const Stream& stream) {
  const auto events = reader.ReadStream(stream, Sequence{0}, 1'000);
  EXPECT_TRUE(events.ok()) << events.status();
  std::vector<Hash> leaves;
  for (const eventstore::RecordedEvent& event : *events) {
    bool in_place = false;
    for (const StreamPlace& place : event.header.streams()) {
      in_place |= place.kind() == stream.kind && place.name() == stream.name &&
                  place.sequence() == leaves.size();
    }
    EXPECT_TRUE(in_place) << ToText(stream) << " " << leaves.size();
    leaves.push_back(eventstore::LeafHash(event.leaf));
  }
  return leaves;
}

TEST_F(ImportTest, EveryCaseIsProvenCompleteAndTheWholeLogVerifies) {
  const auto data = DataDir();
  CONSTANCIA_NEEDS_FOLDER(data);
  ASSERT_TRUE(Import(*data + kFile).ok()) << err_.str();
  std::set<std::string> cases;
  for (const auto& [name, due] : DueByFile(ReadRows(*data + kFile))) cases.insert(name);
  ASSERT_EQ(cases.size(), 100u);
  server_.reset();

  const LedgerPaths paths(folder_);
  const auto signer = LoadLedgerKey(paths);
  auto master_keys = LoadMasterKeys(paths);
  ASSERT_TRUE(signer.ok() && master_keys.ok());
  eventstore::EventLog::Options options;
  options.folder = folder_;
  options.signer = &*signer;
  options.master_keys = *std::move(master_keys);
  options.clock = &clock_;
  options.random = &random_;
  options.projections = eventstore::InlineProjections();
  auto log = eventstore::EventLog::Open(options);
  ASSERT_TRUE(log.ok()) << log.status();
  const eventstore::LogReader& reader = (*log)->reader();
  const eventstore::Checkpoint checkpoint = reader.LatestCheckpoint().checkpoint;
  for (const std::string& name : cases) {
    const Stream stream{ledger::v1::STREAM_KIND_CASE, name};
    std::vector<Hash> leaves = LeavesOfCase(reader, stream);
    ASSERT_GE(leaves.size(), 2u) << name;
    const auto proof = reader.ProveCompleteness(stream);
    ASSERT_TRUE(proof.ok()) << name << proof.status();
    const absl::Status whole = eventstore::VerifyCompleteness(*proof, checkpoint, leaves);
    EXPECT_TRUE(whole.ok()) << name << whole;
    leaves.pop_back();
    EXPECT_FALSE(eventstore::VerifyCompleteness(*proof, checkpoint, leaves).ok())
        << name << " without its last event";
  }
  log->reset();

  eventstore::VerifyOptions verify;
  verify.folder = folder_;
  verify.every_map_root = true;
  verify.every_seal = true;
  verify.projections = eventstore::InlineProjections();
  const auto report = eventstore::VerifyLog(verify);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->ok()) << report->findings.front().what;
  EXPECT_GE(report->events, 568u);
}

TEST_F(ImportTest, BadRowsGoToTheRejectFileAndGoodOnesIn) {
  const std::string file = folder_ + ".csv";
  std::ofstream(file) << "amount,article,case:concept:name,concept:name,expense,org:resource,"
                         "paymentAmount,time:timestamp\n"
                         "35.0,157,N1,Create Fine,,537,,2005-03-23 00:00:00+01:00\n"
                         "35.0,157,N2,Create Fine,,537,,2005-03-23 00:00:00+02:00\n"
                         "35.0,157,N3,Create Fine,,537\n"
                         ",,N1,Payment,,,35.0,2005-04-23 00:00:00+02:00\n";
  const Outcome outcome = Import(file);
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(*outcome, ExitCode::kFailure);
  EXPECT_THAT(out_.str(),
              HasSubstr(R"("appended":"2","already_there":"0","ignored":"0","rejected":"2")"));
  const std::string rejects = ReadTestFile(folder_ + ".rejects.csv");
  EXPECT_THAT(rejects, HasSubstr("N2,Create Fine,,537,,2005-03-23 00:00:00+02:00,3,"));
  EXPECT_THAT(rejects, HasSubstr(",4,6 columns where the header has 8\r\n"));
  EXPECT_EQ(*Import(file, true), ExitCode::kOk);
}

}  // namespace
}  // namespace constancia::api
