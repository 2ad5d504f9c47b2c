// The whole door over loopback: real certificates, real ports, real stores.

#include "api/server/server.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "api/commands/limits.h"
#include "api/commands/messages.h"
#include "api/server/files.h"
#include "api/server/ledger_folder.h"
#include "api/service/reason_words.h"
#include "constancia/event/v1/access.pb.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/v1/event_service.grpc.pb.h"
#include "constancia/v1/ledger_service.grpc.pb.h"
#include "core/base/status.h"
#include "core/crypto/system_random.h"
#include "core/crypto/x509.h"
#include "eventstore/proof/completeness.h"
#include "eventstore/proof/group_seal.h"
#include "eventstore/proof/merkle.h"
#include "eventstore/proof/tlog_proof.h"
#include "eventstore/proof/witness_policy.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/error_info.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

using grpc::StatusCode;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kTenant[] = "t-1";
constexpr char kParent[] = "tenants/t-1";
constexpr char kOrigin[] = "test.example/ledger";

std::string ReasonIn(const google::rpc::Status& status) {
  google::rpc::ErrorInfo info;
  for (const google::protobuf::Any& detail : status.details()) {
    if (detail.UnpackTo(&info))
      return info.domain() == "constancia" ? info.reason() : info.domain();
  }
  return "";
}

google::rpc::Status Details(const grpc::Status& status) {
  google::rpc::Status details;
  details.ParseFromString(status.error_details());
  return details;
}

std::string ReasonIn(const grpc::Status& status) { return ReasonIn(Details(status)); }

std::string FieldIn(const grpc::Status& status) {
  const google::rpc::Status details = Details(status);
  google::rpc::BadRequest bad;
  for (const google::protobuf::Any& detail : details.details()) {
    if (detail.UnpackTo(&bad)) return bad.field_violations(0).field();
  }
  return "";
}

class ServerTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = absl::StrCat(testing::TempDir(), "server_",
                           testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    ASSERT_TRUE(InitLedger(Init(folder_)).ok());
    Restart();
  }

  void TearDown() override {
    server_.reset();
    std::filesystem::remove_all(folder_);
  }

  InitOptions Init(const std::string& folder) {
    return {.folder = folder,
            .origin = kOrigin,
            .tenant = kTenant,
            .hosts = {},
            .clock = &clock_,
            .random = &random_};
  }

  ServerOptions Options() {
    return {.folder = folder_,
            .flags = {{"grpc_address", "127.0.0.1:0"}, {"http_address", "127.0.0.1:0"}},
            .environment = {},
            .clock = &clock_,
            .random = &random_};
  }

  void Restart() {
    server_.reset();
    auto server = Server::Start(Options());
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  // A channel of its own, with the certificate tls/<name>.pem; without one when `name` is empty.
  std::shared_ptr<grpc::Channel> Channel(const std::string& name) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = *ReadSmallFile(folder_ + "/tls/ca.pem");
    if (!name.empty()) {
      options.pem_cert_chain = *ReadSmallFile(absl::StrCat(folder_, "/tls/", name, ".pem"));
      options.pem_private_key = *ReadSmallFile(absl::StrCat(folder_, "/tls/", name, ".key"));
    }
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(server_->grpc_address(), grpc::SslCredentials(options),
                                     arguments);
  }

  std::unique_ptr<v1::EventService::Stub> Events(const std::string& name = "sample-source") {
    return v1::EventService::NewStub(Channel(name));
  }

  v1::AppendEventsRequest Request(const std::string& request_id) {
    v1::AppendEventsRequest request;
    request.set_parent(kParent);
    request.set_request_id(request_id);
    v1::EventDraft* draft = request.add_events();
    event::v1::ContactAttempted attempt;
    attempt.set_channel(event::v1::CHANNEL_VOICE_CALL);
    attempt.set_case_id("C-17");
    attempt.set_party_id("P-9");
    attempt.set_address("+56 9 8765 4321");
    draft->mutable_payload()->PackFrom(attempt);
    SetTimestamp(clock_.Now(), draft->mutable_occurred_at());
    draft->set_zone("America/Santiago");
    draft->mutable_actor()->set_kind(ledger::v1::PERSON);
    draft->mutable_actor()->set_id("A-4");
    draft->add_streams("case/C-17");
    draft->add_streams("debtor/P-9");
    return request;
  }

  static grpc::Status Append(v1::EventService::Stub& stub, const v1::AppendEventsRequest& request,
                             v1::AppendEventsResponse* response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    return stub.AppendEvents(&context, request, response);
  }

  static grpc::Status List(v1::EventService::Stub& stub, const v1::ListEventsRequest& request,
                           v1::ListEventsResponse* response) {
    grpc::ClientContext context;
    return stub.ListEvents(&context, request, response);
  }

  // Number of events of the sample source.
  int Stored(v1::EventService::Stub& stub) {
    v1::ListEventsRequest request;
    request.set_parent(kParent);
    v1::ListEventsResponse response;
    EXPECT_TRUE(List(stub, request, &response).ok());
    return response.events_size();
  }

  SystemClock clock_;
  SystemRandom random_;
  std::string folder_;
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, InitMakesSecretsThatOnlyTheOwnerReads) {
  struct stat about {};
  for (const char* secret : {"secrets/ledger.pem", "secrets/master-1.key", "secrets/ca.key",
                             "secrets/server.key", "tls/operator.key", "tls/sample-source.key"}) {
    ASSERT_EQ(stat((folder_ + "/" + secret).c_str(), &about), 0) << secret;
    EXPECT_EQ(about.st_mode & 0777, 0600u) << secret;
  }
  ASSERT_EQ(stat((folder_ + "/secrets").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0700u);
  EXPECT_THAT(*UriNamesOfPem(*ReadSmallFile(folder_ + "/tls/sample-source.pem")),
              ElementsAre("spiffe://constancia/t-1/source/sample-source"));
}

TEST_F(ServerTest, InitRefusesAFolderThatIsNotEmptyAndNamesOfNoUse) {
  EXPECT_EQ(ReasonOf(InitLedger(Init(folder_))), error::v1::SETUP_INVALID);
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/policy.txt"));
  InitOptions bad = Init(folder_ + "_bad");
  bad.origin = "two words";
  EXPECT_EQ(ReasonOf(InitLedger(bad)), error::v1::SETUP_INVALID);
  bad.origin = kOrigin;
  bad.tenant = "a/b";
  EXPECT_EQ(ReasonOf(InitLedger(bad)), error::v1::SETUP_INVALID);
  EXPECT_FALSE(std::filesystem::exists(folder_ + "_bad"));
}

TEST_F(ServerTest, OneProcessWorksWithALedger) {
  EXPECT_EQ(ReasonOf(Server::Start(Options()).status()), error::v1::SETUP_INVALID);
}

TEST_F(ServerTest, RefusesASecretThatOthersMayRead) {
  server_.reset();
  ASSERT_EQ(chmod((folder_ + "/secrets/master-1.key").c_str(), 0644), 0);
  const auto refused = Server::Start(Options());
  EXPECT_EQ(ReasonOf(refused.status()), error::v1::SETUP_INVALID);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("0600"));
}

TEST_F(ServerTest, NobodyComesInWithoutACertificate) {
  v1::AppendEventsResponse response;
  EXPECT_EQ(Append(*Events(""), Request("r-1"), &response).error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(Stored(*Events()), 0);
}

TEST_F(ServerTest, ACertificateThatNamesNobodyIsUnauthenticated) {
  const LedgerPaths paths(folder_);
  const Credential authority{.key_pem = *ReadSmallFile(paths.authority_key),
                             .certificate_pem = *ReadSmallFile(paths.authority)};
  const Credential nobody = *IssueCertificate(
      authority, {.common_name = "sample-source", .uris = {"https://a/b"}}, clock_.Now(), 1);
  ASSERT_TRUE(WriteNewFile(folder_ + "/tls/nobody.pem", nobody.certificate_pem, 0600).ok());
  ASSERT_TRUE(WriteNewFile(folder_ + "/tls/nobody.key", nobody.key_pem, 0600).ok());
  v1::AppendEventsResponse response;
  const grpc::Status status = Append(*Events("nobody"), Request("r-1"), &response);
  EXPECT_EQ(status.error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(ReasonIn(status), "CALLER_UNKNOWN");
}

TEST_F(ServerTest, AnotherTenantIsRefused) {
  const auto stub = Events();
  v1::AppendEventsRequest request = Request("r-1");
  request.set_parent("tenants/t-2");
  v1::AppendEventsResponse response;
  grpc::Status status = Append(*stub, request, &response);
  EXPECT_EQ(status.error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(ReasonIn(status), "WRONG_TENANT");

  ASSERT_TRUE(IssueCaller(folder_, {.kind = CallerKind::kSource, .tenant = "t-2", .id = "other"},
                          "other", clock_)
                  .ok());
  status = Append(*Events("other"), Request("r-1"), &response);
  EXPECT_EQ(ReasonIn(status), "WRONG_TENANT");
  EXPECT_EQ(Stored(*stub), 0);
}

TEST_F(ServerTest, BadInputHasAReasonAndAFieldAndTheConnectionGoesOn) {
  const std::shared_ptr<grpc::Channel> channel = Channel("sample-source");
  const auto stub = v1::EventService::NewStub(channel);
  const auto send_raw = [&channel](const std::string& bytes) {
    grpc::GenericStub raw(channel);
    grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    grpc::ClientContext context;
    absl::Notification done;
    grpc::Status status;
    raw.UnaryCall(&context, "/constancia.v1.EventService/AppendEvents", {}, &request, &response,
                  [&](grpc::Status answered) {
                    status = std::move(answered);
                    done.Notify();
                  });
    done.WaitForNotification();
    return status;
  };
  grpc::Status status = send_raw("\xff\xff\xff\xff");
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonIn(status), "SCHEMA_INVALID");
  status = send_raw(std::string(kMessageBytesMax + 1, '\n'));
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonIn(status), "EVENT_TOO_LARGE");

  v1::AppendEventsResponse response;
  v1::AppendEventsRequest request = Request("r-1");
  request.mutable_events(0)->mutable_payload()->set_type_url("type.googleapis.com/no.Such");
  status = Append(*stub, request, &response);
  EXPECT_EQ(ReasonIn(status), "TYPE_UNKNOWN");
  EXPECT_EQ(FieldIn(status), "events[0].payload.type_url");
  request = Request("r-1");
  request.mutable_events(0)->clear_actor();
  status = Append(*stub, request, &response);
  EXPECT_EQ(ReasonIn(status), "ACTOR_REQUIRED");
  EXPECT_EQ(FieldIn(status), "events[0].actor.kind");
  request = Request("r-1");
  request.mutable_events(0)->mutable_occurred_at()->set_seconds(32'503'680'000);
  status = Append(*stub, request, &response);
  EXPECT_EQ(ReasonIn(status), "SOURCE_CLOCK_SKEW");
  request = Request("r-1");
  request.mutable_events(0)->set_streams(1, "debtor/12345678-5");
  status = Append(*stub, request, &response);
  EXPECT_EQ(ReasonIn(status), "PERSONAL_DATA_MISPLACED");
  EXPECT_EQ(FieldIn(status), "events[0].streams[1]");

  EXPECT_EQ(Stored(*stub), 0);
  EXPECT_TRUE(Append(*stub, Request("r-1"), &response).ok());
  EXPECT_EQ(Stored(*stub), 1);
}

TEST_F(ServerTest, AReceiptProvesItselfAtOnceAndInTheLogSoonAfter) {
  const auto stub = Events();
  v1::AppendEventsRequest request = Request("r-1");
  request.set_wait(v1::PUBLISHED);
  v1::AppendEventsResponse response;
  const grpc::Status status = Append(*stub, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  const v1::Receipt& receipt = response.receipts(0);
  const auto policy = eventstore::WitnessPolicy::Parse(*ReadSmallFile(LedgerPaths(folder_).policy));
  ASSERT_TRUE(policy.ok()) << policy.status();

  v1::GetEventRequest get;
  get.set_parent(kParent);
  get.set_event_id(receipt.event_id());
  v1::Event event;
  grpc::ClientContext get_context;
  ASSERT_TRUE(stub->GetEvent(&get_context, get, &event).ok());
  EXPECT_EQ(event.position(), receipt.position());
  EXPECT_THAT(event.streams(), ElementsAre("case/C-17", "debtor/P-9", "source/sample-source"));
  EXPECT_EQ(event.personal(), v1::PERSONAL_PART_WITHHELD);
  EXPECT_EQ(event.seal().SerializeAsString(), receipt.seal().SerializeAsString());
  const Hash leaf_hash = eventstore::LeafHash(event.leaf());
  EXPECT_EQ(leaf_hash.str(), receipt.leaf_hash());

  eventstore::Seal seal;
  seal.first = receipt.seal().first();
  seal.count = receipt.seal().count();
  for (const std::string& hash : receipt.seal().path()) seal.path.push_back(*Hash::From(hash));
  const auto keys = policy->LogKeys(kOrigin, receipt.position() + 1);
  ASSERT_EQ(keys.size(), 1u);
  seal.key_id = keys[0].id();
  EXPECT_EQ(std::string(seal.key_id.view()), receipt.seal().key_id());
  seal.signature = *Signature::From(receipt.seal().signature());
  EXPECT_TRUE(eventstore::VerifySeal(seal, receipt.position(), leaf_hash, keys[0]).ok());

  const auto ledger = v1::LedgerService::NewStub(Channel("sample-source"));
  v1::GetInclusionProofRequest ask;
  ask.set_parent(kParent);
  ask.set_position(receipt.position());
  v1::InclusionProof proof;
  grpc::ClientContext proof_context;
  ASSERT_TRUE(ledger->GetInclusionProof(&proof_context, ask, &proof).ok());
  const auto file = eventstore::ParseTlogProof(proof.file());
  ASSERT_TRUE(file.ok());
  EXPECT_TRUE(eventstore::VerifyTlogProof(*file, leaf_hash, *policy).ok());

  v1::GetCompletenessProofRequest of_case;
  of_case.set_parent(kParent);
  of_case.set_stream("case/C-17");
  v1::CompletenessProof complete;
  grpc::ClientContext complete_context;
  ASSERT_TRUE(ledger->GetCompletenessProof(&complete_context, of_case, &complete).ok());
  EXPECT_EQ(complete.count(), 1u);
  const auto parsed = eventstore::ParseCompleteness(complete.file());
  ASSERT_TRUE(parsed.ok());
  const auto accepted = policy->Accept(parsed->checkpoint);
  ASSERT_TRUE(accepted.ok());
  EXPECT_TRUE(
      eventstore::VerifyCompleteness(*parsed, accepted->checkpoint, std::vector<Hash>{leaf_hash})
          .ok());

  v1::GetAuditFeedRequest audit;
  audit.set_parent(kParent);
  grpc::ClientContext feed_context;
  const auto feed = ledger->GetAuditFeed(&feed_context, audit);
  std::string lines;
  for (v1::AuditFeedChunk chunk; feed->Read(&chunk);) lines += chunk.lines();
  EXPECT_TRUE(feed->Finish().ok());
  EXPECT_EQ(static_cast<uint64_t>(std::count(lines.begin(), lines.end(), '\n')),
            proof.checkpoint().size());
}

TEST_F(ServerTest, ARepeatedRequestGetsTheFirstReceiptAlsoAfterARestart) {
  v1::AppendEventsResponse first;
  const v1::AppendEventsRequest request = Request("r-1");
  ASSERT_TRUE(Append(*Events(), request, &first).ok());
  Restart();
  v1::AppendEventsResponse second;
  ASSERT_TRUE(Append(*Events(), request, &second).ok());
  EXPECT_EQ(second.SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(Stored(*Events()), 1);
}

TEST_F(ServerTest, AStreamAnswersEveryItemInOrderAndSurvivesABadOne) {
  const auto stub = Events();
  grpc::ClientContext context;
  const auto call = stub->StreamAppend(&context);
  constexpr int kItems = 600;  // more than may be unanswered
  constexpr int kBad = 300;
  std::thread writer([&] {
    for (int i = 0; i < kItems; ++i) {
      v1::AppendEventsRequest request = Request(absl::StrCat("s-", i));
      if (i == kBad) request.mutable_events(0)->clear_zone();
      call->Write(request);
    }
    call->WritesDone();
  });
  v1::StreamAppendResponse response;
  uint64_t last = 0;
  int answered = 0;
  for (; call->Read(&response); ++answered) {
    if (answered == kBad) {
      EXPECT_EQ(ReasonIn(response.error()), "SCHEMA_INVALID");
      continue;
    }
    ASSERT_TRUE(response.has_appended()) << response.error().message();
    EXPECT_GT(response.appended().receipts(0).position(), last);
    last = response.appended().receipts(0).position();
  }
  writer.join();
  EXPECT_EQ(answered, kItems);
  EXPECT_TRUE(call->Finish().ok());
}

// The text of an error in the language in which it was asked for: "es: ...".
std::string WordsIn(const google::rpc::Status& status) {
  google::rpc::LocalizedMessage words;
  for (const google::protobuf::Any& detail : status.details()) {
    if (detail.UnpackTo(&words)) return absl::StrCat(words.locale(), ": ", words.message());
  }
  return "";
}

TEST_F(ServerTest, StreamsAnswerErrorsInTheLanguageOfTheCaller) {
  const auto stub = Events();
  grpc::ClientContext context;
  context.AddMetadata("accept-language", "pt-BR, en;q=0.5");
  const auto call = stub->StreamAppend(&context);
  v1::AppendEventsRequest bad = Request("s-1");
  bad.mutable_events(0)->clear_zone();
  ASSERT_TRUE(call->Write(bad));
  v1::StreamAppendResponse response;
  ASSERT_TRUE(call->Read(&response));
  EXPECT_EQ(
      WordsIn(response.error()),
      absl::StrCat("pt: ", ToAbsl(WordsOf(error::v1::SCHEMA_INVALID, Language::kPortuguese))));
  call->WritesDone();
  EXPECT_TRUE(call->Finish().ok());

  const auto watch = [&](const char* language) {
    grpc::ClientContext watching;
    watching.AddMetadata("accept-language", language);
    v1::WatchEventsRequest request;
    request.set_parent("tenants/other");
    v1::WatchEventsResponse news;
    return WordsIn(Details(stub->WatchEvents(&watching, request)->Finish()));
  };
  EXPECT_EQ(watch("es"),
            absl::StrCat("es: ", ToAbsl(WordsOf(error::v1::WRONG_TENANT, Language::kSpanish))));
  EXPECT_THAT(watch("en"), testing::StartsWith("en: "));

  const auto ledger = v1::LedgerService::NewStub(Channel("operator"));
  grpc::ClientContext feeding;
  feeding.AddMetadata("accept-language", "es");
  v1::GetAuditFeedRequest feed;
  feed.set_parent("tenants/other");
  EXPECT_EQ(WordsIn(Details(ledger->GetAuditFeed(&feeding, feed)->Finish())),
            absl::StrCat("es: ", ToAbsl(WordsOf(error::v1::WRONG_TENANT, Language::kSpanish))));
}

TEST_F(ServerTest, AStoppingServerAnswersWhatItTookAndTheLedgerOpensAgain) {
  const auto stub = Events();
  grpc::ClientContext append_context;
  const auto call = stub->StreamAppend(&append_context);
  ASSERT_TRUE(call->Write(Request("s-1")));
  v1::StreamAppendResponse response;
  ASSERT_TRUE(call->Read(&response));
  grpc::ClientContext watch_context;
  v1::WatchEventsRequest watch;
  watch.set_parent(kParent);
  const auto watching = stub->WatchEvents(&watch_context, watch);
  v1::WatchEventsResponse news;
  ASSERT_TRUE(watching->Read(&news));

  server_->Shutdown();
  while (watching->Read(&news)) {
  }
  EXPECT_EQ(ReasonIn(watching->Finish()), "SHUTTING_DOWN");
  EXPECT_FALSE(call->Read(&response));
  EXPECT_EQ(ReasonIn(call->Finish()), "SHUTTING_DOWN");
  Restart();
  EXPECT_EQ(Stored(*Events()), 1);
}

TEST_F(ServerTest, AWatcherSeesWhatCameAndWhatComesAndResumes) {
  const auto stub = Events();
  v1::AppendEventsResponse first;
  ASSERT_TRUE(Append(*stub, Request("r-1"), &first).ok());
  grpc::ClientContext context;
  v1::WatchEventsRequest watch;
  watch.set_parent(kParent);
  watch.set_stream("case/C-17");
  const auto watching = stub->WatchEvents(&context, watch);
  v1::WatchEventsResponse news;
  ASSERT_TRUE(watching->Read(&news));
  EXPECT_EQ(news.event().position(), first.receipts(0).position());
  v1::AppendEventsResponse second;
  ASSERT_TRUE(Append(*stub, Request("r-2"), &second).ok());
  ASSERT_TRUE(watching->Read(&news));
  EXPECT_EQ(news.event().position(), second.receipts(0).position());
  context.TryCancel();
  EXPECT_EQ(watching->Finish().error_code(), StatusCode::CANCELLED);

  grpc::ClientContext again;
  watch.set_from_position(first.receipts(0).position() + 1);
  const auto resumed = stub->WatchEvents(&again, watch);
  ASSERT_TRUE(resumed->Read(&news));
  EXPECT_EQ(news.event().position(), second.receipts(0).position());
  again.TryCancel();
  resumed->Finish();
}

TEST_F(ServerTest, PagesHoldEveryEventOnce) {
  const auto stub = Events();
  v1::AppendEventsResponse appended;
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(Append(*stub, Request(absl::StrCat("r-", i)), &appended).ok());
  }
  const auto operators = Events("operator");
  for (const std::string stream : {"", "case/C-17"}) {
    v1::ListEventsRequest request;
    request.set_parent(kParent);
    request.set_stream(stream);
    request.set_page_size(2);
    request.add_types("constancia.event.v1.ContactAttempted");
    std::vector<std::string> ids;
    do {
      v1::ListEventsResponse page;
      const grpc::Status status = List(*operators, request, &page);
      ASSERT_TRUE(status.ok()) << status.error_message();
      for (const v1::Event& event : page.events()) ids.push_back(event.event_id());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    EXPECT_EQ(ids.size(), 5u) << stream;
    EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 5u);
  }
  v1::ListEventsRequest bad;
  bad.set_parent(kParent);
  bad.set_page_token("yesterday");
  v1::ListEventsResponse page;
  EXPECT_EQ(FieldIn(List(*stub, bad, &page)), "page_token");
}

TEST_F(ServerTest, ASourceSeesItsOwnEventsOnly) {
  v1::AppendEventsResponse appended;
  ASSERT_TRUE(Append(*Events(), Request("r-1"), &appended).ok());
  ASSERT_TRUE(IssueCaller(folder_, {.kind = CallerKind::kSource, .tenant = kTenant, .id = "other"},
                          "other", clock_)
                  .ok());
  const auto other = Events("other");
  EXPECT_EQ(Stored(*other), 0);
  v1::GetEventRequest get;
  get.set_parent(kParent);
  get.set_position(appended.receipts(0).position());
  v1::Event event;
  grpc::ClientContext context;
  EXPECT_EQ(ReasonIn(other->GetEvent(&context, get, &event)), "SCOPE_NOT_GRANTED");
}

TEST_F(ServerTest, OpeningAPersonalPartIsRecordedBeforeItIsShown) {
  v1::AppendEventsResponse appended;
  ASSERT_TRUE(Append(*Events(), Request("r-1"), &appended).ok());
  const auto operators = Events("operator");
  v1::GetEventRequest get;
  get.set_parent(kParent);
  get.set_position(appended.receipts(0).position());
  get.set_open_personal(true);
  v1::Event event;
  grpc::ClientContext without;
  EXPECT_EQ(FieldIn(operators->GetEvent(&without, get, &event)), "purpose");
  get.set_purpose("complaint");
  grpc::ClientContext with;
  const grpc::Status status = operators->GetEvent(&with, get, &event);
  ASSERT_TRUE(status.ok()) << status.error_message();
  event::v1::ContactAttempted attempt;
  ASSERT_TRUE(event.payload().UnpackTo(&attempt));
  EXPECT_EQ(attempt.address(), "+56 9 8765 4321");

  v1::ListEventsRequest list;
  list.set_parent(kParent);
  list.set_stream("debtor/P-9");
  list.add_types("constancia.event.v1.RecordViewed");
  v1::ListEventsResponse viewings;
  ASSERT_TRUE(List(*operators, list, &viewings).ok());
  ASSERT_EQ(viewings.events_size(), 1);
  event::v1::RecordViewed viewed;
  ASSERT_TRUE(viewings.events(0).payload().UnpackTo(&viewed));
  EXPECT_EQ(viewed.viewer_id(), "operator");
  EXPECT_EQ(viewed.purpose(), "complaint");
}

}  // namespace
}  // namespace constancia::api
