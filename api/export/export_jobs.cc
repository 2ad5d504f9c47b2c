#include "api/export/export_jobs.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "api/export/bag/evidence.h"
#include "api/export/bag/verify_bundle.h"
#include "api/export/kinds.h"
#include "core/base/check.h"
#include "core/base/log.h"
#include "core/base/status.h"
#include "core/event/public_string.h"
#include "core/event/uuid.h"
#include "eventstore/proof/witness_policy.h"
#include "google/protobuf/util/time_util.h"

namespace constancia::api {
namespace {

using event::v1::ExportBuilt;
using event::v1::ExportCancelled;
using event::v1::ExportDownloaded;
using event::v1::ExportRequested;
using eventstore::RecordedEvent;

constexpr size_t kReadStep = 256;
// Erasures that may overtake one build.
constexpr int kBuildAttemptsMax = 5;
constexpr absl::Duration kPoll = absl::Seconds(1);
// How long witnesses may take.
constexpr absl::Duration kCosignWaitMax = absl::Minutes(10);
constexpr std::string_view kBundle = ".zip";
constexpr std::string_view kPart = ".zip.part";
constexpr std::string_view kSaid = ".said";

const Stream kLedgerStream = {.kind = ledger::v1::STREAM_KIND_LEDGER, .name = "ledger"};

// Why an export failed: the code that is recorded, and what it says to people.
struct Failure {
  std::string_view code, text;
};
constexpr Failure kVerifierAbsent = {
    "VERIFIER_ABSENT",
    "constancia-verify is not beside the server, and nothing leaves unverified; install it and "
    "order again"};
constexpr Failure kNotProven = {
    "NOT_PROVEN",
    "constancia-verify did not accept the bundle; what it said is in the exports folder"};
constexpr Failure kTooLarge = {"LIMIT_EXCEEDED", "the case has more events than an export holds"};
constexpr Failure kNotCosigned = {
    "NOT_COSIGNED",
    "too few witnesses cosigned its checkpoint in time; add what they sign with `constancia ledger "
    "cosign`, and order again"};
constexpr Failure kBuildFailed = {
    "BUILD_FAILED", "the bundle could not be made; the server's log says why; order again"};

const Failure& FailureOf(const absl::Status& status) {
  const std::optional<Reason> reason = ReasonOf(status);
  if (reason == error::v1::NOT_FOUND) return kVerifierAbsent;
  if (reason == error::v1::PROOF_INVALID) return kNotProven;
  if (reason == error::v1::LIMIT_EXCEEDED) return kTooLarge;
  if (reason == error::v1::WITNESS_UNKNOWN) return kNotCosigned;
  return kBuildFailed;
}

std::string_view TextOf(std::string_view code) {
  for (const Failure& failure : {kVerifierAbsent, kNotProven, kTooLarge, kNotCosigned}) {
    if (failure.code == code) return failure.text;
  }
  return kBuildFailed.text;
}

// The log takes nothing more, now or for good: the export is built after the next start.
bool LogStops(const absl::Status& status) {
  const std::optional<Reason> reason = ReasonOf(status);
  return reason == error::v1::LOG_HALTED || reason == error::v1::SHUTTING_DOWN;
}

absl::Status NoSuchExport() {
  return Error(error::v1::NOT_FOUND, "no export of this id", "export_id");
}

template <typename Payload>
std::optional<Payload> As(const RecordedEvent& event) {
  Payload payload;
  if (event.header.type() != Payload::descriptor()->full_name()) return std::nullopt;
  CHECK(payload.ParseFromString(event.header.public_payload()));
  return payload;
}

absl::Status CheckOrder(const v1::CreateExportRequest& request) {
  RETURN_IF_ERROR(CheckId(request.request_id(), "request_id"));
  RETURN_IF_ERROR(CheckId(request.case_id(), "case_id"));
  RETURN_IF_ERROR(CheckPublicString(request.purpose(), "purpose"));
  RETURN_IF_ERROR(CheckId(request.recipient(), "recipient"));
  if (request.kind() != v1::REGULATOR) {
    return Error(error::v1::SCHEMA_INVALID, "say which kind of export: REGULATOR", "kind");
  }
  return absl::OkStatus();
}

// What a request orders, but for the id of the export.
ExportRequested Ordered(const Caller& caller, const v1::CreateExportRequest& request) {
  ExportRequested ordered;
  ordered.set_kind(event::v1::EXPORT_KIND_REGULATOR);
  ordered.mutable_scope()->add_streams("case/" + request.case_id());
  ordered.mutable_scope()->set_masking(request.open_personal() ? event::v1::MASKING_FULL
                                                               : event::v1::MASKING_UNSPECIFIED);
  ordered.set_purpose(request.purpose());
  ordered.set_recipient_id(request.recipient());
  ordered.set_requested_by(caller.id);
  ordered.set_case_id(request.case_id());
  return ordered;
}

bool IsOrderOf(const Caller& caller, const ExportOrder& order) {
  return order.request.requested_by() == caller.id;
}

absl::Status SyncFolder(const std::string& folder) {
  const int file = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = file >= 0 && fsync(file) == 0;
  const int why = errno;
  if (file >= 0) close(file);
  if (synced) return absl::OkStatus();
  return Error(error::v1::SETUP_INVALID,
               absl::StrCat("cannot sync the folder of exports: ", std::strerror(why)), "",
               {{"path", folder}});
}

}  // namespace

ExportFile::~ExportFile() { close(file_); }

absl::StatusOr<std::string> ExportFile::Read(size_t size) {
  std::string bytes(size, '\0');
  ssize_t got = 0;
  do {
    got = read(file_, bytes.data(), size);
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    return Error(error::v1::DAMAGED,
                 absl::StrCat("cannot read the export: ", std::strerror(errno)));
  }
  bytes.resize(static_cast<size_t>(got));
  return bytes;
}

absl::StatusOr<std::unique_ptr<ExportJobs>> ExportJobs::Start(const Uses& uses, Settings settings) {
  std::error_code error;
  std::filesystem::create_directories(settings.folder, error);
  if (error) {
    return Error(error::v1::SETUP_INVALID,
                 absl::StrCat("cannot make the folder of exports: ", error.message()), "",
                 {{"path", settings.folder}});
  }
  std::unique_ptr<ExportJobs> jobs(new ExportJobs(uses, std::move(settings)));
  RETURN_IF_ERROR(jobs->ReadLedgerStream());
  jobs->builder_ = std::thread([self = jobs.get()] { self->Run(); });
  return jobs;
}

ExportJobs::~ExportJobs() {
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (builder_.joinable()) builder_.join();
}

bool ExportJobs::stopping() const {
  const absl::MutexLock lock(&mutex_);
  return stopping_;
}

absl::Status ExportJobs::ReadLedgerStream() {
  for (uint64_t from = 0;; from += kReadStep) {
    ASSIGN_OR_RETURN(const std::vector<RecordedEvent> events,
                     uses_.log->reader().ReadStream(kLedgerStream, Sequence{from}, kReadStep));
    for (const RecordedEvent& event : events) Apply(event);
    if (events.size() < kReadStep) return absl::OkStatus();
  }
}

void ExportJobs::Apply(const RecordedEvent& event) {
  const absl::MutexLock lock(&mutex_);
  if (const auto requested = As<ExportRequested>(event)) {
    // Packs of other kinds are ordered by stage changes and have builders of their own.
    if (requested->kind() != event::v1::EXPORT_KIND_REGULATOR) return;
    const auto [entry, is_new] = jobs_.try_emplace(requested->export_id());
    if (!is_new) return;
    Job& job = entry->second;
    job.order = {.export_id = requested->export_id(),
                 .request = *requested,
                 .position = event.position,
                 .requested_at = Instant{event.header.recorded_at()}};
    job.state.set_export_id(requested->export_id());
    job.state.set_kind(v1::REGULATOR);
    job.state.set_case_id(requested->case_id());
    job.state.set_state(v1::Export::BUILDING);
    *job.state.mutable_requested_at() =
        google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(event.header.recorded_at());
    queue_.push_back(requested->export_id());
    return;
  }
  if (const auto built = As<ExportBuilt>(event)) {
    const auto entry = jobs_.find(built->export_id());
    if (entry == jobs_.end()) return;
    v1::Export& state = entry->second.state;
    state.set_state(v1::Export::READY);
    state.set_checkpoint_size(built->at_position());
    state.set_events(built->events());
    state.set_bytes(built->size_bytes());
    state.set_sha256(built->bundle_sha256());
  } else if (const auto cancelled = As<ExportCancelled>(event)) {
    const auto entry = jobs_.find(cancelled->export_id());
    if (entry == jobs_.end()) return;
    entry->second.state.set_state(v1::Export::FAILED);
    entry->second.state.set_failure(std::string(TextOf(cancelled->reason())));
  }
}

absl::Status ExportJobs::Check(const Caller& caller, Method method, std::string_view parent) const {
  RETURN_IF_ERROR(uses_.access->Check(caller, method));
  return CheckTenant(caller, uses_.log->tenant(), parent);
}

absl::StatusOr<ExportJobs::Job> ExportJobs::Find(const Caller& caller,
                                                 const std::string& export_id) const {
  const absl::MutexLock lock(&mutex_);
  const auto job = jobs_.find(export_id);
  if (job == jobs_.end() || !IsOrderOf(caller, job->second.order)) return NoSuchExport();
  return job->second;
}

std::string ExportJobs::PathOf(const std::string& export_id, std::string_view ending) const {
  return absl::StrCat(settings_.folder, "/", export_id, ToAbsl(ending));
}

absl::Status ExportJobs::Record(const ExportOrder& order, std::string request_id,
                                std::string_view source, const ledger::v1::Actor& actor,
                                const google::protobuf::Message& payload) {
  const EventType* type = uses_.catalogue->Find(payload.GetTypeName());
  CHECK(type != nullptr);
  eventstore::EventDraft draft;
  draft.type = type->name;
  draft.retention_class = type->retention_class;
  draft.occurred_at = uses_.clock->Now();
  draft.zone = "Etc/UTC";
  draft.actor = actor;
  draft.public_part = payload.SerializeAsString();
  draft.streams = {
      {.kind = ledger::v1::STREAM_KIND_EXPORT, .name = order.export_id},
      kLedgerStream,
      {.kind = ledger::v1::STREAM_KIND_CASE, .name = order.request.case_id()},
  };
  if (type->descriptor == ExportRequested::descriptor()) {
    ASSIGN_OR_RETURN(draft.event_id, ParseEventId(order.export_id));
  }
  eventstore::AppendRequest append;
  append.source = std::string(source);
  append.request_id = std::move(request_id);
  append.drafts.push_back(std::move(draft));
  ASSIGN_OR_RETURN(const eventstore::AppendResult result,
                   uses_.log->AppendAndWait(std::move(append)));
  ASSIGN_OR_RETURN(const RecordedEvent event,
                   uses_.log->reader().ReadEvent(result.receipts.front().position));
  Apply(event);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> ExportJobs::FindOrder(std::string_view source,
                                                                 const std::string& request_id,
                                                                 ExportRequested ordered) {
  const eventstore::LogReader& reader = uses_.log->reader();
  ASSIGN_OR_RETURN(const std::optional<eventstore::AppendResult> known,
                   reader.FindRequest(source, request_id));
  if (!known.has_value()) return std::nullopt;
  ASSIGN_OR_RETURN(const RecordedEvent event, reader.ReadEvent(known->receipts.front().position));
  const auto first = As<ExportRequested>(event);
  if (first.has_value()) ordered.set_export_id(first->export_id());
  if (!first.has_value() || event.header.public_payload() != ordered.SerializeAsString()) {
    return Error(error::v1::IDEMPOTENCY_CONFLICT,
                 "the request id was used for something else; use a new one", "request_id");
  }
  // Who was first may not have come so far yet.
  Apply(event);
  return first->export_id();
}

absl::StatusOr<v1::Export> ExportJobs::Create(const Caller& caller,
                                              const v1::CreateExportRequest& request) {
  RETURN_IF_ERROR(Check(caller, "ExportService.CreateExport", request.parent()));
  RETURN_IF_ERROR(CheckOrder(request));
  RETURN_IF_ERROR(uses_.access->CheckCase(caller, "ExportService.CreateExport", request.case_id()));
  const Stream case_stream{.kind = ledger::v1::STREAM_KIND_CASE, .name = request.case_id()};
  ASSIGN_OR_RETURN(const StreamVersion version, uses_.log->reader().VersionOf(case_stream));
  if (version.value == 0) return Error(error::v1::NOT_FOUND, "no case of this id", "case_id");

  ExportOrder order;
  order.request = Ordered(caller, request);
  ASSIGN_OR_RETURN(std::optional<std::string> id,
                   FindOrder(caller.source(), request.request_id(), order.request));
  if (!id.has_value()) {
    order.export_id = ToText(NewEventId(uses_.clock->Now(), *uses_.random));
    ExportRequested payload = order.request;
    payload.set_export_id(order.export_id);
    const absl::Status recorded =
        Record(order, request.request_id(), caller.source(), ActorOf(caller), payload);
    id = order.export_id;
    if (ReasonOf(recorded) == error::v1::IDEMPOTENCY_CONFLICT) {
      // The same request came twice at once, and the other one was first.
      ASSIGN_OR_RETURN(id, FindOrder(caller.source(), request.request_id(), order.request));
      if (!id.has_value()) return recorded;
    } else if (!recorded.ok()) {
      return recorded;
    }
  }
  ASSIGN_OR_RETURN(Job job, Find(caller, *id));
  return std::move(job.state);
}

absl::StatusOr<v1::Export> ExportJobs::Get(const Caller& caller,
                                           const v1::GetExportRequest& request) const {
  RETURN_IF_ERROR(Check(caller, "ExportService.GetExport", request.parent()));
  ASSIGN_OR_RETURN(Job job, Find(caller, request.export_id()));
  return std::move(job.state);
}

absl::StatusOr<v1::ListExportsResponse> ExportJobs::List(
    const Caller& caller, const v1::ListExportsRequest& request) const {
  RETURN_IF_ERROR(Check(caller, "ExportService.ListExports", request.parent()));
  v1::ListExportsResponse response;
  const absl::MutexLock lock(&mutex_);
  for (auto job = jobs_.rbegin(); job != jobs_.rend(); ++job) {
    if (IsOrderOf(caller, job->second.order)) *response.add_exports() = job->second.state;
  }
  return response;
}

absl::StatusOr<std::unique_ptr<ExportFile>> ExportJobs::Download(
    const Caller& caller, const v1::DownloadExportRequest& request) {
  RETURN_IF_ERROR(Check(caller, "ExportService.DownloadExport", request.parent()));
  ASSIGN_OR_RETURN(const Job job, Find(caller, request.export_id()));
  if (job.state.state() == v1::Export::BUILDING) {
    return Error(error::v1::NOT_PUBLISHED, "the export is being built; ask again", "export_id");
  }
  if (job.state.state() != v1::Export::READY) {
    return Error(error::v1::NOT_FOUND,
                 absl::StrCat("the export was not built: ", job.state.failure()), "export_id");
  }
  if (request.offset() > job.state.bytes()) {
    return Error(error::v1::SCHEMA_INVALID, "the offset lies behind the end of the export",
                 "offset");
  }
  const int file = open(PathOf(job.order.export_id, kBundle).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return Error(error::v1::NOT_FOUND, "the file of the export is gone; order it again",
                 "export_id");
  }
  auto opened = std::make_unique<ExportFile>(file);
  if (lseek(file, static_cast<off_t>(request.offset()), SEEK_SET) < 0) {
    return Error(error::v1::DAMAGED,
                 absl::StrCat("cannot read the export: ", std::strerror(errno)));
  }
  ExportDownloaded downloaded;
  downloaded.set_export_id(job.order.export_id);
  downloaded.set_by(caller.id);
  downloaded.set_from_byte(request.offset());
  downloaded.set_size_bytes(job.state.bytes() - request.offset());
  downloaded.set_case_id(job.order.request.case_id());
  const EventId id = NewEventId(uses_.clock->Now(), *uses_.random);
  RETURN_IF_ERROR(Record(job.order, absl::StrCat("download-", ToText(id)), caller.source(),
                         ActorOf(caller), downloaded));
  return opened;
}

ledger::v1::Actor ExportJobs::ActorOf(const Caller& caller) const {
  ledger::v1::Actor actor;
  actor.set_kind(caller.kind == CallerKind::kSource ? ledger::v1::SYSTEM : ledger::v1::PERSON);
  actor.set_id(caller.id);
  actor.set_role(uses_.access->RoleFor(caller, "ExportService.CreateExport"));
  return actor;
}

bool ExportJobs::HasWork() const { return stopping_ || !queue_.empty(); }

void ExportJobs::Run() {
  pthread_setname_np(pthread_self(), "exporter");
  while (true) {
    std::optional<ExportOrder> order;
    {
      const absl::MutexLock lock(&mutex_, absl::Condition(this, &ExportJobs::HasWork));
      if (stopping_) return;
      const Job& job = jobs_.at(queue_.front());
      queue_.pop_front();
      if (job.state.state() == v1::Export::BUILDING) order = job.order;
    }
    if (order.has_value()) Build(*order);
  }
}

void ExportJobs::Build(const ExportOrder& order) {
  ledger::v1::Actor actor;
  actor.set_kind(ledger::v1::SYSTEM);
  actor.set_id(eventstore::kOwnSource);
  ExportBuilt built;
  absl::Status status = BuildFile(order, &built);
  if (status.ok()) {
    status = Record(order, "built-" + order.export_id, eventstore::kOwnSource, actor, built);
  } else {
    unlink(PathOf(order.export_id, kPart).c_str());
    if (LogStops(status)) return;
    Log(LogLevel::kError, "an export failed",
        {{"export", order.export_id}, {"why", std::string(ToStd(status.message()))}});
    ExportCancelled cancelled;
    cancelled.set_export_id(order.export_id);
    cancelled.set_reason(std::string(FailureOf(status).code));
    cancelled.set_case_id(order.request.case_id());
    status =
        Record(order, "cancelled-" + order.export_id, eventstore::kOwnSource, actor, cancelled);
  }
  if (status.ok() || LogStops(status)) return;
  // Too many appends wait: build it again behind whatever else is ordered.
  Log(LogLevel::kWarning, "an export waits for the log",
      {{"export", order.export_id}, {"why", std::string(ToStd(status.message()))}});
  const absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&stopping_), kPoll);
  queue_.push_back(order.export_id);
}

absl::Status ExportJobs::WaitPublished(Position position) const {
  while (!stopping()) {
    const absl::Status status = uses_.log->WaitPublished(position, kPoll);
    if (ReasonOf(status) != error::v1::NOT_PUBLISHED) return status;
  }
  return Error(error::v1::SHUTTING_DOWN, "the server is stopping");
}

absl::StatusOr<std::string> ExportJobs::AwaitCosigned(uint64_t size) const {
  absl::Duration waited;
  while (true) {
    ASSIGN_OR_RETURN(eventstore::SignedCheckpoint checkpoint,
                     uses_.log->reader().CheckpointAt(size));
    std::ifstream file(settings_.policy, std::ios::binary);
    const auto policy =
        eventstore::WitnessPolicy::Parse(std::string(std::istreambuf_iterator<char>(file), {}));
    const absl::StatusOr<bool> enough =
        policy.ok() ? policy->HoldsQuorum(checkpoint.note) : policy.status();
    // What else is wrong with policy or note, constancia-verify says.
    if (enough.value_or(true)) return std::move(checkpoint.note);
    if (waited >= kCosignWaitMax) {
      return Error(error::v1::WITNESS_UNKNOWN, "too few witnesses cosigned in time");
    }
    const absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), kPoll)) {
      return Error(error::v1::SHUTTING_DOWN, "the server is stopping");
    }
    waited += kPoll;
  }
}

absl::StatusOr<BagContents> ExportJobs::MakeContents(const ExportOrder& order) const {
  const BuildContents build = FindKind(order.request.kind());
  if (build == nullptr) return Error(error::v1::INTERNAL, "an export of a kind without a builder");
  const ExportSources sources{.log = uses_.log,
                              .catalogue = uses_.catalogue,
                              .log_key = uses_.signer->public_key(),
                              .cosigned = [this](uint64_t size) { return AwaitCosigned(size); }};
  Position covered = order.position;
  for (int attempt = 1;; ++attempt) {
    RETURN_IF_ERROR(WaitPublished(covered));
    absl::StatusOr<BagContents> contents = build(order, sources);
    if (ReasonOf(contents.status()) != error::v1::NOT_PUBLISHED || attempt == kBuildAttemptsMax) {
      return contents;
    }
    covered = Position{uses_.log->reader().end().value - 1};
  }
}

absl::Status ExportJobs::BuildFile(const ExportOrder& order, ExportBuilt* built) const {
  ASSIGN_OR_RETURN(const BagContents contents, MakeContents(order));
  const BagLabels labels{.export_id = order.export_id,
                         .organization = settings_.organization,
                         .contact = settings_.contact,
                         .date = UtcText(order.requested_at.micros).substr(0, 10),
                         .origin = uses_.log->origin()};
  const std::string part = PathOf(order.export_id, kPart);
  const std::string bundle = PathOf(order.export_id, kBundle);
  const std::string said = PathOf(order.export_id, kSaid);
  ASSIGN_OR_RETURN(const BagResult bag, WriteBag(part, labels, contents, *uses_.signer));
  RETURN_IF_ERROR(VerifyBundle(settings_.verifier, part, settings_.policy, said));
  if (rename(part.c_str(), bundle.c_str()) != 0) {
    return Error(error::v1::SETUP_INVALID,
                 absl::StrCat("cannot name the file of an export: ", std::strerror(errno)), "",
                 {{"path", bundle}});
  }
  unlink(said.c_str());
  RETURN_IF_ERROR(SyncFolder(settings_.folder));
  built->set_export_id(order.export_id);
  built->set_at_position(contents.checkpoint_size);
  built->set_events(contents.events);
  built->set_files(bag.files);
  built->set_size_bytes(bag.bytes);
  built->set_bundle_sha256(bag.sha256.str());
  built->set_manifest_sha256(bag.tagmanifest_sha256.str());
  built->set_checkpoint_root(contents.checkpoint_root.str());
  built->set_case_id(order.request.case_id());
  return absl::OkStatus();
}

}  // namespace constancia::api
