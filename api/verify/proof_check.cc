// Checks of single proofs, and what all checks share.
#include <ctime>

#include "bytes.h"
#include "checks.h"
#include "merkle.h"
#include "proof_files.h"

namespace verify {
namespace {

// "2026-01-09T12:00:00Z" from seconds since 1970.
std::string TimeText(int64_t seconds) {
  const std::time_t time = static_cast<std::time_t>(seconds);
  std::tm utc = {};
  char text[32];
  if (gmtime_r(&time, &utc) == nullptr ||
      std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc) == 0) {
    return std::to_string(seconds);
  }
  return text;
}

std::string Joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

// Says what a leaf is, after checking that it is one.
Status ReportLeaf(std::string_view leaf, const std::string& origin, const Trust& trust,
                  std::optional<uint64_t> index, Report* report) {
  if (IsMapRootLeaf(leaf)) {
    VERIFY_ASSIGN(const MapRoot map_root, ParseMapRoot(leaf));
    if (index && map_root.covered != *index) {
      return NotProven("the map root covers another position");
    }
    report->Proven(Say::kMapRootIs,
                   {std::to_string(map_root.covered), std::to_string(map_root.key_count)});
    return {};
  }
  Event event;
  VERIFY_TRY(ParseEvent(leaf, &event));
  VERIFY_TRY(StreamKeyCheck(origin, trust.stream_secret).Check(event), Step::kStreams);
  SourceCheck sources(trust.source_keys);
  VERIFY_TRY(sources.Check(event));
  sources.Report(report);
  std::vector<std::string> streams;
  for (const StreamPlace& place : event.streams) {
    streams.push_back(StreamText(place) + " #" + std::to_string(place.sequence));
  }
  report->Proven(Say::kEventIs,
                 {std::string(event.type), TimeText(event.recorded_at / 1000000), Joined(streams)});
  report->Assumed(Say::kAssumeClock);
  ReportNames(trust, report);
  return {};
}

// A stream proven whole, from its leaves in order.
Status CheckStream(const std::string& file, const Completeness& proof,
                   const std::vector<std::string>& leaves, const Trust& trust, Report* report) {
  if (leaves.size() != proof.count) {
    return At(NotProven("the proof is for " + std::to_string(proof.count) + " events and " +
                        std::to_string(leaves.size()) + " leaves were given"),
              Step::kCompleteness, file);
  }
  StreamKeyCheck keys(proof.checkpoint.origin, trust.stream_secret);
  SourceCheck sources(trust.source_keys);
  Frontier tree;
  std::string name;
  int64_t recorded_at = INT64_MIN;
  for (const std::string& leaf : leaves) {
    const std::string which = "leaf " + std::to_string(tree.size() + 1) + " of the stream";
    Event event;
    VERIFY_TRY(ParseEvent(leaf, &event), Step::kRecords, which);
    VERIFY_TRY(keys.Check(event), Step::kStreams, which);
    VERIFY_TRY(sources.Check(event), Step::kSourceSignature, which);
    if (event.recorded_at < recorded_at) {
      return At(NotProven("it was recorded before the one before it"), Step::kRecords, which);
    }
    recorded_at = event.recorded_at;
    bool found = false;
    for (const StreamPlace& place : event.streams) {
      if (place.key != proof.key) continue;
      found = true;
      if (place.sequence != tree.size()) {
        return At(NotProven("its sequence number is " + std::to_string(place.sequence)),
                  Step::kCompleteness, which);
      }
      if (tree.size() > 0 && name != StreamText(place)) {
        return At(NotProven("the stream has two names"), Step::kCompleteness, which);
      }
      name = StreamText(place);
    }
    if (!found) return At(NotProven("it is not in this stream"), Step::kCompleteness, which);
    tree.Append(LeafHash(leaf));
  }
  VERIFY_TRY(CheckCompleteness(proof, tree.Root()), Step::kCompleteness, file);
  const std::string key = HexEncode(proof.key.view());
  if (proof.count == 0) {
    report->Proven(Say::kStreamAbsent, {key});
  } else {
    report->Proven(Say::kStreamComplete, {name, key, std::to_string(proof.count)});
    if (proof.count > 1) report->Unproven(Say::kNotPlaces);
  }
  sources.Report(report);
  report->Assumed(Say::kAssumeMap);
  ReportNames(trust, report);
  report->Unproven(Say::kNotUnsubmitted);
  return {};
}

}  // namespace

Status SourceCheck::Check(const Event& event) {
  if (!event.source_signature) return {};
  for (const VerifierKey& key : keys_) {
    if (key.name != event.source || key.id != event.source_signature->key_id) continue;
    if (!SourceSignatureHolds(event, key.key)) {
      return At(NotProven("the signature of source '" + Printable(event.source) + "' is wrong"),
                Step::kSourceSignature);
    }
    ++verified_;
    return {};
  }
  ++unchecked_;
  return {};
}

void ReportNames(const Trust& trust, Report* report) {
  if (trust.stream_secret) {
    report->Proven(Say::kNamesMatch);
  } else {
    report->Unproven(Say::kNotNames);
  }
}

void SourceCheck::Report(verify::Report* report) const {
  if (verified_ > 0) report->Proven(Say::kSourceSigned, {std::to_string(verified_)});
  if (unchecked_ > 0) report->Unproven(Say::kNotSourceSigned, {std::to_string(unchecked_)});
}

Status CheckCheckpoint(const Checkpoint& checkpoint, const std::string& file, const Trust& trust,
                       Report* report) {
  VERIFY_ASSIGN(const Acceptance acceptance, trust.policy.Accept(checkpoint), Step::kCheckpoint,
                file);
  report->Proven(Say::kCheckpointAccepted,
                 {checkpoint.origin, std::to_string(checkpoint.size),
                  Base64Encode(checkpoint.root.view()), Joined(acceptance.log_keys)});
  if (trust.policy.has_quorum()) {
    std::vector<std::string> cosigners;
    for (const Cosigner& cosigner : acceptance.cosigners) {
      cosigners.push_back(cosigner.name + " " + TimeText(static_cast<int64_t>(cosigner.time)));
    }
    report->Proven(Say::kQuorumHolds, {Joined(cosigners)});
  } else {
    report->Assumed(Say::kAssumeNoWitness);
  }
  report->Assumed(Say::kAssumePolicy);
  report->Assumed(Say::kAssumeAlgorithms);
  return {};
}

Result<Checkpoint> CheckOldCheckpoint(std::string_view bytes, const std::string& file,
                                      const Checkpoint& checkpoint, const Policy& policy) {
  VERIFY_ASSIGN(Checkpoint old_checkpoint, ParseCheckpoint(bytes), Step::kConsistency, file);
  if (old_checkpoint.origin != checkpoint.origin) {
    return At(NotProven("the earlier checkpoint is of another log"), Step::kConsistency, file);
  }
  const auto accepted =
      policy.AcceptLogSignature(old_checkpoint.note, old_checkpoint.origin, old_checkpoint.size);
  VERIFY_TRY(accepted, Step::kConsistency, file);
  if (old_checkpoint.size > checkpoint.size) {
    return At(NotProven("the earlier checkpoint is of a larger log: the log was rolled back"),
              Step::kConsistency, file);
  }
  return old_checkpoint;
}

Status CheckProof(const std::string& file, std::string_view bytes,
                  const std::vector<std::string>& leaves, const Trust& trust, Report* report) {
  if (bytes.substr(0, bytes.find('\n')) == kCompletenessHead) {
    VERIFY_ASSIGN(const Completeness proof, ParseCompleteness(bytes), Step::kCompleteness, file);
    VERIFY_TRY(CheckCheckpoint(proof.checkpoint, file, trust, report));
    return CheckStream(file, proof, leaves, trust, report);
  }
  VERIFY_ASSIGN(const TlogProof proof, ParseTlogProof(bytes), Step::kInclusion, file);
  if (leaves.size() != 1) {
    return At(NotProven("one leaf is proven by this file"), Step::kInclusion, file);
  }
  VERIFY_TRY(CheckCheckpoint(proof.checkpoint, file, trust, report));
  const std::string& leaf = leaves[0];
  if (RootFromInclusion(proof.index, proof.checkpoint.size, LeafHash(leaf), proof.path) !=
      proof.checkpoint.root) {
    return At(NotProven("the leaf is not in the tree of the checkpoint at this index"),
              Step::kInclusion, file, proof.index);
  }
  report->Proven(Say::kEntryIncluded,
                 {std::to_string(proof.index), std::to_string(proof.checkpoint.size)});
  VERIFY_TRY(ReportLeaf(leaf, proof.checkpoint.origin, trust, proof.index, report), Step::kEntries,
             file, proof.index);
  return {};
}

Status CheckSeal(const std::string& file, std::string_view bytes, std::string_view leaf,
                 const Trust& trust, Report* report) {
  VERIFY_ASSIGN(const Seal seal, ParseSeal(bytes), Step::kSeals, file);
  if (!IsEventLeaf(leaf)) {
    return At(NotProven("only events are sealed"), Step::kSeals, file, seal.index);
  }
  const VerifierKey* key =
      trust.policy.FindLogKey(seal.origin, seal.key_id, seal.first + seal.count);
  if (key == nullptr) {
    return At(NotProven("the policy has no log key " + HexEncode(seal.key_id) + " of '" +
                        Printable(seal.origin) + "' for this position"),
              Step::kSeals, file, seal.index);
  }
  const auto root =
      RootFromInclusion(seal.index - seal.first, seal.count, LeafHash(leaf), seal.path);
  if (!root) {
    return At(NotProven("the path has a wrong length"), Step::kSeals, file, seal.index);
  }
  if (!Ed25519Verify(key->key, SealMessage(seal.first, seal.count, *root), seal.signature)) {
    return At(NotProven("the signature does not cover this leaf"), Step::kSeals, file, seal.index);
  }
  report->Proven(Say::kSealHolds, {std::to_string(seal.index), std::to_string(seal.first),
                                   std::to_string(seal.first + seal.count - 1)});
  report->Assumed(Say::kAssumePolicy);
  report->Assumed(Say::kAssumeAlgorithms);
  VERIFY_TRY(ReportLeaf(leaf, seal.origin, trust, std::nullopt, report), Step::kEntries, file,
             seal.index);
  report->Unproven(Say::kNotPublished);
  return {};
}

Status CheckConsistencyFiles(const NamedBytes& old_checkpoint, const NamedBytes& new_checkpoint,
                             const NamedBytes& proof_file, const Trust& trust, Report* report) {
  VERIFY_ASSIGN(const Checkpoint after, ParseCheckpoint(new_checkpoint.bytes), Step::kCheckpoint,
                new_checkpoint.file);
  VERIFY_TRY(CheckCheckpoint(after, new_checkpoint.file, trust, report));
  VERIFY_ASSIGN(const Checkpoint before,
                CheckOldCheckpoint(old_checkpoint.bytes, old_checkpoint.file, after, trust.policy));
  VERIFY_ASSIGN(const Consistency proof, ParseConsistency(proof_file.bytes), Step::kConsistency,
                proof_file.file);
  VERIFY_TRY(CheckConsistency(before, after, proof), Step::kConsistency, proof_file.file);
  report->Proven(Say::kConsistent, {std::to_string(before.size), std::to_string(after.size)});
  if (trust.policy.has_quorum()) report->Unproven(Say::kNotOldQuorum);
  return {};
}

}  // namespace verify
