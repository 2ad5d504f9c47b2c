#include "api/cli/ledger_command.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/cli/log_end.h"
#include "api/cli/progress.h"
#include "api/server/files.h"
#include "api/server/ledger_folder.h"
#include "api/server/server.h"
#include "constancia/v1/ledger_service.grpc.pb.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "eventstore/log/event_log.h"
#include "eventstore/log/publish.h"
#include "eventstore/log/verify.h"
#include "eventstore/projections/projections.h"
#include "eventstore/proof/checkpoint.h"
#include "eventstore/proof/note.h"

namespace constancia::api {
namespace {

using v1::LedgerService;

absl::StatusOr<v1::Checkpoint> LatestCheckpoint(const Client& client) {
  v1::GetCheckpointRequest request;
  request.set_parent(client.parent());
  const auto stub = LedgerService::NewStub(client.channel());
  return Call(*stub, &LedgerService::Stub::GetCheckpoint, request);
}

void PrintCheckpoint(const CommandContext& context, const v1::Checkpoint& checkpoint) {
  if (context.format == Format::kTable) {
    *context.out << checkpoint.note() << std::flush;
    return;
  }
  RecordWriter writer(context.format, Shape::kOne, {{"size"}, {"root"}}, context.out);
  writer.Add({absl::StrCat(checkpoint.size()), HexEncode(checkpoint.root())}, ToJson(checkpoint));
  writer.Finish();
}

// What a file of signature lines, or a cosigned checkpoint, asks to be added. Lines of the log
// itself, known by its name, are left out.
absl::StatusOr<v1::AddCosignatureRequest> CosignRequest(std::string_view text) {
  v1::AddCosignatureRequest request;
  std::string origin;
  if (text.find("\n\n") != text.npos) {
    ASSIGN_OR_RETURN(const eventstore::Note note, eventstore::ParseNote(text));
    ASSIGN_OR_RETURN(const eventstore::Checkpoint checkpoint,
                     eventstore::ParseCheckpoint(note.text));
    origin = checkpoint.origin;
    request.set_size(checkpoint.size);
    request.set_root(checkpoint.root.str());
    text.remove_prefix(note.text.size() + 1);
  }
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    ASSIGN_OR_RETURN(const eventstore::NoteSignature signature,
                     eventstore::ParseSignatureLine(line));
    if (signature.name != origin) request.add_cosignatures(std::string(line));
  }
  return request;
}

// Turns "done so far" into steps of a progress line.
std::function<void(uint64_t, uint64_t)> Follow(Progress* progress, uint64_t* last) {
  return [progress, last](uint64_t done, uint64_t) {
    progress->Advance(done - *last);
    *last = done;
  };
}

}  // namespace

Outcome Init(const CommandContext& context, const InitCommandOptions& options) {
  InitOptions init;
  init.folder = options.folder;
  init.origin = options.origin;
  init.tenant = options.tenant;
  init.operator_id = options.operator_id;
  init.hosts = options.hosts;
  init.clock = context.clock;
  init.random = context.random;
  RETURN_IF_ERROR(InitLedger(init));
  *context.err << "made the ledger " << options.origin << " in " << options.folder
               << "\nrun it:            constancia serve " << options.folder
               << "\nfor its verifiers: " << LedgerPaths(options.folder).policy << "\n";
  return ExitCode::kOk;
}

Outcome Serve(const CommandContext& context, const ServeOptions& options) {
  // Blocked before any thread begins, so that only the wait below sees them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  ServerOptions server_options;
  server_options.folder = options.folder;
  server_options.flags = options.flags;
  server_options.environment = ProcessEnvironment();
  server_options.clock = context.clock;
  server_options.random = context.random;
  // What a killed server left would send clients nowhere; a running one holds the lock.
  const std::string address_file = AddressFileOf(options.folder);
  std::error_code ignored;
  if (FolderLock::Take(options.folder).ok()) std::filesystem::remove(address_file, ignored);

  ASSIGN_OR_RETURN(const auto server, Server::Start(server_options));

  // Whole when it appears: clients wait for it.
  std::ofstream(address_file + ".new") << server->grpc_address() << "\n";
  std::filesystem::rename(address_file + ".new", address_file);
  RecordWriter writer(context.format, Shape::kOne, {{"grpc"}, {"http"}}, context.out);
  writer.Add({server->grpc_address(), server->http_address()});
  writer.Finish();

  int signal = 0;
  sigwait(&signals, &signal);
  *context.err << "stopping\n";
  std::filesystem::remove(address_file, ignored);
  server->Shutdown();
  return ExitCode::kOk;
}

Outcome LedgerVerify(const CommandContext& context, const LedgerVerifyOptions& options) {
  ASSIGN_OR_RETURN(const FolderLock lock, FolderLock::Take(options.folder));
  absl::StatusOr<eventstore::VerifyReport> report;
  {
    uint64_t last = 0;
    Progress progress("positions", 0, context.terminal, context.err, context.clock);
    eventstore::VerifyOptions verify;
    verify.folder = options.folder;
    verify.every_map_root = options.audit;
    verify.every_seal = options.seals;
    verify.projections = eventstore::InlineProjections();
    verify.progress = Follow(&progress, &last);
    report = eventstore::VerifyLog(verify);
  }
  if (!report.ok()) return report.status();
  for (const eventstore::VerifyFinding& finding : report->findings) {
    *context.err << "finding: ";
    if (finding.position.has_value())
      *context.err << "position " << finding.position->value << ": ";
    *context.err << finding.what << "\n";
  }
  RecordWriter writer(context.format, Shape::kOne,
                      {{"verified"},
                       {"positions", true},
                       {"events", true},
                       {"groups", true},
                       {"checkpoints", true},
                       {"streams", true},
                       {"checkpoint_size", true},
                       {"findings", true}},
                      context.out);
  writer.Add({report->ok() ? "yes" : "no", absl::StrCat(report->size), absl::StrCat(report->events),
              absl::StrCat(report->groups), absl::StrCat(report->checkpoints),
              absl::StrCat(report->streams), absl::StrCat(report->checkpoint_size),
              absl::StrCat(report->findings_total)});
  writer.Finish();
  return report->ok() ? ExitCode::kOk : ExitCode::kNotProven;
}

Outcome LedgerCheckpoint(const CommandContext& context) {
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  ASSIGN_OR_RETURN(const v1::Checkpoint checkpoint, LatestCheckpoint(client));
  PrintCheckpoint(context, checkpoint);
  return ExitCode::kOk;
}

Outcome LedgerCosign(const CommandContext& context, const LedgerCosignOptions& options) {
  ASSIGN_OR_RETURN(const std::string text, ReadInput(context, options.file));
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  v1::AddCosignatureRequest request;
  ASSIGN_OR_RETURN(request, CosignRequest(text));
  request.set_parent(client.parent());
  if (request.size() == 0) request.set_size(options.size);
  if (options.size != 0 && request.size() != options.size) {
    return Error(error::v1::INPUT_MALFORMED, "the cosigned checkpoint is of another size",
                 "--size");
  }
  if (request.size() == 0) {
    ASSIGN_OR_RETURN(const v1::Checkpoint latest, LatestCheckpoint(client));
    request.set_size(latest.size());
  }
  const auto stub = LedgerService::NewStub(client.channel());
  ASSIGN_OR_RETURN(const v1::Checkpoint checkpoint,
                   Call(*stub, &LedgerService::Stub::AddCosignature, request));
  PrintCheckpoint(context, checkpoint);
  return ExitCode::kOk;
}

Outcome LedgerStats(const CommandContext& context) {
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  ASSIGN_OR_RETURN(const v1::Checkpoint checkpoint, LatestCheckpoint(client));
  ASSIGN_OR_RETURN(const uint64_t end, EndOfLog(client));
  RecordWriter writer(context.format, Shape::kOne,
                      {{"origin"}, {"tenant"}, {"log_end"}, {"checkpoint_size"}, {"root"}},
                      context.out);
  writer.Add({checkpoint.note().substr(0, checkpoint.note().find('\n')), client.caller().tenant,
              absl::StrCat(end), absl::StrCat(checkpoint.size()), HexEncode(checkpoint.root())});
  writer.Finish();
  return ExitCode::kOk;
}

Outcome LedgerPublish(const CommandContext& context, const LedgerPublishOptions& options) {
  ASSIGN_OR_RETURN(const FolderLock lock, FolderLock::Take(options.folder));
  const LedgerPaths paths(options.folder);
  ASSIGN_OR_RETURN(const Ed25519Key signer, LoadLedgerKey(paths));
  eventstore::EventLog::Options open;
  open.folder = options.folder;
  open.signer = &signer;
  ASSIGN_OR_RETURN(open.master_keys, LoadMasterKeys(paths));
  open.clock = context.clock;
  open.random = context.random;
  open.projections = eventstore::InlineProjections();
  ASSIGN_OR_RETURN(const auto log, eventstore::EventLog::Open(open));
  absl::StatusOr<eventstore::PublishResult> result;
  {
    uint64_t last = 0;
    Progress progress("files", 0, context.terminal, context.err, context.clock);
    result = eventstore::Publish(log->reader(), options.out, Follow(&progress, &last));
  }
  if (!result.ok()) return result.status();
  RecordWriter writer(context.format, Shape::kOne,
                      {{"checkpoint_size"}, {"files_written"}, {"folder"}}, context.out);
  writer.Add({absl::StrCat(result->size), absl::StrCat(result->files_written), options.out});
  writer.Finish();
  return ExitCode::kOk;
}

}  // namespace constancia::api
