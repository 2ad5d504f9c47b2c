#include "api/server/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <atomic>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/call_once.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "api/auth/access.h"
#include "api/commands/access_log.h"
#include "api/commands/ask_gate.h"
#include "api/commands/case_desk.h"
#include "api/commands/gate.h"
#include "api/commands/keep_case.h"
#include "api/commands/limits.h"
#include "api/commands/manage_access.h"
#include "api/commands/prove_ledger.h"
#include "api/commands/read_cases.h"
#include "api/commands/read_events.h"
#include "api/commands/record_events.h"
#include "api/commands/run_timers.h"
#include "api/commands/transition_case.h"
#include "api/export/export_jobs.h"
#include "api/server/files.h"
#include "api/server/ledger_folder.h"
#include "api/server/metrics.h"
#include "api/server/packs.h"
#include "api/server/routes.h"
#include "api/service/access_service.h"
#include "api/service/adapter.h"
#include "api/service/case_service.h"
#include "api/service/contact_service.h"
#include "api/service/event_service.h"
#include "api/service/export_service.h"
#include "api/service/ledger_service.h"
#include "api/service/policy_service.h"
#include "api/service/workers.h"
#include "api/web/http_server.h"
#include "core/base/log.h"
#include "core/base/status.h"
#include "core/base/zone.h"
#include "core/event/catalogue.h"
#include "core/event/sentences/sentences.h"
#include "eventstore/log/event_log.h"
#include "eventstore/projections/access/access_rows.h"
#include "eventstore/projections/projections.h"

namespace constancia::api {
namespace {

constexpr unsigned kCertificateReloadSeconds = 60;
constexpr int kConcurrentCallsMax = 4'096;  // on one connection

std::shared_ptr<grpc::ServerCredentials> Credentials(const LedgerPaths& paths) {
  // New certificate files are taken up without a restart.
  const auto provider = std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      paths.server_key, paths.server, paths.authority, kCertificateReloadSeconds);
  grpc::experimental::TlsServerCredentialsOptions options(provider);
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return grpc::experimental::TlsServerCredentials(options);
}

// Reflection and health are switched on for the whole process.
void EnablePlugins(bool reflection) {
  grpc::EnableDefaultHealthCheckService(true);
  if (!reflection) return;
  static absl::once_flag once;
  absl::call_once(once, grpc::reflection::InitProtoReflectionServerBuilderPlugin);
}

std::string AddressText(const std::string& host, int port) {
  return absl::StrContains(host, ':') ? absl::StrCat("[", host, "]:", port)
                                      : absl::StrCat(host, ":", port);
}

// The path of a program that is installed in the folder of this one.
std::string BesideProgram(const std::string& name) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  return (self.parent_path() / name).string();
}

}  // namespace

// Members stand in the order in which they are made.
class Server::Impl {
 public:
  Impl(const ServerOptions& options, FolderLock lock, Settings settings, Zones zones,
       Counsel counsel, Ed25519Key signer)
      : clock_(options.clock),
        lock_(std::move(lock)),
        source_keys_(std::move(settings.source_keys)),
        settings_(std::move(settings)),
        access_(settings_.roles),
        zones_(std::move(zones)),
        counsel_(std::move(counsel)),
        signer_(std::move(signer)),
        random_(options.random),
        paths_(options.folder) {}

  ~Impl() { Shutdown(); }

  absl::Status Start() {
    RETURN_IF_ERROR(OpenLog());
    MakeServices();
    RETURN_IF_ERROR(StartExports());
    RETURN_IF_ERROR(StartTimers());
    RETURN_IF_ERROR(StartHttp());
    RETURN_IF_ERROR(StartGrpc());
    for (const auto& [id, chosen] : settings_.switches) {
      Log(LogLevel::kInfo, "switch set",
          {{"switch", id}, {"value", chosen.value}, {"by", chosen.place}});
    }
    Log(LogLevel::kInfo, "serving",
        {{"origin", log_->origin()}, {"grpc", grpc_address_}, {"http", http_address_}});
    return absl::OkStatus();
  }

  void Shutdown() {
    if (stopping_.exchange(true)) return stopped_.WaitForNotification();
    if (grpc_ != nullptr) {
      if (grpc_->GetHealthCheckService() != nullptr) {
        grpc_->GetHealthCheckService()->SetServingStatus(false);
      }
      for (const auto& adapter : adapters_) adapter->Drain();
      grpc_->Shutdown(absl::ToChronoTime(absl::Now() + kDrainMax));
    }
    exports_.reset();
    if (timers_thread_.joinable()) {
      timers_stop_.Notify();
      timers_thread_.join();
    }
    if (log_ != nullptr) log_->Close();
    if (http_ != nullptr) http_->Stop();
    Log(LogLevel::kInfo, "stopped");
    stopped_.Notify();
  }

  void Wait() { stopped_.WaitForNotification(); }

  const std::string& grpc_address() const { return grpc_address_; }
  const std::string& http_address() const { return http_address_; }

 private:
  absl::Status OpenLog() {
    eventstore::EventLog::Options options;
    options.folder = paths_.folder;
    options.signer = &signer_;
    ASSIGN_OR_RETURN(options.master_keys, LoadMasterKeys(paths_));
    options.clock = clock_;
    options.random = random_;
    options.projections = eventstore::InlineProjections();
    options.cache_bytes = size_t{settings_.cache_mib} << 20;
    ASSIGN_OR_RETURN(log_, eventstore::EventLog::Open(options));
    access_.Follow(log_.get(), clock_);
    return TakeUpSourceKeys();
  }

  // What was registered in the ledger stands beside the keys of the settings.
  absl::Status TakeUpSourceKeys() {
    const eventstore::StoredRows rows(log_.get(), eventstore::AccessRows::kName);
    ASSIGN_OR_RETURN(const auto keys, eventstore::ReadSourceKeys(rows));
    for (const eventstore::RegisteredKey& key : keys) {
      const auto public_key = PublicKey::From(key.public_key);
      if (!public_key.has_value() || source_keys_.Find(key.source, key.key_id).has_value())
        continue;
      RETURN_IF_ERROR(source_keys_.Register(key.source, *public_key));
    }
    return absl::OkStatus();
  }

  // A new service is one line in `adapters_`.
  void MakeServices() {
    gate_.emplace(log_.get(), &counsel_.packs, &zones_, clock_, random_);
    judge_contacts_.emplace(JudgeContacts::Uses{
        .log = log_.get(), .packs = &counsel_.packs, .zones = &zones_, .random = random_});
    judge_conduct_.emplace(log_.get(), &counsel_.packs, random_);
    record_.emplace(RecordEvents::Uses{.catalogue = &catalogue_,
                                       .zones = &zones_,
                                       .access = &access_,
                                       .source_keys = &source_keys_,
                                       .clock = clock_,
                                       .observer = &metrics_,
                                       .log = log_.get(),
                                       .contacts = &*judge_contacts_,
                                       .conduct = &*judge_conduct_});
    access_log_.emplace(AccessLog::Uses{.catalogue = &catalogue_,
                                        .access = &access_,
                                        .clock = clock_,
                                        .random = random_,
                                        .log = log_.get()});
    read_.emplace(ReadEvents::Uses{.catalogue = &catalogue_,
                                   .access = &access_,
                                   .access_log = &*access_log_,
                                   .log = log_.get()});
    prove_.emplace(ProveLedger::Uses{.access = &access_, .log = log_.get(), .read_policy = [this] {
                                       return ReadSmallFile(paths_.policy);
                                     }});
    ask_gate_.emplace(
        AskGate::Uses{.access = &access_, .gate = &*gate_, .log = log_.get(), .clock = clock_});
    complete_contact_.emplace(
        CompleteContact::Uses{.access = &access_, .record = &*record_, .log = log_.get()});
    read_contact_ledger_.emplace(ReadContactLedger::Uses{.access = &access_,
                                                         .access_log = &*access_log_,
                                                         .gate = &*gate_,
                                                         .packs = &counsel_.packs,
                                                         .log = log_.get(),
                                                         .clock = clock_});
    read_cases_.emplace(ReadCases::Uses{.access = &access_,
                                        .access_log = &*access_log_,
                                        .read_events = &*read_,
                                        .sentences = &sentences_,
                                        .log = log_.get()});
    case_desk_.emplace(CaseDesk::Uses{.catalogue = &catalogue_,
                                      .zones = &zones_,
                                      .clock = clock_,
                                      .random = random_,
                                      .log = log_.get()});
    transition_case_.emplace(TransitionCase::Uses{.access = &access_, .desk = &*case_desk_});
    keep_case_.emplace(KeepCase::Uses{.access = &access_, .desk = &*case_desk_});
    read_policy_.emplace(ReadPolicy::Uses{
        .access = &access_, .packs = &counsel_.packs, .texts = &counsel_.texts, .log = log_.get()});
    replay_policy_.emplace(
        ReplayPolicy::Uses{.access = &access_, .packs = &counsel_.packs, .log = log_.get()});
    manage_access_.emplace(ManageAccess::Uses{.catalogue = &catalogue_,
                                              .access = &access_,
                                              .source_keys = &source_keys_,
                                              .clock = clock_,
                                              .random = random_,
                                              .log = log_.get()});
    workers_.emplace(kWorkerThreads, kWorkerQueueMax);
    adapters_.push_back(MakeEventService(&*record_, &*read_, log_.get(), &*workers_));
    adapters_.push_back(MakeLedgerService(&*prove_, &*workers_));
    adapters_.push_back(
        MakeContactService(&*ask_gate_, &*complete_contact_, &*read_contact_ledger_, &*workers_));
    adapters_.push_back(
        MakeCaseService(&*read_cases_, &*transition_case_, &*keep_case_, &*workers_));
    adapters_.push_back(MakeAccessService(&*manage_access_, &*access_log_, &*workers_));
    adapters_.push_back(MakePolicyService(&*read_policy_, &*replay_policy_, &*workers_));
  }

  absl::Status StartExports() {
    ASSIGN_OR_RETURN(exports_, ExportJobs::Start({.log = log_.get(),
                                                  .catalogue = &catalogue_,
                                                  .access = &access_,
                                                  .signer = &signer_,
                                                  .clock = clock_,
                                                  .random = random_},
                                                 {.folder = paths_.exports,
                                                  .verifier = BesideProgram("constancia-verify"),
                                                  .policy = paths_.policy,
                                                  .organization = log_->tenant(),
                                                  .contact = ""}));
    adapters_.push_back(MakeExportService(exports_.get(), &*workers_));
    return absl::OkStatus();
  }

  // What fell due while the server was down is recorded before the doors open, so that nothing new
  // comes before it; from then on a thread of its own looks every second.
  absl::Status StartTimers() {
    if (!settings_.timers) return absl::OkStatus();
    timers_.emplace(RunTimers::Uses{.desk = &*case_desk_, .transition = &*transition_case_});
    RETURN_IF_ERROR(timers_->RunDue().status());
    timers_thread_ = std::thread([this] {
      while (!timers_stop_.WaitForNotificationWithTimeout(kTimersEvery)) {
        const auto run = timers_->RunDue();
        if (!run.ok())
          Log(LogLevel::kError, "timers stand still", {{"status", run.status().ToString()}});
      }
    });
    return absl::OkStatus();
  }

  absl::Status Ready() const {
    if (stopping_) return Error(error::v1::SHUTTING_DOWN, "the server is stopping");
    return log_->health();
  }

  std::string MetricsText() {
    const eventstore::LogReader& reader = log_->reader();
    const Position covered{reader.LatestCheckpoint().checkpoint.size};
    const auto waiting = reader.ReadLog(covered, 1);
    absl::Duration age;
    if (waiting.ok() && !waiting->empty()) {
      age = absl::Microseconds(clock_->Now().micros - waiting->front().header.recorded_at());
    }
    metrics_.SetCheckpointAge(std::max(age, absl::ZeroDuration()));
    return metrics_.Text();
  }

  absl::Status StartHttp() {
    ASSIGN_OR_RETURN(const ListenAddress address, ParseListenAddress(settings_.http_address));
    HttpServerOptions options{.address = address.host, .port = address.port};
    ASSIGN_OR_RETURN(options.certificate, ReadSmallFile(paths_.server));
    ASSIGN_OR_RETURN(options.key, ReadSecretFile(paths_.server_key));
    ASSIGN_OR_RETURN(options.authority, ReadSmallFile(paths_.authority));
    const Routes routes{.access = &access_,
                        .tenant = log_->tenant(),
                        .ready = [this] { return Ready(); },
                        .metrics = [this] { return MetricsText(); }};
    ASSIGN_OR_RETURN(http_, HttpServer::Start(options, [routes](const HttpRequest& request) {
                       return routes.Answer(request);
                     }));
    http_address_ = AddressText(address.host, http_->port());
    return absl::OkStatus();
  }

  absl::Status StartGrpc() {
    EnablePlugins(settings_.reflection);
    ASSIGN_OR_RETURN(const ListenAddress address, ParseListenAddress(settings_.grpc_address));
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort(settings_.grpc_address, Credentials(paths_), &port);
    builder.SetMaxReceiveMessageSize(kTransportBytesMax);
    builder.SetMaxSendMessageSize(kTransportBytesMax);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kConcurrentCallsMax);
    for (const auto& adapter : adapters_) builder.RegisterService(adapter->service());
    grpc_ = builder.BuildAndStart();
    if (grpc_ == nullptr || port == 0) {
      return Error(error::v1::SETUP_INVALID,
                   absl::StrCat("gRPC cannot listen on ", settings_.grpc_address,
                                "; is the port taken, or a file in tls/ unreadable?"));
    }
    for (const auto& adapter : adapters_) {
      grpc_->GetHealthCheckService()->SetServingStatus(std::string(adapter->name()), true);
    }
    grpc_address_ = AddressText(address.host, port);
    return absl::OkStatus();
  }

  Clock* const clock_;
  const FolderLock lock_;
  SourceKeys source_keys_;
  const Settings settings_;
  Access access_;
  const Zones zones_;
  const Counsel counsel_;
  const Ed25519Key signer_;
  Random* const random_;
  const LedgerPaths paths_;
  const Catalogue catalogue_;
  const Sentences sentences_;
  Metrics metrics_{CONSTANCIA_VERSION};
  std::unique_ptr<eventstore::EventLog> log_;
  std::optional<Gate> gate_;
  std::optional<JudgeContacts> judge_contacts_;
  std::optional<JudgeConduct> judge_conduct_;
  std::optional<RecordEvents> record_;
  std::optional<AccessLog> access_log_;
  std::optional<ManageAccess> manage_access_;
  std::optional<ReadEvents> read_;
  std::optional<ProveLedger> prove_;
  std::optional<AskGate> ask_gate_;
  std::optional<CompleteContact> complete_contact_;
  std::optional<ReadContactLedger> read_contact_ledger_;
  std::optional<ReadCases> read_cases_;
  std::optional<CaseDesk> case_desk_;
  std::optional<TransitionCase> transition_case_;
  std::optional<KeepCase> keep_case_;
  std::optional<ReadPolicy> read_policy_;
  std::optional<ReplayPolicy> replay_policy_;
  std::unique_ptr<ExportJobs> exports_;
  std::optional<RunTimers> timers_;
  std::thread timers_thread_;
  absl::Notification timers_stop_;
  std::optional<Workers> workers_;
  std::vector<std::unique_ptr<ServiceAdapter>> adapters_;
  std::unique_ptr<HttpServer> http_;
  std::unique_ptr<grpc::Server> grpc_;
  std::string grpc_address_;
  std::string http_address_;
  std::atomic<bool> stopping_ = false;
  absl::Notification stopped_;
};

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options) {
  const LedgerPaths paths(options.folder);
  ASSIGN_OR_RETURN(const std::string settings_text, ReadSmallFile(paths.settings));
  ASSIGN_OR_RETURN(Settings settings,
                   ReadSettings(settings_text, options.environment, options.flags));
  SetLogLevel(settings.log_level);
  ASSIGN_OR_RETURN(FolderLock lock, FolderLock::Take(options.folder));
  ASSIGN_OR_RETURN(Zones zones, Zones::Load());
  ASSIGN_OR_RETURN(Counsel counsel, LoadCounsel(settings));
  ASSIGN_OR_RETURN(Ed25519Key signer, LoadLedgerKey(paths));
  auto impl = std::make_unique<Impl>(options, std::move(lock), std::move(settings),
                                     std::move(zones), std::move(counsel), std::move(signer));
  RETURN_IF_ERROR(impl->Start());
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() = default;

void Server::Shutdown() { impl_->Shutdown(); }

void Server::Wait() { impl_->Wait(); }

const std::string& Server::grpc_address() const { return impl_->grpc_address(); }

const std::string& Server::http_address() const { return impl_->http_address(); }

}  // namespace constancia::api
