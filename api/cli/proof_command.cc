#include "api/cli/proof_command.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <algorithm>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "constancia/v1/event_service.grpc.pb.h"
#include "constancia/v1/ledger_service.grpc.pb.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/event/header.h"
#include "core/event/stream.h"
#include "eventstore/proof/checkpoint.h"
#include "eventstore/proof/completeness.h"
#include "eventstore/proof/group_seal.h"
#include "eventstore/proof/merkle.h"
#include "eventstore/proof/tlog_proof.h"
#include "eventstore/proof/witness_policy.h"
#include "google/protobuf/util/json_util.h"

namespace constancia::api {
namespace {

using eventstore::LeafHash;
using eventstore::WitnessPolicy;
using v1::EventService;
using v1::LedgerService;

absl::Status Malformed(std::string_view why) { return Error(error::v1::INPUT_MALFORMED, why); }

absl::StatusOr<v1::Event> FindEvent(const Client& client, const std::string& which) {
  v1::GetEventRequest request;
  request.set_parent(client.parent());
  if (const auto position = ParseDecimal(which); position.has_value()) {
    request.set_position(*position);
  } else {
    request.set_event_id(which);
  }
  const auto stub = EventService::NewStub(client.channel());
  return Call(*stub, &EventService::Stub::GetEvent, request);
}

// What has just been appended is published within a second or so: waits for that, not much longer.
template <typename Stub, typename Method, typename Request>
auto CallWhenPublished(Stub& stub, Method method, const Request& request) {
  const absl::Time until = absl::Now() + absl::Seconds(5);
  auto answer = Call(stub, method, request);
  while (ReasonOf(answer.status()) == error::v1::NOT_PUBLISHED && absl::Now() < until) {
    absl::SleepFor(absl::Milliseconds(100));
    answer = Call(stub, method, request);
  }
  return answer;
}

absl::StatusOr<std::string> InclusionFile(const Client& client, const v1::Event& event) {
  v1::GetInclusionProofRequest request;
  request.set_parent(client.parent());
  request.set_position(event.position());
  const auto stub = LedgerService::NewStub(client.channel());
  ASSIGN_OR_RETURN(const auto proof,
                   CallWhenPublished(*stub, &LedgerService::Stub::GetInclusionProof, request));
  return proof.file();
}

absl::StatusOr<std::string> CompletenessFile(const Client& client, const std::string& stream) {
  v1::GetCompletenessProofRequest request;
  request.set_parent(client.parent());
  request.set_stream(stream);
  const auto stub = LedgerService::NewStub(client.channel());
  ASSIGN_OR_RETURN(const auto proof,
                   CallWhenPublished(*stub, &LedgerService::Stub::GetCompletenessProof, request));
  return proof.file();
}

// The origin of the log stands in its checkpoint, not in the seal that an event carries.
absl::StatusOr<std::string> SealText(const Client& client, const v1::Event& event) {
  v1::GetCheckpointRequest request;
  request.set_parent(client.parent());
  const auto stub = LedgerService::NewStub(client.channel());
  ASSIGN_OR_RETURN(const auto checkpoint,
                   Call(*stub, &LedgerService::Stub::GetCheckpoint, request));
  eventstore::SealFile file;
  file.origin = checkpoint.note().substr(0, checkpoint.note().find('\n'));
  file.position = event.position();
  file.seal.first = event.seal().first();
  file.seal.count = event.seal().count();
  for (const std::string& step : event.seal().path()) {
    const auto hash = Hash::From(step);
    if (!hash.has_value()) return Malformed("the server's seal is not one");
    file.seal.path.push_back(*hash);
  }
  if (event.seal().key_id().size() != file.seal.key_id.bytes.size() ||
      event.seal().signature().size() != file.seal.signature.bytes.size()) {
    return Malformed("the server's seal is not one");
  }
  std::copy(event.seal().key_id().begin(), event.seal().key_id().end(),
            file.seal.key_id.bytes.begin());
  std::copy(event.seal().signature().begin(), event.seal().signature().end(),
            file.seal.signature.bytes.begin());
  return eventstore::ToText(file);
}

// What a verified file shows, told as one record.
struct Shown {
  std::string what;
  std::string position;
  std::string size;
  std::string witnesses;
  std::string leaf;  // The event's type, when its leaf was at hand.
};

std::string WitnessNames(const WitnessPolicy::Accepted& accepted) {
  std::string names;
  for (const auto& witness : accepted.witnesses) {
    absl::StrAppend(&names, names.empty() ? "" : " ", witness.name);
  }
  return names;
}

absl::StatusOr<std::string> Leaf(const CommandContext& context, const ProofVerifyOptions& options) {
  if (options.leaf.empty()) {
    return Malformed("this proof is about one event: give its leaf with --leaf FILE");
  }
  return ReadInput(context, options.leaf);
}

absl::StatusOr<Shown> VerifyInclusion(const std::string& text, const std::string& leaf,
                                      const WitnessPolicy& policy) {
  ASSIGN_OR_RETURN(const auto proof, eventstore::ParseTlogProof(text));
  ASSIGN_OR_RETURN(const auto accepted, eventstore::VerifyTlogProof(proof, LeafHash(leaf), policy));
  ASSIGN_OR_RETURN(const auto header, ParseEventLeaf(leaf));
  return Shown{"inclusion", absl::StrCat(proof.index), absl::StrCat(accepted.checkpoint.size),
               WitnessNames(accepted), header.type()};
}

absl::StatusOr<Shown> VerifySealText(const std::string& text, const std::string& leaf,
                                     const WitnessPolicy& policy) {
  ASSIGN_OR_RETURN(const auto file, eventstore::ParseSealFile(text));
  ASSIGN_OR_RETURN(const auto header, ParseEventLeaf(leaf));
  absl::Status status =
      Error(error::v1::PROOF_INVALID, "the policy has no key of this log for this position");
  for (const auto& key : policy.LogKeys(file.origin, file.position + 1)) {
    status = eventstore::VerifySeal(file.seal, file.position, LeafHash(leaf), key);
    if (status.ok()) return Shown{"seal", absl::StrCat(file.position), "", "", header.type()};
  }
  return status;
}

// The events of a stream as `events list -o jsonl` wrote them.
absl::StatusOr<std::vector<v1::Event>> ReadEvents(const std::string& jsonl) {
  std::vector<v1::Event> events;
  std::istringstream lines(jsonl);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    const auto status = google::protobuf::util::JsonStringToMessage(line, &events.emplace_back());
    if (!status.ok()) {
      return Malformed(absl::StrCat("line ", events.size(), " of the events is not an event"));
    }
  }
  return events;
}

// Every event must name the stream, with the next sequence number and the position it says.
absl::Status CheckPlaces(const std::vector<v1::Event>& events, const Hash& key) {
  for (size_t i = 0; i < events.size(); ++i) {
    ASSIGN_OR_RETURN(const auto header, ParseEventLeaf(events[i].leaf()));
    const auto place =
        std::find_if(header.streams().begin(), header.streams().end(),
                     [&](const StreamPlace& candidate) { return candidate.key() == key.view(); });
    if (place == header.streams().end() || place->sequence() != i) {
      return Error(error::v1::PROOF_INVALID,
                   absl::StrCat("event ", i + 1, " is not number ", i, " of the stream"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Shown> VerifyCompletenessText(const std::string& text, const std::string& jsonl,
                                             const WitnessPolicy& policy) {
  ASSIGN_OR_RETURN(const auto proof, eventstore::ParseCompleteness(text));
  ASSIGN_OR_RETURN(const auto accepted, policy.Accept(proof.checkpoint));
  ASSIGN_OR_RETURN(std::vector<v1::Event> events, ReadEvents(jsonl));
  // Events that came after the checkpoint are not the proof's business.
  if (events.size() > proof.count) events.resize(proof.count);
  RETURN_IF_ERROR(CheckPlaces(events, proof.key));
  std::vector<Hash> leaves;
  for (const v1::Event& event : events) leaves.push_back(LeafHash(event.leaf()));
  RETURN_IF_ERROR(eventstore::VerifyCompleteness(proof, accepted.checkpoint, leaves));
  return Shown{absl::StrCat("completeness of ", proof.count, " events"), absl::StrCat(proof.last),
               absl::StrCat(accepted.checkpoint.size), WitnessNames(accepted), ""};
}

}  // namespace

Outcome ProofGet(const CommandContext& context, const ProofGetOptions& options) {
  const bool of_stream = options.kind == ProofKind::kCompleteness;
  if (of_stream ? options.stream.empty() : options.event.empty()) {
    return Malformed(of_stream ? "say of which stream, with --stream case/C-17"
                               : "say of which event: its id or its position");
  }
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  if (of_stream) {
    ASSIGN_OR_RETURN(const std::string file, CompletenessFile(client, options.stream));
    RETURN_IF_ERROR(WriteOutput(context, options.out, file));
    return ExitCode::kOk;
  }
  ASSIGN_OR_RETURN(const v1::Event event, FindEvent(client, options.event));
  ASSIGN_OR_RETURN(const std::string file, options.kind == ProofKind::kSeal
                                               ? SealText(client, event)
                                               : InclusionFile(client, event));
  RETURN_IF_ERROR(WriteOutput(context, options.out, file));
  if (!options.leaf_out.empty()) {
    RETURN_IF_ERROR(WriteOutput(context, options.leaf_out, event.leaf()));
  }
  return ExitCode::kOk;
}

Outcome ProofVerify(const CommandContext& context, const ProofVerifyOptions& options) {
  ASSIGN_OR_RETURN(const std::string text, ReadInput(context, options.file));
  ASSIGN_OR_RETURN(const std::string policy_text, ReadInput(context, options.policy));
  ASSIGN_OR_RETURN(const WitnessPolicy policy, WitnessPolicy::Parse(policy_text));
  absl::StatusOr<Shown> shown;
  if (absl::StartsWith(text, "constancia-completeness/v1\n")) {
    if (options.events.empty()) {
      return Malformed(
          "give the events of the stream with --events FILE, as events list --stream "
          "S -n 0 -o jsonl writes them");
    }
    ASSIGN_OR_RETURN(const std::string jsonl, ReadInput(context, options.events));
    shown = VerifyCompletenessText(text, jsonl, policy);
  } else {
    ASSIGN_OR_RETURN(const std::string leaf, Leaf(context, options));
    shown = absl::StartsWith(text, "constancia-seal/v1\n") ? VerifySealText(text, leaf, policy)
                                                           : VerifyInclusion(text, leaf, policy);
  }
  if (!shown.ok()) return shown.status();
  RecordWriter writer(context.format, Shape::kOne,
                      {{"proven"}, {"position"}, {"checkpoint_size"}, {"witnesses"}, {"event"}},
                      context.out);
  writer.Add({shown->what, shown->position, shown->size, shown->witnesses, shown->leaf});
  writer.Finish();
  return ExitCode::kOk;
}

}  // namespace constancia::api
