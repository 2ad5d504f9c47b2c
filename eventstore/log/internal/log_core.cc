#include "eventstore/log/internal/log_core.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "constancia/event/v1/access.pb.h"
#include "constancia/ledger/v1/group.pb.h"
#include "core/base/log.h"
#include "core/base/status.h"
#include "core/crypto/sha256.h"
#include "eventstore/log/internal/entry.h"
#include "eventstore/proof/note.h"

namespace constancia::eventstore {
namespace {

absl::Status CheckLimits(const EventLog::Limits& limits) {
  // The largest append must fit into one group, and into what may be without a checkpoint once
  // everything before it has one: else it would wait for ever.
  if (limits.group_events_max < kAppendTotalMax || limits.group_events_max > kGroupEventsMax ||
      limits.uncovered_events_max < kAppendTotalMax) {
    return Error(
        error::v1::SETUP_INVALID,
        absl::StrCat("a group holds ", kAppendTotalMax, " to ", kGroupEventsMax,
                     " events, and at least ", kAppendTotalMax, " may be without a checkpoint"));
  }
  return absl::OkStatus();
}

// The key that the log itself names last: that of the last group, or the one a rotation at the end
// of that group brings.
absl::StatusOr<bool> IsLastKey(const LogTables& log, const std::string& origin,
                               const PublicKey& key) {
  NumberedCursor groups = log.Groups();
  groups.SeekToLast();
  RETURN_IF_ERROR(groups.status());
  if (!groups.valid()) return true;
  ledger::v1::GroupRow row;
  if (!row.ParseFromString(std::string(groups.row()))) {
    return DamagedAt(Position{groups.number()}, "the row of its commit group cannot be read");
  }
  const Position last{row.first() + row.count() - 1};
  ASSIGN_OR_RETURN(const std::optional<std::string> entry, log.ReadEntry(last));
  if (!entry.has_value()) return DamagedAt(last, "it is missing");
  ASSIGN_OR_RETURN(const RecordedEvent event, ParseEvent(last, *entry));
  if (const std::optional<event::v1::KeyRotated> rotated = LogKeyRotation(event)) {
    return rotated->new_public_key() == key.view();
  }
  return row.key_id() == MakeKeyId(origin, KeyType::kEd25519, key).view();
}

}  // namespace

std::optional<event::v1::KeyRotated> LogKeyRotation(const RecordedEvent& event) {
  event::v1::KeyRotated rotated;
  if (event.header.type() != rotated.GetTypeName() ||
      !rotated.ParseFromString(event.header.public_payload()) ||
      rotated.key_kind() != event::v1::KEY_KIND_LOG) {
    return std::nullopt;
  }
  return rotated;
}

absl::StatusOr<std::unique_ptr<LogCore>> LogCore::Open(const EventLog::Options& options,
                                                       const std::optional<LedgerIdentity>& fresh) {
  RETURN_IF_ERROR(CheckLimits(options.limits));
  std::unique_ptr<LogCore> core(new LogCore(options));
  RETURN_IF_ERROR(core->OpenTables(fresh.has_value()));
  if (fresh.has_value()) {
    RETURN_IF_ERROR(DataKeys::Create(*core->keys, options.master_keys, *options.random));
  }
  ASSIGN_OR_RETURN(core->data_keys,
                   DataKeys::Open(core->keys.get(), options.master_keys, options.random));
  if (fresh.has_value()) {
    core->identity = *fresh;
  } else {
    RETURN_IF_ERROR(core->ReadIdentity());
  }
  RETURN_IF_ERROR(core->CheckSigner());
  core->stream_keys.emplace(core->identity.origin, core->data_keys->stream_secret());
  RETURN_IF_ERROR(core->Start());
  return core;
}

LogCore::~LogCore() { Close(); }

absl::Status LogCore::OpenTables(bool fresh) {
  LogTables::Options log_options;
  log_options.path = options.folder + "/log";
  log_options.create = fresh;
  log_options.cache_bytes = options.cache_bytes / 2;
  log_options.env = options.env;
  ASSIGN_OR_RETURN(log, LogTables::Open(log_options));

  StateTables::Options state_options;
  state_options.path = options.folder + "/state";
  state_options.create = true;
  state_options.cache_bytes = options.cache_bytes / 2;
  state_options.env = options.env;
  ASSIGN_OR_RETURN(state, StateTables::Open(state_options));

  KeyTables::Options key_options;
  key_options.path = options.folder + "/keys";
  key_options.create = fresh;
  key_options.env = options.env;
  ASSIGN_OR_RETURN(keys, KeyTables::Open(key_options));

  return OpenProjections();
}

absl::Status LogCore::OpenProjections() {
  projections.clear();
  for (const InlineProjection* projection : options.projections) {
    ASSIGN_OR_RETURN(const TableId table,
                     state->OpenProjection(projection->name(), projection->version()));
    projections.push_back({projection,
                           StateTables::ProjectionTable(projection->name(), projection->version()),
                           table});
  }
  return absl::OkStatus();
}

absl::StatusOr<Recovered> LogCore::RecoverTables() {
  ASSIGN_OR_RETURN(const std::optional<Position> applied, state->ReadApplied(""));
  NumberedCursor last = log->Entries();
  last.SeekToLast();
  RETURN_IF_ERROR(last.status());
  const uint64_t end = last.valid() ? last.number() + 1 : 0;
  const bool bulk = end > applied.value_or(Position{0}).value + options.limits.bulk_rebuild_entries;
  if (bulk) {
    Log(LogLevel::kInfo, "making `state` again from the log", {{"entries", absl::StrCat(end)}});
    RETURN_IF_ERROR(state->Reopen(/*bulk=*/true));
    RETURN_IF_ERROR(OpenProjections());
  }
  ASSIGN_OR_RETURN(Recovered recovered,
                   Recover(identity.origin, *log, *state, projections, *publication));
  if (bulk) {
    RETURN_IF_ERROR(state->Reopen(/*bulk=*/false));
    RETURN_IF_ERROR(OpenProjections());
  }
  return recovered;
}

absl::Status LogCore::ReadIdentity() {
  const Position first{0};
  ASSIGN_OR_RETURN(const std::optional<std::string> row, log->ReadEntry(first));
  if (!row.has_value()) {
    return Error(error::v1::SETUP_INVALID,
                 absl::StrCat(options.folder, " was not made to the end. Make it again"));
  }
  ASSIGN_OR_RETURN(const RecordedEvent event, ParseEvent(first, *row));
  event::v1::LedgerCreated created;
  if (event.header.type() != created.GetTypeName() ||
      !created.ParseFromString(event.header.public_payload())) {
    return DamagedAt(first, "it is not the event that creates a ledger");
  }
  if (created.ledger_key_digest() != Sha256(data_keys->stream_secret()).view()) {
    return Error(error::v1::SETUP_INVALID, "the folder `keys` is that of another ledger");
  }
  identity = {created.origin(), created.tenant()};
  return absl::OkStatus();
}

absl::Status LogCore::CheckSigner() const {
  ASSIGN_OR_RETURN(const bool own, IsLastKey(*log, identity.origin, options.signer->public_key()));
  if (own) return absl::OkStatus();
  return Error(error::v1::SETUP_INVALID,
               "the key given is not the one that the log names last as its own");
}

absl::Status LogCore::Start() {
  publication.emplace(options.signer, options.retiring_signer);
  ASSIGN_OR_RETURN(Recovered recovered, RecoverTables());
  for (const ProjectionTable& projection : projections) {
    RETURN_IF_ERROR(
        state->DropOtherVersions(projection.projection->name(), projection.projection->version()));
  }
  overlay = std::make_unique<Overlay>(recovered.open, recovered.end, projections.size());

  const auto halt = [this](const absl::Status& cause) { Halt(cause); };
  Notary::Options notary_options;
  notary_options.origin = identity.origin;
  notary_options.log = log.get();
  notary_options.state = state.get();
  notary_options.projections = &projections;
  notary_options.overlay = overlay.get();
  notary_options.publication = &*publication;
  notary_options.health = &health;
  notary_options.on_covered = [this] { appender->Covered(); };
  notary_options.halt = halt;
  notary = std::make_unique<Notary>(notary_options, std::move(recovered.notarizer));

  answerer = std::make_unique<Answerer>(&reader);
  Syncer::Options syncer_options;
  syncer_options.log = log.get();
  syncer_options.data_keys = data_keys.get();
  syncer_options.state = state.get();
  syncer_options.projections = &projections;
  syncer_options.overlay = overlay.get();
  syncer_options.publication = &*publication;
  syncer_options.notary = notary.get();
  syncer_options.health = &health;
  syncer_options.answerer = answerer.get();
  syncer_options.halt = halt;
  syncer = std::make_unique<Syncer>(syncer_options);

  Appender::Options appender_options;
  appender_options.limits = options.limits;
  appender_options.origin = identity.origin;
  appender_options.signer = options.signer;
  appender_options.clock = options.clock;
  appender_options.monotonic = options.monotonic != nullptr ? options.monotonic : &machine_clock_;
  appender_options.log = log.get();
  appender_options.state = state.get();
  appender_options.health = &health;
  appender_options.syncer = syncer.get();
  appender_options.next = recovered.end;
  appender_options.recorded_at = recovered.recorded_at;
  appender_options.previous_group = recovered.previous_group;
  appender_options.open = recovered.open.get();
  appender = std::make_unique<Appender>(appender_options);
  // The other threads call it back, so it stands before anything moves.
  appender->Start();
  return absl::OkStatus();
}

void LogCore::Halt(const absl::Status& cause) {
  health.Halt(cause);
  appender->Wake();
  publication->Fail(health.status());
}

void LogCore::Close() {
  absl::MutexLock lock(&close_mutex_);
  if (closed_) return;
  closed_ = true;
  // From the front to the back, so that each finishes what the one before handed on.
  if (appender != nullptr) appender->Close();
  if (syncer != nullptr) syncer->Close();
  if (answerer != nullptr) answerer->Close();
  if (notary != nullptr) notary->Close();
  if (publication.has_value()) {
    publication->Fail(Error(error::v1::SHUTTING_DOWN, "the log is closed"));
  }
  if (overlay != nullptr) overlay->StopWaiting();
  if (state != nullptr && health.status().ok()) {
    // What a failed flush leaves out is made again from the log.
    state->Flush(/*wait=*/true).IgnoreError();
  }
}

}  // namespace constancia::eventstore
