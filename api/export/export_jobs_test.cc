#include "api/export/export_jobs.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "api/export/bag/verify_bundle.h"
#include "api/export/test_ledger.h"
#include "constancia/event/v1/access.pb.h"
#include "core/base/status.h"
#include "core/crypto/sha256.h"
#include "eventstore/proof/cosignature.h"
#include "eventstore/proof/note.h"
#include "eventstore/proof/witness_policy.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

namespace fs = std::filesystem;

const std::string kBuilt = "constancia.event.v1.ExportBuilt";
const std::string kCancelled = "constancia.event.v1.ExportCancelled";

std::unique_ptr<ExportJobs> StartJobs(TestLedger& ledger, const std::string& verifier) {
  auto jobs = ExportJobs::Start({.log = &ledger.log(),
                                 .catalogue = &ledger.catalogue(),
                                 .access = &ledger.access(),
                                 .signer = &ledger.signer(),
                                 .clock = ledger.clock(),
                                 .random = ledger.random()},
                                {.folder = ledger.folder() + "/exports",
                                 .verifier = verifier,
                                 .policy = ledger.policy_file(),
                                 .organization = "Acme Cobranzas",
                                 .contact = ""});
  EXPECT_TRUE(jobs.ok()) << jobs.status();
  return *std::move(jobs);
}

v1::CreateExportRequest Request() {
  v1::CreateExportRequest request;
  request.set_parent("tenants/acme");
  request.set_request_id("ask-1");
  request.set_kind(v1::REGULATOR);
  request.set_case_id(kTestCase);
  request.set_purpose("complaint");
  request.set_recipient("SERNAC");
  request.set_open_personal(true);
  return request;
}

v1::Export Get(ExportJobs& jobs, const std::string& id) {
  v1::GetExportRequest request;
  request.set_parent("tenants/acme");
  request.set_export_id(id);
  const auto state = jobs.Get(ComplianceOfficer(), request);
  EXPECT_TRUE(state.ok()) << state.status();
  return state.ok() ? *state : v1::Export();
}

v1::DownloadExportRequest DownloadOf(const std::string& id, uint64_t offset) {
  v1::DownloadExportRequest request;
  request.set_parent("tenants/acme");
  request.set_export_id(id);
  request.set_offset(offset);
  return request;
}

std::string ReadAll(ExportFile& file) {
  std::string all;
  while (true) {
    const auto bytes = file.Read(1000);
    EXPECT_TRUE(bytes.ok()) << bytes.status();
    if (!bytes.ok() || bytes->empty()) return all;
    all += *bytes;
  }
}

TEST(ExportJobs, RefusesWhoMayNotOrder) {
  TestLedger ledger;
  const auto jobs = StartJobs(ledger, "/bin/true");
  EXPECT_EQ(ReasonOf(jobs->Create(Dialler(), Request()).status()), error::v1::SCOPE_NOT_GRANTED);
  v1::CreateExportRequest other = Request();
  other.set_parent("tenants/other");
  EXPECT_EQ(ReasonOf(jobs->Create(ComplianceOfficer(), other).status()), error::v1::WRONG_TENANT);
}

TEST(ExportJobs, RefusesAnOrderThatSaysTooLittle) {
  TestLedger ledger;
  const auto jobs = StartJobs(ledger, "/bin/true");
  v1::CreateExportRequest request = Request();
  request.set_purpose("");
  EXPECT_EQ(FieldOf(jobs->Create(ComplianceOfficer(), request).status()), "purpose");
  request = Request();
  request.set_kind(v1::EXPORT_KIND_UNSPECIFIED);
  EXPECT_EQ(FieldOf(jobs->Create(ComplianceOfficer(), request).status()), "kind");
  request = Request();
  request.set_case_id("C-404");
  EXPECT_EQ(ReasonOf(jobs->Create(ComplianceOfficer(), request).status()), error::v1::NOT_FOUND);
}

TEST(ExportJobs, FailsWithAClearReasonWithoutTheVerifier) {
  TestLedger ledger;
  const Position from = ledger.log().reader().end();
  auto jobs = StartJobs(ledger, "/no/such/constancia-verify");
  const auto created = jobs->Create(ComplianceOfficer(), Request());
  ASSERT_TRUE(created.ok()) << created.status();
  ledger.AwaitEvent(kCancelled, from);
  jobs.reset();
  jobs = StartJobs(ledger, "/bin/true");
  const v1::Export state = Get(*jobs, created->export_id());
  EXPECT_EQ(state.state(), v1::Export::FAILED);
  EXPECT_NE(state.failure().find("constancia-verify is not beside the server"), std::string::npos);
  EXPECT_EQ(
      ReasonOf(jobs->Download(ComplianceOfficer(), DownloadOf(created->export_id(), 0)).status()),
      error::v1::NOT_FOUND);
  EXPECT_TRUE(fs::is_empty(ledger.folder() + "/exports"));
}

TEST(ExportJobs, HandsOutNothingThatTheVerifierRefuses) {
  TestLedger ledger;
  const Position from = ledger.log().reader().end();
  auto jobs = StartJobs(ledger, "/bin/false");
  const auto created = jobs->Create(ComplianceOfficer(), Request());
  ASSERT_TRUE(created.ok()) << created.status();
  ledger.AwaitEvent(kCancelled, from);
  jobs = nullptr;
  jobs = StartJobs(ledger, "/bin/false");
  EXPECT_EQ(Get(*jobs, created->export_id()).state(), v1::Export::FAILED);
  EXPECT_FALSE(fs::exists(ledger.folder() + "/exports/" + created->export_id() + ".zip"));
}

TEST(ExportJobs, AnswersARepeatedOrderWithTheFirst) {
  TestLedger ledger;
  const auto jobs = StartJobs(ledger, "/bin/true");
  const auto first = jobs->Create(ComplianceOfficer(), Request());
  const auto again = jobs->Create(ComplianceOfficer(), Request());
  ASSERT_TRUE(first.ok() && again.ok()) << first.status() << again.status();
  EXPECT_EQ(first->export_id(), again->export_id());
  v1::CreateExportRequest other = Request();
  other.set_open_personal(false);
  EXPECT_EQ(ReasonOf(jobs->Create(ComplianceOfficer(), other).status()),
            error::v1::IDEMPOTENCY_CONFLICT);
  v1::ListExportsRequest list;
  list.set_parent("tenants/acme");
  EXPECT_EQ(jobs->List(ComplianceOfficer(), list)->exports_size(), 1);
}

TEST(ExportJobs, AnswersTheSameOrderFromManyAtOnceWithOneExport) {
  TestLedger ledger;
  const auto jobs = StartJobs(ledger, "/bin/true");
  std::vector<absl::StatusOr<v1::Export>> answers(8);
  std::vector<std::thread> threads;
  for (auto& answer : answers) {
    threads.emplace_back([&] { answer = jobs->Create(ComplianceOfficer(), Request()); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& answer : answers) {
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->export_id(), answers[0]->export_id());
  }
}

TEST(ExportJobs, AreThereForWhoOrderedThemAlone) {
  TestLedger ledger;
  const Position from = ledger.log().reader().end();
  const auto jobs = StartJobs(ledger, "/bin/true");
  const auto created = jobs->Create(ComplianceOfficer(), Request());
  ASSERT_TRUE(created.ok()) << created.status();
  ledger.AwaitEvent(kBuilt, from);
  const Caller other = AnotherComplianceOfficer();
  v1::GetExportRequest get;
  get.set_parent("tenants/acme");
  get.set_export_id(created->export_id());
  EXPECT_EQ(ReasonOf(jobs->Get(other, get).status()), error::v1::NOT_FOUND);
  EXPECT_EQ(ReasonOf(jobs->Download(other, DownloadOf(created->export_id(), 0)).status()),
            error::v1::NOT_FOUND);
  v1::ListExportsRequest list;
  list.set_parent("tenants/acme");
  EXPECT_EQ(jobs->List(other, list)->exports_size(), 0);
  EXPECT_EQ(jobs->List(ComplianceOfficer(), list)->exports_size(), 1);
}

TEST(ExportJobs, WaitForTheCosignaturesThatThePolicyAsksFor) {
  TestLedger ledger;
  SeededRandom random(3);
  const Ed25519Key key = Ed25519Key::Generate(random);
  const eventstore::VerifierKey witness{"w.example", eventstore::KeyType::kCosignature,
                                        key.public_key()};
  const eventstore::VerifierKey log{kTestOrigin, eventstore::KeyType::kEd25519,
                                    ledger.signer().public_key()};
  const std::string policy_text =
      absl::StrCat("log ", log.ToText(), "\nwitness w ", witness.ToText(), "\nquorum w\n");
  std::ofstream(ledger.policy_file()) << policy_text;
  const auto policy = eventstore::WitnessPolicy::Parse(policy_text);
  ASSERT_TRUE(policy.ok()) << policy.status();

  const Position from = ledger.log().reader().end();
  auto jobs = StartJobs(ledger, "/bin/true");
  const auto created = jobs->Create(ComplianceOfficer(), Request());
  ASSERT_TRUE(created.ok()) << created.status();
  // Whatever happens in between, it is not built before the witness has signed.
  ledger.Publish();
  EXPECT_EQ(Get(*jobs, created->export_id()).state(), v1::Export::BUILDING);
  const eventstore::SignedCheckpoint latest = ledger.log().reader().LatestCheckpoint();
  std::string line = eventstore::SignatureLine(
      witness.name, witness.id(),
      eventstore::MakeCosignature(key, eventstore::ToText(latest.checkpoint), 1).value());
  line.pop_back();
  ASSERT_TRUE(
      ledger.log().AddCosignatures(*policy, latest.checkpoint.size, std::nullopt, {line}).ok());
  ledger.AwaitEvent(kBuilt, from);
  const auto files = ReadZip(ledger.folder() + "/exports/" + created->export_id() + ".zip");
  ASSERT_TRUE(files.contains("proofs/checkpoint"));
  EXPECT_TRUE(policy->Accept(files.at("proofs/checkpoint")).ok());
}

TEST(ExportJobs, BuildsRecordsAndHandsOutFromAnOffset) {
  TestLedger ledger;
  const Position from = ledger.log().reader().end();
  auto jobs = StartJobs(ledger, "/bin/true");
  const auto created = jobs->Create(ComplianceOfficer(), Request());
  ASSERT_TRUE(created.ok()) << created.status();
  ledger.AwaitEvent(kBuilt, from);
  jobs.reset();  // What is known comes back from the log.
  jobs = StartJobs(ledger, "/bin/true");
  const v1::Export state = Get(*jobs, created->export_id());
  ASSERT_EQ(state.state(), v1::Export::READY);
  EXPECT_EQ(state.events(), 11u);  // its own order among them

  auto file = jobs->Download(ComplianceOfficer(), DownloadOf(created->export_id(), 0));
  ASSERT_TRUE(file.ok()) << file.status();
  const std::string whole = ReadAll(**file);
  EXPECT_EQ(whole.size(), state.bytes());
  EXPECT_EQ(Sha256(whole).str(), state.sha256());
  file = jobs->Download(ComplianceOfficer(), DownloadOf(created->export_id(), 100));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(ReadAll(**file), whole.substr(100));
  EXPECT_EQ(FieldOf(jobs->Download(ComplianceOfficer(),
                                   DownloadOf(created->export_id(), state.bytes() + 1))
                        .status()),
            "offset");

  const auto trail = ledger.log().reader().ReadStream(
      {ledger::v1::STREAM_KIND_EXPORT, created->export_id()}, Sequence{0}, 10);
  ASSERT_TRUE(trail.ok()) << trail.status();
  std::vector<std::string> types;
  for (const auto& event : *trail) types.push_back(event.header.type().substr(20));
  EXPECT_EQ(types, (std::vector<std::string>{"ExportRequested", "ExportBuilt", "ExportDownloaded",
                                             "ExportDownloaded"}));
  event::v1::ExportDownloaded downloaded;
  ASSERT_TRUE(downloaded.ParseFromString((*trail)[3].header.public_payload()));
  EXPECT_EQ(downloaded.from_byte(), 100u);
  EXPECT_EQ(downloaded.by(), "ana");
}

TEST(ExportJobs, BuildsAfterARestartWhatWasNotFinished) {
  TestLedger ledger;
  const Position from = ledger.log().reader().end();
  auto jobs = StartJobs(ledger, "/bin/true");
  const auto created = jobs->Create(ComplianceOfficer(), Request());
  ASSERT_TRUE(created.ok()) << created.status();
  jobs.reset();  // Most likely before it was built.
  jobs = StartJobs(ledger, "/bin/true");
  ledger.AwaitEvent(kBuilt, from);
  EXPECT_TRUE(fs::exists(ledger.folder() + "/exports/" + created->export_id() + ".zip"));
}

// The program that readers run, over what readers get.
class VerifiedExport : public testing::Test {
 protected:
  void SetUp() override {
    program_ = std::string(CONSTANCIA_BINARY_DIR) + "/bin/constancia-verify";
    if (!fs::exists(program_)) {
      if (std::getenv("CI") != nullptr) FAIL() << "required in CI, and absent: " << program_;
      GTEST_SKIP() << "skipped: build constancia-verify first";
    }
  }

  std::map<std::string, std::string> Export(TestLedger& ledger, bool open_personal) {
    const Position from = ledger.log().reader().end();
    const auto jobs = StartJobs(ledger, program_);
    v1::CreateExportRequest request = Request();
    request.set_open_personal(open_personal);
    const auto created = jobs->Create(ComplianceOfficer(), request);
    EXPECT_TRUE(created.ok()) << created.status();
    ledger.AwaitEvent(kBuilt, from);
    return ReadZip(ledger.folder() + "/exports/" + created->export_id() + ".zip");
  }

  absl::Status Verify(TestLedger& ledger, const std::string& folder) {
    return VerifyBundle(program_, folder, ledger.policy_file(), ledger.folder() + "/said");
  }

  std::string program_;
};

TEST_F(VerifiedExport, IsAcceptedWithOpenedWithheldAndErasedParts) {
  TestLedger ledger;
  EXPECT_TRUE(Export(ledger, true).contains("export.note"));
  TestLedger withheld;
  EXPECT_TRUE(Export(withheld, false).contains("export.note"));
  TestLedger erased;
  erased.EraseDebtor();
  EXPECT_TRUE(Export(erased, true).contains("export.note"));
}

TEST_F(VerifiedExport, IsRefusedAfterAnyFileIsChanged) {
  TestLedger ledger;
  const auto files = Export(ledger, true);
  const std::string folder = ledger.folder() + "/bag";
  for (const auto& [path, bytes] : files) {
    fs::create_directories(fs::path(folder + "/" + path).parent_path());
    std::ofstream(folder + "/" + path, std::ios::binary) << bytes;
  }
  ASSERT_TRUE(Verify(ledger, folder).ok());
  for (const auto& [path, bytes] : files) {
    if (bytes.empty()) continue;  // related.bin, when nothing was erased
    std::string changed = bytes;
    changed[changed.size() / 2] ^= 1;
    std::ofstream(folder + "/" + path, std::ios::binary) << changed;
    EXPECT_FALSE(Verify(ledger, folder).ok()) << path;
    std::ofstream(folder + "/" + path, std::ios::binary) << bytes;
  }
  EXPECT_TRUE(Verify(ledger, folder).ok());
}

}  // namespace
}  // namespace constancia::api
