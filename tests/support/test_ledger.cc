#include "tests/support/test_ledger.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace constancia::testing {

using eventstore::AppendRequest;
using eventstore::EventDraft;
using eventstore::EventLog;

namespace {

constexpr Instant kNow{1'767'960'000'000'000};  // 2026-01-09T12:00:00Z

}  // namespace

Stream CaseStream(const std::string& name) { return {ledger::v1::STREAM_KIND_CASE, name}; }

Stream DebtorStream(const std::string& name) {
  return {ledger::v1::STREAM_KIND_DEBTOR, absl::StrCat("P-", name)};
}

EventDraft AContact(const std::string& name) {
  EventDraft draft;
  draft.type = "constancia.event.v1.ContactAttempted";
  draft.occurred_at = kNow;
  draft.zone = "America/Santiago";
  draft.offset_minutes = -180;
  draft.actor.set_kind(ledger::v1::PERSON);
  draft.actor.set_id("A-4");
  draft.public_part = std::string("\x10\x01", 2);
  draft.personal_part = std::string("\x3a\x0f", 2) + "+56 9 8765 4321";
  draft.streams = {CaseStream(name), DebtorStream(name)};
  draft.subject = 1;
  draft.retention_class = "contact";
  return draft;
}

AppendRequest ARequest(const std::string& request_id, EventDraft draft) {
  AppendRequest request;
  request.source = "dialler-1";
  request.request_id = request_id;
  request.drafts.push_back(std::move(draft));
  return request;
}

TestLedger::TestLedger(uint64_t seed)
    : disk_(seed), clock_(kNow), random_(seed), key_(Ed25519Key::Generate(random_)) {
  options_.folder = kTestFolder;
  options_.signer = &key_;
  options_.master_keys = {{1, std::string(32, 'm')}};
  options_.clock = &clock_;
  options_.random = &random_;
  options_.env = disk_.env();
  options_.cache_bytes = 8 << 20;
}

absl::Status TestLedger::Create() {
  RETURN_IF_ERROR(EventLog::Create(options_, kTestOrigin, "tenant-1"));
  return Open();
}

absl::Status TestLedger::Open() {
  ASSIGN_OR_RETURN(log_, EventLog::Open(options_));
  return absl::OkStatus();
}

void TestLedger::Close() { log_.reset(); }

void TestLedger::Crash(bool torn) {
  disk_.Freeze();
  log_.reset();
  disk_.LosePower(torn);
}

absl::StatusOr<eventstore::AppendResult> TestLedger::Append(const std::string& name) {
  return log_->AppendAndWait(ARequest(absl::StrCat("r-", ++appends_), AContact(name)));
}

}  // namespace constancia::testing
