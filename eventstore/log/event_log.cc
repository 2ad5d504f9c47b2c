#include "eventstore/log/event_log.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "constancia/event/v1/access.pb.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/crypto/sha256.h"
#include "eventstore/log/internal/entry.h"
#include "eventstore/log/internal/log_core.h"
#include "eventstore/log/internal/repeat.h"
#include "eventstore/log/trailing_rows.h"
#include "eventstore/proof/note.h"

namespace constancia::eventstore {
namespace {

constexpr char kSoftware[] = "constancia-0.1.0";

// What the ledger records about itself.
AppendRequest OwnAppend(const google::protobuf::Message& payload, const ledger::v1::Actor& actor,
                        Instant now, std::string request_id) {
  EventDraft draft;
  draft.type = payload.GetTypeName();
  draft.occurred_at = now;
  draft.zone = "Etc/UTC";
  draft.actor = actor;
  draft.public_part = payload.SerializeAsString();
  draft.streams = {{ledger::v1::STREAM_KIND_LEDGER, "ledger"}};
  AppendRequest request;
  request.source = kOwnSource;
  request.request_id = std::move(request_id);
  request.drafts.push_back(std::move(draft));
  return request;
}

event::v1::LedgerCreated MakeLedgerCreated(const LogCore& core) {
  const PublicKey key = core.options.signer->public_key();
  event::v1::LedgerCreated created;
  created.set_tenant(core.identity.tenant);
  created.set_origin(core.identity.origin);
  created.set_ledger_key_digest(Sha256(core.data_keys->stream_secret()).str());
  created.set_log_key_id(
      std::string(MakeKeyId(core.identity.origin, KeyType::kEd25519, key).view()));
  created.set_log_public_key(std::string(key.view()));
  created.set_software(kSoftware);
  return created;
}

// Finds requests and external ids that the log has already.
absl::StatusOr<KnownIds> LookUp(const LogCore& core, const PreparedAppend& append) {
  KnownIds known;
  known.external.resize(append.events.size());

  std::vector<std::string> keys;
  std::vector<std::optional<Position>*> places;
  const auto look_for = [&](const std::string& key, std::optional<Position>& place) {
    place = core.overlay->FindIdempotency(key);
    if (place.has_value()) return;
    keys.push_back(key);
    places.push_back(&place);
  };
  look_for(append.request_key, known.request);
  for (size_t i = 0; i < append.events.size(); ++i) {
    const PreparedEvent& event = append.events[i];
    if (!event.consequence && !event.external_key.empty()) {
      look_for(event.external_key, known.external[i]);
    }
  }
  ASSIGN_OR_RETURN(const auto found, core.state->ReadIdempotency(keys));
  for (size_t i = 0; i < found.size(); ++i) *places[i] = found[i];
  return known;
}

absl::Status LookUpVersions(const LogCore& core, PreparedAppend& append) {
  std::vector<Hash> keys;
  std::vector<StreamRef*> refs;
  const auto look_for = [&](StreamRef& ref) {
    if (core.overlay->VersionOf(ref.key).has_value()) return;
    keys.push_back(ref.key);
    refs.push_back(&ref);
  };
  for (PreparedEvent& event : append.events) {
    for (StreamRef& stream : event.streams) look_for(stream);
  }
  for (PreparedExpectation& expectation : append.expectations) look_for(expectation.stream);
  ASSIGN_OR_RETURN(const auto rows, core.state->ReadHeads(keys));
  for (size_t i = 0; i < rows.size(); ++i) {
    refs[i]->version = 0;
    if (rows[i].has_value()) {
      ASSIGN_OR_RETURN(refs[i]->version, VersionOfHead(*rows[i]));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckChosenIds(const LogCore& core, const PreparedAppend& append) {
  for (size_t i = 0; i < append.events.size(); ++i) {
    if (!append.events[i].id_chosen) continue;
    ASSIGN_OR_RETURN(const std::optional<Position> at, core.reader.FindEvent(append.events[i].id));
    if (at.has_value()) return KnownEventId(i);
  }
  return absl::OkStatus();
}

// Everything the calling thread does. Nothing: the append is queued, and `done` was taken.
std::optional<absl::StatusOr<AppendResult>> Submit(LogCore& core, AppendRequest request,
                                                   const Signer* next_signer,
                                                   AppendCallback& done) {
  if (const absl::Status health = core.health.status(); !health.ok()) return health;
  absl::StatusOr<PreparedAppend> append = PrepareAppend(std::move(request), *core.stream_keys,
                                                        *core.options.clock, *core.options.random);
  if (!append.ok()) return append.status();
  // All that is looked up from here on is true as of then at least; what came after, the appender
  // knows. The ids of events come first: whoever finds one that the first try of this request
  // brings meanwhile finds the request known as well.
  append->looked_up_at = core.overlay->written();
  absl::Status status = CheckChosenIds(core, *append);
  const absl::StatusOr<KnownIds> known = LookUp(core, *append);
  if (!known.ok()) return known.status();
  if (known->any()) return AnswerRepeated(*append, *known, core.reader);
  if (status.ok()) status = LookUpVersions(core, *append);
  if (status.ok()) {
    status = SealAppend(*append, *core.data_keys, *core.options.clock, *core.options.random);
  }
  // A data key that could not be written stops the log like an entry.
  if (ReasonOf(status) == error::v1::LOG_HALTED) core.Halt(status);
  if (!status.ok()) return status;
  append->next_signer = next_signer;
  append->done = std::move(done);
  status = core.appender->Enqueue(*append);
  if (status.ok()) return std::nullopt;
  done = std::move(append->done);
  return status;
}

void SubmitOrAnswer(LogCore& core, AppendRequest request, const Signer* next_signer,
                    AppendCallback done) {
  std::optional<absl::StatusOr<AppendResult>> answer =
      Submit(core, std::move(request), next_signer, done);
  if (answer.has_value()) done(*std::move(answer));
}

absl::StatusOr<AppendResult> SubmitAndWait(LogCore& core, AppendRequest request,
                                           const Signer* next_signer) {
  absl::Notification answered;
  absl::StatusOr<AppendResult> result = absl::InternalError("not answered");
  SubmitOrAnswer(core, std::move(request), next_signer, [&](absl::StatusOr<AppendResult> answer) {
    result = std::move(answer);
    answered.Notify();
  });
  answered.WaitForNotification();
  return result;
}

absl::StatusOr<size_t> FindProjection(const LogCore& core, std::string_view name) {
  for (size_t i = 0; i < core.projections.size(); ++i) {
    if (core.projections[i].projection->name() == name) return i;
  }
  return Error(error::v1::NOT_FOUND, absl::StrCat("no inline projection is called ", ToAbsl(name)));
}

}  // namespace

EventLog::EventLog(std::unique_ptr<LogCore> core) : core_(std::move(core)) {}

EventLog::~EventLog() = default;

absl::Status EventLog::Create(const Options& options, std::string_view origin,
                              std::string_view tenant) {
  if (!IsKeyName(origin) || tenant.empty()) {
    return Error(error::v1::SETUP_INVALID,
                 "the origin has no spaces and no '+', and the tenant is not empty");
  }
  ASSIGN_OR_RETURN(
      const std::unique_ptr<LogCore> core,
      LogCore::Open(options, LedgerIdentity{std::string(origin), std::string(tenant)}));
  ledger::v1::Actor actor;
  actor.set_kind(ledger::v1::SYSTEM);
  actor.set_id(kOwnSource);
  RETURN_IF_ERROR(
      SubmitAndWait(
          *core, OwnAppend(MakeLedgerCreated(*core), actor, options.clock->Now(), "ledger-created"),
          nullptr)
          .status());
  core->Close();
  return core->health.status();
}

absl::StatusOr<std::unique_ptr<EventLog>> EventLog::Open(const Options& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<LogCore> core, LogCore::Open(options, std::nullopt));
  return std::unique_ptr<EventLog>(new EventLog(std::move(core)));
}

void EventLog::Close() { core_->Close(); }

const std::string& EventLog::origin() const { return core_->identity.origin; }
const std::string& EventLog::tenant() const { return core_->identity.tenant; }
const StreamKeys& EventLog::stream_keys() const { return *core_->stream_keys; }

void EventLog::Append(AppendRequest request, AppendCallback done) {
  SubmitOrAnswer(*core_, std::move(request), nullptr, std::move(done));
}

absl::StatusOr<AppendResult> EventLog::AppendAndWait(AppendRequest request) {
  return SubmitAndWait(*core_, std::move(request), nullptr);
}

void EventLog::WhenPublished(Position position, absl::AnyInvocable<void(absl::Status)> done) {
  core_->publication->When(position, std::move(done));
}

absl::Status EventLog::WaitPublished(Position position, absl::Duration timeout) {
  struct Wait {
    absl::Notification answered;
    absl::Status status;
  };
  // Shared with the callback, which may come after the time-out.
  const auto wait = std::make_shared<Wait>();
  core_->publication->When(position, [wait](absl::Status status) {
    wait->status = std::move(status);
    wait->answered.Notify();
  });
  if (!wait->answered.WaitForNotificationWithTimeout(timeout)) {
    return Error(error::v1::NOT_PUBLISHED,
                 absl::StrCat("no checkpoint covers position ", position.value, " yet"));
  }
  return wait->status;
}

absl::Status EventLog::health() const { return core_->health.status(); }

const LogReader& EventLog::reader() const { return core_->reader; }

absl::StatusOr<EventLog::Row> EventLog::ReadRow(std::string_view projection,
                                                std::string_view key) const {
  ASSIGN_OR_RETURN(const size_t index, FindProjection(*core_, projection));
  while (true) {
    Overlay::RowView view = core_->overlay->ReadRow(index, key);
    if (view.row.has_value()) return Row{*std::move(view.row), view.end};
    ASSIGN_OR_RETURN(std::optional<std::string> row,
                     core_->state->ReadRow(core_->projections[index].table, key));
    // When an epoch went over to `state` meanwhile, the row may be from after the look.
    if (core_->overlay->written() == view.written) return Row{std::move(row), view.end};
  }
}

absl::StatusOr<EventLog::RowList> EventLog::ScanRows(std::string_view projection,
                                                     std::string_view prefix, std::string_view from,
                                                     size_t limit) const {
  ASSIGN_OR_RETURN(const size_t index, FindProjection(*core_, projection));
  while (true) {
    const Overlay::ChangesView view = core_->overlay->ReadChanges(index, prefix, from);
    // Every deleted row takes the place of one that `state` gives.
    ASSIGN_OR_RETURN(const TableRows stored,
                     core_->state->ScanRows(core_->projections[index].table, prefix, from,
                                            limit + view.changes.size()));
    if (core_->overlay->written() != view.written) continue;
    RowChanges merged(stored.begin(), stored.end());
    for (const auto& [key, value] : view.changes) merged[key] = value;
    RowList list;
    list.as_of = view.end;
    for (auto& [key, value] : merged) {
      if (list.rows.size() == limit) break;
      if (value.has_value()) list.rows.emplace_back(key, *std::move(value));
    }
    return list;
  }
}

absl::StatusOr<std::unique_ptr<TrailingRows>> EventLog::OpenTrailing(std::string_view name,
                                                                     uint32_t version) {
  ASSIGN_OR_RETURN(std::unique_ptr<TrailingRows> rows,
                   TrailingRows::Open(core_->state.get(), name, version));
  ASSIGN_OR_RETURN(const Position applied, rows->applied());
  if (applied > core_->overlay->end()) {
    return DamagedAt(core_->overlay->end(),
                     absl::StrCat("the log ends here, and the rows of ", ToAbsl(name),
                                  " are true for ", applied.value, " entries"));
  }
  return rows;
}

absl::StatusOr<Receipt> EventLog::RotateLogKey(const Signer* next, const ledger::v1::Actor& actor) {
  const PublicKey old_key = core_->publication->public_key();
  const PublicKey new_key = next->public_key();
  const auto id = [&](const PublicKey& key) {
    return std::string(MakeKeyId(core_->identity.origin, KeyType::kEd25519, key).view());
  };
  event::v1::KeyRotated rotated;
  rotated.set_key_kind(event::v1::KEY_KIND_LOG);
  rotated.set_owner(core_->identity.origin);
  rotated.set_old_key_id(id(old_key));
  rotated.set_new_key_id(id(new_key));
  rotated.set_new_public_key(std::string(new_key.view()));
  const std::string request_id = absl::StrCat("log-key-", HexEncode(id(new_key)));
  ASSIGN_OR_RETURN(
      const AppendResult result,
      SubmitAndWait(*core_, OwnAppend(rotated, actor, core_->options.clock->Now(), request_id),
                    next));
  return result.receipts.front();
}

void EventLog::RetireLogKey() { core_->publication->Retire(); }

DataKeys& EventLog::data_keys() { return *core_->data_keys; }

absl::Status EventLog::EmptySealed(const std::vector<Position>& positions) {
  if (positions.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto rows, core_->log->ReadEntries(positions));
  Batch batch = core_->log->NewBatch();
  for (size_t i = 0; i < positions.size(); ++i) {
    if (!rows[i].has_value()) return DamagedAt(positions[i], "it is missing");
    ASSIGN_OR_RETURN(const EntryView entry, ParseEntry(*rows[i]));
    core_->log->PutEntry(batch, positions[i], EncodeEntry(entry.leaf, ""));
  }
  RETURN_IF_ERROR(core_->log->Write(std::move(batch)));
  const auto [first, last] = std::minmax_element(positions.begin(), positions.end());
  return core_->log->CompactEntries(*first, Position{last->value + 1});
}

}  // namespace constancia::eventstore
