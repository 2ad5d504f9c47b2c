#include "api/export/test_ledger.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/correction.pb.h"
#include "constancia/event/v1/gate.pb.h"
#include "constancia/event/v1/party.pb.h"
#include "constancia/event/v1/records.pb.h"
#include "core/base/check.h"
#include "core/event/parting.h"
#include "core/event/uuid.h"
#include "eventstore/proof/note.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

namespace ev = event::v1;

const Stream kCase = {ledger::v1::STREAM_KIND_CASE, kTestCase};
const Stream kDebtor = {ledger::v1::STREAM_KIND_DEBTOR, "P-9"};

// Monday 2026-01-12, 12:00 UTC: 09:00 in Santiago.
constexpr int64_t kMonday = 1'768'219'200LL * kMicrosPerSecond;
constexpr int64_t kHour = 3'600LL * kMicrosPerSecond;

std::string NewFolder() {
  std::string path = testing::TempDir() + "export_XXXXXX";
  CHECK(mkdtemp(path.data()) != nullptr);
  return path;
}

std::array<uint8_t, 32> Seed() {
  std::array<uint8_t, 32> seed;
  seed.fill(5);
  return seed;
}

template <typename Payload>
Payload About() {
  Payload payload;
  payload.set_case_id(kTestCase);
  payload.set_party_id("P-9");
  return payload;
}

ev::ContactAttempted Attempt() {
  auto attempt = About<ev::ContactAttempted>();
  attempt.set_channel(ev::CHANNEL_VOICE_CALL);
  attempt.set_party_role(ev::PARTY_ROLE_DEBTOR);
  attempt.set_address("+56987654321");
  attempt.add_obligation_ids("O-1");
  attempt.set_agent_id("A-4");
  attempt.add_regimes("CL");
  return attempt;
}

counsel::v1::Verdict VerdictOf(counsel::v1::Verdict::Outcome outcome, uint32_t count) {
  counsel::v1::Verdict verdict;
  verdict.set_outcome(outcome);
  counsel::v1::Finding* finding = verdict.add_findings();
  finding->set_rule_id("CL-19496-37-freq-phone");
  finding->set_step(8);
  finding->set_count(count);
  finding->set_limit(1);
  finding->set_result(outcome == counsel::v1::Verdict::DENY ? counsel::v1::Finding::FAIL
                                                            : counsel::v1::Finding::PASS);
  return verdict;
}

}  // namespace

TestLedger::TestLedger()
    : folder_(NewFolder()),
      clock_(Instant{kMonday}),
      signer_(Ed25519Key::FromSeed(Seed())),
      access_(
          {{"person/ana", Roles{Role::kCompliance}}, {"person/eva", Roles{Role::kCompliance}}}) {
  eventstore::EventLog::Options options;
  options.folder = folder_;
  options.signer = &signer_;
  options.master_keys = {{.generation = 1, .key = std::string(32, 'm')}};
  options.clock = &clock_;
  options.random = &random_;
  options.limits.checkpoint_interval = absl::Milliseconds(5);
  const absl::Status created = eventstore::EventLog::Create(options, kTestOrigin, "acme");
  EXPECT_TRUE(created.ok()) << created;
  auto log = eventstore::EventLog::Open(options);
  EXPECT_TRUE(log.ok()) << log.status();
  log_ = *std::move(log);
  const eventstore::VerifierKey key{
      .name = kTestOrigin, .type = eventstore::KeyType::kEd25519, .key = signer_.public_key()};
  std::ofstream(policy_file()) << "log " << key.ToText() << "\nquorum none\n";
  TellStory();
  Publish();
}

TestLedger::~TestLedger() {
  log_.reset();
  std::filesystem::remove_all(folder_);
}

std::string TestLedger::Append(const google::protobuf::Message& payload,
                               std::vector<Stream> streams) {
  clock_.Advance(kMicrosPerSecond);
  const EventType* type = catalogue_.Find(payload.GetTypeName());
  const auto parts = PartPayload(*payload.GetDescriptor(), payload.SerializeAsString());
  EXPECT_TRUE(parts.ok()) << parts.status();
  eventstore::EventDraft draft;
  draft.type = type->name;
  draft.retention_class = type->retention_class;
  draft.occurred_at = Instant{clock_.Now().micros - 250'000};
  draft.zone = "America/Santiago";
  draft.offset_minutes = -180;
  draft.actor.set_kind(ledger::v1::PERSON);
  draft.actor.set_id("A-4");
  draft.public_part = parts->public_part;
  draft.personal_part = parts->personal_part;
  for (size_t i = 0; i < streams.size(); ++i) {
    if (streams[i].kind == ledger::v1::STREAM_KIND_DEBTOR) draft.subject = i;
  }
  if (draft.personal_part.empty()) draft.subject.reset();
  draft.streams = std::move(streams);
  eventstore::AppendRequest request;
  request.source = "dialler-1";
  request.request_id = absl::StrCat("r-", ++requests_);
  request.drafts.push_back(std::move(draft));
  const auto result = log_->AppendAndWait(std::move(request));
  EXPECT_TRUE(result.ok()) << result.status();
  return ToText(result->receipts.front().event_id);
}

void TestLedger::TellStory() {
  auto party = About<ev::PartyRegistered>();
  ev::NationalId* id = party.add_id_docs();
  id->set_type(ev::NATIONAL_ID_TYPE_RUT);
  id->set_country("CL");
  id->set_value("123456785");
  party.mutable_names()->set_full_name("Ana Pérez, \"Anita\"");
  Append(party, {kCase, kDebtor});
  auto opened = About<ev::CaseOpened>();
  opened.add_regimes("CL");
  Append(opened, {kCase, kDebtor});

  auto permit = About<ev::PermitGranted>();
  *permit.mutable_verdict() = VerdictOf(counsel::v1::Verdict::ALLOW, 0);
  ev::ContactAttempted attempt = Attempt();
  attempt.set_permit_id(Append(permit, {kCase, kDebtor}));
  permitted = Append(attempt, {kCase, kDebtor});
  auto completed = About<ev::ContactCompleted>();
  completed.set_attempt_id(permitted);
  completed.mutable_ended_at()->set_seconds(kMonday / kMicrosPerSecond + 60);
  completed.set_duration_seconds(42);
  completed.set_reach(ev::REACH_RIGHT_PARTY);
  completed.set_result(ev::RESULT_PROMISE);
  completed.set_note("=HYPERLINK(\"http://x\")");
  Append(completed, {kCase, kDebtor});

  auto denial = About<ev::ContactDenied>();
  denial.set_channel(ev::CHANNEL_VOICE_CALL);
  *denial.mutable_verdict() = VerdictOf(counsel::v1::Verdict::DENY, 1);
  denied = Append(denial, {kCase, kDebtor});

  clock_.Advance(kHour);
  ungoverned = Append(Attempt(), {kCase, kDebtor});
  auto violated = About<ev::ViolationDetected>();
  violated.add_event_ids(ungoverned);
  violated.set_rule_id("CL-19496-37-freq-phone");
  violated.set_ungoverned(ev::UNGOVERNED_REASON_NO_PERMIT);
  *violated.mutable_verdict() = VerdictOf(counsel::v1::Verdict::DENY, 1);
  violation = Append(violated, {kCase, kDebtor});

  for (int i = 0; i < 12; ++i) {  // other people, in between
    const Stream other_case{ledger::v1::STREAM_KIND_CASE, absl::StrCat("C-", 100 + i % 3)};
    const Stream other{ledger::v1::STREAM_KIND_DEBTOR, absl::StrCat("P-", 100 + i % 3)};
    Append(Attempt(), {other_case, other});
  }
  annulled = Append(Attempt(), {kCase, kDebtor});
  auto annulment = About<ev::EventAnnulled>();
  annulment.set_target_event_id(annulled);
  annulment.set_reason_code("duplicate");
  Append(annulment, {kCase, kDebtor});
}

void TestLedger::EraseDebtor() {
  const Hash subject = log_->stream_keys().KeyOf(kDebtor);
  const auto keys = log_->data_keys().List(subject);
  ASSERT_TRUE(keys.ok()) << keys.status();
  ev::PersonalDataErased erased;
  erased.set_scope("all");
  erased.set_subject_stream_key(subject.str());
  std::vector<std::string> ids;
  for (const eventstore::DataKeyInfo& key : *keys) {
    erased.add_key_ids_destroyed(key.id);
    ids.push_back(key.id);
  }
  Append(erased, {kDebtor, {ledger::v1::STREAM_KIND_LEDGER, "ledger"}});
  const absl::Status destroyed = log_->data_keys().Destroy(subject, ids);
  ASSERT_TRUE(destroyed.ok()) << destroyed;
  Publish();
}

void TestLedger::Publish() {
  const Position last{log_->reader().end().value - 1};
  const absl::Status published = log_->WaitPublished(last, absl::Seconds(30));
  EXPECT_TRUE(published.ok()) << published;
}

eventstore::RecordedEvent TestLedger::AwaitEvent(const std::string& type, Position from) {
  while (true) {
    auto events = log_->reader().AwaitLog(from, 64, absl::Seconds(60));
    CHECK(events.ok() && !events->empty());
    for (eventstore::RecordedEvent& event : *events) {
      from = Position{event.position.value + 1};
      if (event.header.type() == type) return std::move(event);
    }
  }
}

Caller ComplianceOfficer() { return {.kind = CallerKind::kPerson, .tenant = "acme", .id = "ana"}; }

Caller AnotherComplianceOfficer() {
  return {.kind = CallerKind::kPerson, .tenant = "acme", .id = "eva"};
}

Caller Dialler() { return {.kind = CallerKind::kSource, .tenant = "acme", .id = "dialler-1"}; }

std::map<std::string, std::string> ReadZip(const std::string& path) {
  std::map<std::string, std::string> files;
  archive* zip = archive_read_new();
  archive_read_support_format_zip(zip);
  EXPECT_EQ(archive_read_open_filename(zip, path.c_str(), 1 << 16), ARCHIVE_OK);
  archive_entry* entry = nullptr;
  while (archive_read_next_header(zip, &entry) == ARCHIVE_OK) {
    const std::string name = archive_entry_pathname(entry);
    std::string& bytes = files[name.substr(name.find('/') + 1)];
    char block[4096];
    for (la_ssize_t got = 0; (got = archive_read_data(zip, block, sizeof(block))) > 0;) {
      bytes.append(block, static_cast<size_t>(got));
    }
  }
  archive_read_free(zip);
  return files;
}

}  // namespace constancia::api
