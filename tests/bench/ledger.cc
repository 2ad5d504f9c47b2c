#include "tests/bench/ledger.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "api/server/ledger_folder.h"
#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/v1/case_service.grpc.pb.h"
#include "constancia/v1/contact_service.grpc.pb.h"
#include "constancia/v1/event_service.grpc.pb.h"
#include "constancia/v1/export_service.grpc.pb.h"
#include "core/base/status.h"
#include "tests/bench/calls.h"

namespace constancia::bench {
namespace {

constexpr char kTenant[] = "bench";
constexpr char kParent[] = "tenants/bench";
constexpr size_t kConnections = 4;
constexpr uint64_t kEventsPerAppend = 64;
// The portfolio of Grow.
constexpr uint64_t kGrownFirst = 1'000'000;
constexpr uint64_t kGrownEvents = 100'000;
constexpr uint64_t kGrownDebtors = 2'000;

void SetNow(google::protobuf::Timestamp* timestamp) {
  const int64_t micros = absl::ToUnixMicros(absl::Now());
  timestamp->set_seconds(micros / kMicrosPerSecond);
  timestamp->set_nanos(static_cast<int32_t>(micros % kMicrosPerSecond) * 1000);
}

v1::EventDraft* AddDraft(v1::AppendEventsRequest* request,
                         const google::protobuf::Message& payload) {
  v1::EventDraft* draft = request->add_events();
  draft->mutable_payload()->PackFrom(payload);
  SetNow(draft->mutable_occurred_at());
  draft->set_zone("America/Santiago");
  draft->mutable_actor()->set_kind(ledger::v1::SYSTEM);
  draft->mutable_actor()->set_id("dialler");
  return draft;
}

// The `n`th contact: one of debtor `debtor` in `case_id`, `bytes` bytes of request.
void AddContact(uint64_t n, uint64_t debtor, const std::string& case_id, size_t bytes,
                v1::AppendEventsRequest* request) {
  constexpr size_t kAroundBytes = 200;  // what stands around the address
  event::v1::ContactAttempted contact;
  contact.set_channel(event::v1::CHANNEL_VOICE_CALL);
  contact.set_direction(event::v1::DIRECTION_OUTBOUND);
  contact.set_case_id(case_id);
  contact.set_party_id(absl::StrCat("P-", debtor));
  contact.set_party_role(event::v1::PARTY_ROLE_DEBTOR);
  contact.add_obligation_ids(absl::StrCat("O-", debtor));
  contact.set_address("+56 9 8765 4321");
  contact.mutable_address()->resize(bytes - kAroundBytes, '.');
  v1::EventDraft* draft = AddDraft(request, contact);
  draft->add_streams(absl::StrCat("case/", case_id));
  draft->add_streams(absl::StrCat("debtor/P-", debtor));
  draft->set_external_id(absl::StrCat("call-", n));
}

std::string CaseOf(uint64_t debtor) { return absl::StrCat("C-", debtor); }

void Begin(const std::string& request_id, v1::AppendEventsRequest* request) {
  request->Clear();
  request->set_parent(kParent);
  request->set_request_id(request_id);
}

// Spreads numbers that follow each other.
uint64_t Spread(uint64_t n) { return (n * 0x9E3779B97F4A7C15u) >> 16; }

void MakeAppend(uint64_t n, Ledger::Debtors debtors, size_t bytes,
                v1::AppendEventsRequest* request) {
  Begin(absl::StrCat("r-", n), request);
  const uint64_t debtor = debtors.first + Spread(n) % debtors.count;
  AddContact(n, debtor, CaseOf(debtor), bytes, request);
}

template <typename Service>
auto Stubs(const Channels& channels) {
  auto stubs = std::make_shared<std::vector<std::unique_ptr<typename Service::Stub>>>();
  for (const auto& channel : channels) stubs->push_back(Service::NewStub(channel));
  return stubs;
}

Operation AppendOperation(const Channels& channels, size_t slots,
                          std::function<void(v1::AppendEventsRequest*)> make) {
  auto stubs = Stubs<v1::EventService>(channels);
  return UnaryOperation<v1::AppendEventsRequest, v1::AppendEventsResponse>(
      slots, [make = std::move(make)](size_t, v1::AppendEventsRequest* request) { make(request); },
      [stubs](size_t slot, grpc::ClientContext* context, const v1::AppendEventsRequest* request,
              v1::AppendEventsResponse* response, std::function<void(grpc::Status)> done) {
        (*stubs)[slot % stubs->size()]->async()->AppendEvents(context, request, response,
                                                              std::move(done));
      });
}

std::string Refusal(const v1::StreamAppendResponse& response) {
  return response.has_error() ? response.error().message() : std::string();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Ledger>> Ledger::Start(const std::string& scratch) {
  std::unique_ptr<Ledger> ledger(new Ledger(scratch + "/ledger"));
  api::InitOptions init;
  init.folder = ledger->folder_;
  init.origin = "bench.example/constancia/ledger-1";
  init.tenant = kTenant;
  init.clock = &ledger->clock_;
  init.random = &ledger->random_;
  RETURN_IF_ERROR(api::InitLedger(init));
  RETURN_IF_ERROR(ledger->Run());
  return ledger;
}

Ledger::~Ledger() { Stop(); }

void Ledger::Stop() {
  channels_.clear();
  server_.reset();
}

absl::Status Ledger::Run() {
  api::ServerOptions options;
  options.folder = folder_;
  options.flags = {
      {"grpc_address", "127.0.0.1:0"}, {"http_address", "127.0.0.1:0"}, {"log_level", "error"}};
  options.clock = &clock_;
  options.random = &random_;
  ASSIGN_OR_RETURN(server_, api::Server::Start(options));
  channels_ = Connect(server_->grpc_address(), source_credentials(), kConnections);
  return absl::OkStatus();
}

absl::StatusOr<absl::Duration> Ledger::Restart() {
  Stop();
  const absl::Time began = absl::Now();
  RETURN_IF_ERROR(Run());
  return absl::Now() - began;
}

std::string Ledger::Read(const std::string& name) const {
  std::ifstream in(folder_ + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::shared_ptr<grpc::ServerCredentials> Ledger::server_credentials() const {
  grpc::SslServerCredentialsOptions options(
      GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = Read("tls/ca.pem");
  options.pem_key_cert_pairs.push_back({Read("secrets/server.key"), Read("tls/server.pem")});
  return grpc::SslServerCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> Ledger::source_credentials() const {
  return grpc::SslCredentials(
      {Read("tls/ca.pem"), Read("tls/sample-source.key"), Read("tls/sample-source.pem")});
}

std::shared_ptr<grpc::ChannelCredentials> Ledger::operator_credentials() const {
  return grpc::SslCredentials(
      {Read("tls/ca.pem"), Read("tls/operator.key"), Read("tls/operator.pem")});
}

Measured Ledger::AppendUnary(size_t bytes, size_t slots, Debtors debtors, absl::Duration warm_up,
                             absl::Duration duration) {
  std::atomic<uint64_t> n{next_};
  Measured measured =
      RunClosed(slots, warm_up, duration,
                AppendOperation(channels_, slots, [&](v1::AppendEventsRequest* request) {
                  MakeAppend(n.fetch_add(1), debtors, bytes, request);
                }));
  next_ = n.load();
  return measured;
}

Measured Ledger::AppendOpen(size_t bytes, double rate, absl::Duration warm_up,
                            absl::Duration duration) {
  constexpr size_t kSlots = 4'096;
  std::atomic<uint64_t> n{next_};
  Measured measured =
      RunOpen(rate, kSlots, warm_up, duration,
              AppendOperation(channels_, kSlots, [&](v1::AppendEventsRequest* request) {
                MakeAppend(n.fetch_add(1), kUsual, bytes, request);
              }));
  next_ = n.load();
  return measured;
}

Measured Ledger::Publish(double rate, absl::Duration duration) {
  constexpr size_t kSlots = 4'096;
  std::atomic<uint64_t> n{next_};
  Measured measured =
      RunOpen(rate, kSlots, absl::Seconds(1), duration,
              AppendOperation(channels_, kSlots, [&](v1::AppendEventsRequest* request) {
                MakeAppend(n.fetch_add(1), kUsual, 512, request);
                request->set_wait(v1::PUBLISHED);
              }));
  next_ = n.load();
  return measured;
}

Measured Ledger::AppendStream(size_t bytes, size_t window, absl::Duration warm_up,
                              absl::Duration duration) {
  std::atomic<uint64_t> n{next_};
  auto stubs = Stubs<v1::EventService>(channels_);
  Measured measured = RunStreams<v1::AppendEventsRequest, v1::StreamAppendResponse>(
      channels_.size(), window, warm_up, duration,
      [&](v1::AppendEventsRequest* request) {
        MakeAppend(n.fetch_add(1), kUsual, bytes, request);
        return true;
      },
      Refusal,
      [&](size_t i, FullStream<v1::AppendEventsRequest, v1::StreamAppendResponse>* stream) {
        (*stubs)[i]->async()->StreamAppend(stream->context(), stream);
      });
  next_ = n.load();
  return measured;
}

absl::Status Ledger::OpenCases(uint64_t cases) {
  const auto stub = v1::EventService::NewStub(channels_.front());
  for (uint64_t first = 0; first < cases; first += 64) {
    v1::AppendEventsRequest request;
    request.set_parent(kParent);
    request.set_request_id(absl::StrCat("open-", first));
    for (uint64_t i = first; i < std::min(cases, first + 64); ++i) {
      event::v1::CaseOpened opened;
      opened.set_case_id(absl::StrCat("R-", i));
      opened.set_party_id(absl::StrCat("RP-", i));
      opened.set_party_role(event::v1::PARTY_ROLE_DEBTOR);
      opened.add_obligation_ids(absl::StrCat("RO-", i));
      opened.set_creditor_id("BANK");
      opened.set_zone("America/Santiago");
      opened.add_regimes("CL");
      v1::EventDraft* draft = AddDraft(&request, opened);
      draft->add_streams(absl::StrCat("case/R-", i));
      draft->add_streams(absl::StrCat("debtor/RP-", i));
    }
    grpc::ClientContext context;
    v1::AppendEventsResponse response;
    RETURN_IF_ERROR(ToAbslStatus(stub->AppendEvents(&context, request, &response)));
  }
  cases_ = cases;
  return absl::OkStatus();
}

Measured Ledger::Reserve(size_t slots, absl::Duration warm_up, absl::Duration duration) {
  std::atomic<uint64_t> n{0};
  auto stubs = Stubs<v1::ContactService>(channels_);
  return RunClosed(
      slots, warm_up, duration,
      UnaryOperation<v1::ReserveContactRequest, v1::ReserveContactResponse>(
          slots,
          [&, cases = cases_](size_t, v1::ReserveContactRequest* request) {
            const uint64_t i = n.fetch_add(1);
            request->set_parent(kParent);
            request->set_request_id(absl::StrCat("reserve-", i));
            request->mutable_contact()->set_case_id(absl::StrCat("R-", i % cases));
            request->mutable_contact()->set_channel(event::v1::CHANNEL_LETTER_POSTAL);
            request->mutable_actor()->set_kind(ledger::v1::SYSTEM);
            request->mutable_actor()->set_id("dialler");
          },
          [stubs](size_t slot, grpc::ClientContext* context,
                  const v1::ReserveContactRequest* request, v1::ReserveContactResponse* response,
                  std::function<void(grpc::Status)> done) {
            (*stubs)[slot % stubs->size()]->async()->ReserveContact(context, request, response,
                                                                    std::move(done));
          }));
}

Measured Ledger::Check(size_t slots, absl::Duration warm_up, absl::Duration duration) {
  std::atomic<uint64_t> n{0};
  auto stubs = Stubs<v1::ContactService>(channels_);
  return RunClosed(
      slots, warm_up, duration,
      UnaryOperation<v1::CheckContactRequest, v1::CheckContactResponse>(
          slots,
          [&, cases = cases_](size_t, v1::CheckContactRequest* request) {
            request->set_parent(kParent);
            request->mutable_contact()->set_case_id(absl::StrCat("R-", n.fetch_add(1) % cases));
            request->mutable_contact()->set_channel(event::v1::CHANNEL_LETTER_POSTAL);
          },
          [stubs](size_t slot, grpc::ClientContext* context, const v1::CheckContactRequest* request,
                  v1::CheckContactResponse* response, std::function<void(grpc::Status)> done) {
            (*stubs)[slot % stubs->size()]->async()->CheckContact(context, request, response,
                                                                  std::move(done));
          }));
}

Measured Ledger::ReadTimeline(size_t slots, Debtors debtors, uint32_t page_size,
                              absl::Duration warm_up, absl::Duration duration) {
  std::atomic<uint64_t> n{0};
  auto stubs = Stubs<v1::CaseService>(
      Connect(server_->grpc_address(), operator_credentials(), kConnections));
  return RunClosed(
      slots, warm_up, duration,
      UnaryOperation<v1::GetTimelineRequest, v1::GetTimelineResponse>(
          slots,
          [&](size_t, v1::GetTimelineRequest* request) {
            request->set_parent(kParent);
            request->set_case_id(CaseOf(debtors.first + Spread(n.fetch_add(1)) % debtors.count));
            request->set_page_size(page_size);
          },
          [stubs](size_t slot, grpc::ClientContext* context, const v1::GetTimelineRequest* request,
                  v1::GetTimelineResponse* response, std::function<void(grpc::Status)> done) {
            (*stubs)[slot % stubs->size()]->async()->GetTimeline(context, request, response,
                                                                 std::move(done));
          }));
}

absl::Status Ledger::AppendAll(
    uint64_t count, const std::function<void(uint64_t, v1::AppendEventsRequest*)>& make) {
  constexpr size_t kWindow = 16;
  std::atomic<uint64_t> n{0};
  auto stubs = Stubs<v1::EventService>(channels_);
  const Measured measured = RunStreams<v1::AppendEventsRequest, v1::StreamAppendResponse>(
      channels_.size(), kWindow, absl::ZeroDuration(), absl::InfiniteDuration(),
      [&](v1::AppendEventsRequest* request) {
        const uint64_t i = n.fetch_add(1);
        if (i < count) make(i, request);
        return i < count;
      },
      Refusal,
      [&](size_t i, FullStream<v1::AppendEventsRequest, v1::StreamAppendResponse>* stream) {
        (*stubs)[i]->async()->StreamAppend(stream->context(), stream);
      });
  return measured.failures == 0 ? absl::OkStatus() : absl::InternalError(measured.first_failure);
}

absl::Status Ledger::Grow(uint64_t from, uint64_t to, size_t bytes) {
  const uint64_t appends = (to - from + kEventsPerAppend - 1) / kEventsPerAppend;
  return AppendAll(appends, [&](uint64_t i, v1::AppendEventsRequest* request) {
    const uint64_t begin = from + i * kEventsPerAppend;
    Begin(absl::StrCat("g-", begin), request);
    for (uint64_t n = begin; n < std::min(to, begin + kEventsPerAppend); ++n) {
      const uint64_t debtor = kGrownFirst + n / kGrownEvents * kGrownDebtors + n % kGrownDebtors;
      AddContact(kGrownFirst + n, debtor, CaseOf(debtor), bytes, request);
      request->mutable_events()->rbegin()->set_external_id(absl::StrCat("grown-", n));
    }
  });
}

Ledger::Debtors Ledger::GrownTo(uint64_t events) {
  return {kGrownFirst, std::max<uint64_t>(1, events / kGrownEvents) * kGrownDebtors};
}

absl::StatusOr<Ledger::Bundle> Ledger::ExportCase(uint64_t events, size_t bytes) {
  constexpr char kCase[] = "EXPORTED";
  constexpr uint64_t kParties = 500;
  RETURN_IF_ERROR(AppendAll(
      (events + kEventsPerAppend - 1) / kEventsPerAppend,
      [&](uint64_t i, v1::AppendEventsRequest* request) {
        const uint64_t begin = i * kEventsPerAppend;
        Begin(absl::StrCat("e-", begin), request);
        for (uint64_t n = begin; n < std::min(events, begin + kEventsPerAppend); ++n) {
          AddContact(n, kGrownFirst - 1 - n % kParties, kCase, bytes, request);
          request->mutable_events()->rbegin()->set_external_id(absl::StrCat("exported-", n));
        }
      }));

  const auto stub = v1::ExportService::NewStub(
      Connect(server_->grpc_address(), operator_credentials(), 1).front());
  const absl::Time began = absl::Now();
  v1::CreateExportRequest create;
  create.set_parent(kParent);
  create.set_request_id("bench");
  create.set_kind(v1::REGULATOR);
  create.set_case_id(kCase);
  create.set_purpose("bench");
  create.set_recipient("BENCH");
  create.set_open_personal(true);
  v1::Export state;
  {
    grpc::ClientContext context;
    RETURN_IF_ERROR(ToAbslStatus(stub->CreateExport(&context, create, &state)));
  }
  v1::GetExportRequest get;
  get.set_parent(kParent);
  get.set_export_id(state.export_id());
  while (state.state() == v1::Export::BUILDING) {
    absl::SleepFor(absl::Milliseconds(5));
    grpc::ClientContext context;
    RETURN_IF_ERROR(ToAbslStatus(stub->GetExport(&context, get, &state)));
  }
  if (state.state() != v1::Export::READY) return absl::InternalError(state.failure());
  return Bundle{.path = absl::StrCat(folder_, "/exports/", state.export_id(), ".zip"),
                .events = state.events(),
                .took = absl::Now() - began};
}

}  // namespace constancia::bench
