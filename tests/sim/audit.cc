#include "tests/sim/audit.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/event/header.h"
#include "eventstore/proof/checkpoint.h"
#include "eventstore/proof/completeness.h"
#include "eventstore/proof/group_seal.h"
#include "eventstore/proof/merkle.h"

namespace constancia::sim {
namespace {

using eventstore::Checkpoint;
using eventstore::CompletenessProof;
using eventstore::EventDraft;
using eventstore::EventLog;
using eventstore::Receipt;
using eventstore::RecordedEvent;
using eventstore::SignedCheckpoint;

constexpr size_t kSample = 8;

absl::Status Wrong(const std::string& what) { return absl::InternalError(what); }

std::string At(Position position) { return absl::StrCat("position ", position.value, ": "); }

// Rows in memory, to fold the log once more.
class PlainRows : public eventstore::Rows {
 public:
  using Map = std::map<std::string, std::string, std::less<>>;

  std::optional<std::string> Get(std::string_view key) override {
    const auto found = rows_.find(key);
    return found == rows_.end() ? std::nullopt : std::optional(found->second);
  }
  void Put(std::string_view key, std::string_view value) override {
    rows_.insert_or_assign(std::string(key), std::string(value));
  }
  void Delete(std::string_view key) override { rows_.erase(std::string(key)); }

  const Map& rows() const { return rows_; }

 private:
  Map rows_;
};

}  // namespace

absl::Status Audit::ReadEvents() {
  events_.clear();
  Position from{0};
  while (true) {
    ASSIGN_OR_RETURN(std::vector<RecordedEvent> page, reader().ReadLog(from, 1'000));
    if (page.empty()) return absl::OkStatus();
    from = Position{page.back().position.value + 1};
    std::move(page.begin(), page.end(), std::back_inserter(events_));
  }
}

absl::Status Audit::FindEnd(Model& model) {
  RETURN_IF_ERROR(ReadEvents());
  // The first event is the ledger's own.
  size_t left = events_.size() - 1;
  size_t appends = 0;
  while (left > 0 && appends < model.appends().size()) {
    const size_t drafts = model.appends()[appends].request.drafts.size();
    if (drafts > left) {
      return Wrong(
          absl::StrCat("the log ends with ", left, " of the ", drafts, " events of one append"));
    }
    left -= drafts;
    ++appends;
  }
  if (left > 0) return Wrong(absl::StrCat("the log has ", left, " events nobody appended"));
  return model.KeepFirst(appends);
}

absl::Status Audit::Check(Model& model) {
  RETURN_IF_ERROR(ReadEvents());
  if (events_.size() != model.events() + 1) {
    return Wrong(absl::StrCat("the log has ", events_.size(), " events, not ", model.events() + 1));
  }
  size_t next = 1;
  for (size_t append = 0; append < model.appends().size(); ++append) {
    const size_t drafts = model.appends()[append].request.drafts.size();
    for (size_t draft = 0; draft < drafts; ++draft, ++next) {
      RETURN_IF_ERROR(CheckEvent(events_[next], model, {append, draft}));
      if (draft > 0 && events_[next].position.value != events_[next - 1].position.value + 1) {
        return Wrong(At(events_[next].position) + "does not stand behind the event before it");
      }
    }
  }
  for (size_t i = 1; i < events_.size(); ++i) {
    if (events_[i].header.recorded_at() < events_[i - 1].header.recorded_at()) {
      return Wrong(At(events_[i].position) + "recorded_at falls");
    }
  }
  RETURN_IF_ERROR(CheckPositions());
  RETURN_IF_ERROR(CheckCheckpoints());
  RETURN_IF_ERROR(CheckStreams(model));
  RETURN_IF_ERROR(CheckAnswers(model));
  RETURN_IF_ERROR(CheckPersonal(model));
  return CheckProjections();
}

absl::Status Audit::CheckEvent(const RecordedEvent& event, const Model& model,
                               const EventPlace& place) {
  const Recorded& recorded = model.appends()[place.append];
  const EventDraft& draft = model.DraftAt(place);
  const EventHeader& header = event.header;
  if (header.source() != recorded.request.source ||
      header.request_id() != recorded.request.request_id || header.type() != draft.type ||
      header.external_id() != draft.external_id ||
      header.occurred_at() != draft.occurred_at.micros ||
      header.public_payload() != draft.public_part || header.actor().id() != draft.actor.id() ||
      header.has_sealed() == draft.personal_part.empty() ||
      (draft.event_id.has_value() && header.event_id() != draft.event_id->view())) {
    return Wrong(At(event.position) + "holds another event than was appended");
  }
  const std::vector<Sequence>& sequences = recorded.sequences[place.draft];
  if (static_cast<size_t>(header.streams_size()) != sequences.size()) {
    return Wrong(At(event.position) + "is in other streams");
  }
  for (size_t i = 0; i < sequences.size(); ++i) {
    const auto& stored = header.streams(static_cast<int>(i));
    if (stored.kind() != draft.streams[i].kind || stored.name() != draft.streams[i].name ||
        stored.sequence() != sequences[i].value) {
      return Wrong(At(event.position) + "has another place in " + ToText(draft.streams[i]));
    }
  }
  if (!recorded.answer.has_value()) return absl::OkStatus();
  const Receipt& receipt = (*recorded.answer)[place.draft];
  if (receipt.position != event.position || receipt.event_id.view() != header.event_id() ||
      receipt.leaf_hash != eventstore::LeafHash(event.leaf) ||
      receipt.recorded_at.micros != header.recorded_at()) {
    return Wrong(At(event.position) + "is not what the receipt says");
  }
  return absl::OkStatus();
}

// Every position holds an event or, where there is a checkpoint, a map root.
absl::Status Audit::CheckPositions() {
  leaf_hashes_.clear();
  const uint64_t size = reader().LatestCheckpoint().checkpoint.size;
  uint64_t previous = MapRootLeaf::kNoPrevious;
  size_t next = 0;
  const uint64_t end = std::max(size, events_.back().position.value + 1);
  for (uint64_t i = 0; i < end; ++i) {
    const Position position{i};
    if (next < events_.size() && events_[next].position == position) {
      if (i < size) leaf_hashes_.push_back(eventstore::LeafHash(events_[next].leaf));
      ++next;
      continue;
    }
    if (i >= size) return Wrong(At(position) + "is empty, and no checkpoint will cover it");
    ASSIGN_OR_RETURN(const std::string leaf, reader().ReadLeaf(position));
    ASSIGN_OR_RETURN(const MapRootLeaf root, ParseMapRootLeaf(leaf));
    if (root.covered != i || root.previous != previous) {
      return Wrong(At(position) + "the map root belongs elsewhere");
    }
    previous = i;
    ASSIGN_OR_RETURN(const SignedCheckpoint checkpoint, reader().CheckpointAt(i + 1));
    leaf_hashes_.push_back(eventstore::LeafHash(leaf));
    if (subject_.random->Below(4) == 0 &&
        checkpoint.checkpoint.root != eventstore::RootOf(leaf_hashes_)) {
      return Wrong(At(position) + "the checkpoint's root is not that of the leaves");
    }
  }
  if (previous + 1 != size) return Wrong("the latest checkpoint does not end with a map root");
  return absl::OkStatus();
}

absl::Status Audit::CheckCheckpoints() {
  const SignedCheckpoint latest = reader().LatestCheckpoint();
  ASSIGN_OR_RETURN(const eventstore::Note note,
                   eventstore::OpenNote(latest.note, {&subject_.key, 1}));
  ASSIGN_OR_RETURN(const Checkpoint signed_part, eventstore::ParseCheckpoint(note.text));
  if (signed_part != latest.checkpoint) return Wrong("the signed checkpoint is another one");
  if (latest.checkpoint.root != eventstore::RootOf(leaf_hashes_)) {
    return Wrong("the latest checkpoint's root is not that of the leaves");
  }
  for (const auto& [size, seen] : *subject_.checkpoints) {
    ASSIGN_OR_RETURN(const SignedCheckpoint stored, reader().CheckpointAt(size));
    if (stored.note != seen) {
      return Wrong(absl::StrCat("the checkpoint of size ", size, " is not the one given out"));
    }
    if (subject_.random->Below(subject_.checkpoints->size()) >= kSample) continue;
    ASSIGN_OR_RETURN(const std::vector<Hash> proof,
                     reader().ConsistencyProof(size, latest.checkpoint.size));
    RETURN_IF_ERROR(eventstore::VerifyConsistency(size, latest.checkpoint.size, proof,
                                                  stored.checkpoint.root, latest.checkpoint.root));
  }
  for (size_t i = 0; i < kSample; ++i) {
    const uint64_t index = subject_.random->Below(latest.checkpoint.size);
    ASSIGN_OR_RETURN(const std::vector<Hash> proof,
                     reader().InclusionProof(Position{index}, latest.checkpoint.size));
    RETURN_IF_ERROR(eventstore::VerifyInclusion(index, latest.checkpoint.size, leaf_hashes_[index],
                                                proof, latest.checkpoint.root));
  }
  return absl::OkStatus();
}

absl::Status Audit::CheckStreams(const Model& model) {
  std::vector<Stream> sample{{ledger::v1::STREAM_KIND_CASE, "never-written"},
                             {ledger::v1::STREAM_KIND_LEDGER, "ledger"}};
  for (const auto& [stream, places] : model.streams()) {
    ASSIGN_OR_RETURN(const StreamVersion version, reader().VersionOf(stream));
    if (version.value != places.size()) {
      return Wrong(
          absl::StrCat(ToText(stream), " is at version ", version.value, ", not ", places.size()));
    }
    ASSIGN_OR_RETURN(const std::vector<RecordedEvent> stored,
                     reader().ReadStream(stream, Sequence{0}, places.size() + 1));
    if (stored.size() != places.size()) return Wrong(ToText(stream) + " has other events");
    for (size_t i = 0; i < places.size(); ++i) {
      const EventDraft& draft = model.DraftAt(places[i]);
      if (stored[i].header.public_payload() != draft.public_part ||
          stored[i].header.request_id() != model.appends()[places[i].append].request.request_id) {
        return Wrong(absl::StrCat(ToText(stream), " has another event at ", i));
      }
    }
    if (subject_.random->Below(model.streams().size()) < kSample) sample.push_back(stream);
  }
  for (const Stream& stream : sample) RETURN_IF_ERROR(CheckCompleteness(stream));
  return absl::OkStatus();
}

absl::Status Audit::CheckCompleteness(const Stream& stream) {
  const Checkpoint latest = reader().LatestCheckpoint().checkpoint;
  ASSIGN_OR_RETURN(const CompletenessProof proof, reader().ProveCompleteness(stream));
  std::vector<Hash> leaves;
  uint64_t last = 0;
  for (const RecordedEvent& event : events_) {
    if (event.position.value >= latest.size) break;
    const bool member = std::any_of(
        event.header.streams().begin(), event.header.streams().end(), [&](const auto& place) {
          return place.kind() == stream.kind && place.name() == stream.name;
        });
    if (!member) continue;
    leaves.push_back(leaf_hashes_[event.position.value]);
    last = event.position.value;
  }
  if (proof.last != last) return Wrong(ToText(stream) + ": its proof ends elsewhere");
  return eventstore::VerifyCompleteness(proof, latest, leaves);
}

absl::Status Audit::CheckAnswers(Model& model) {
  const size_t appends = model.appends().size();
  for (size_t i = 0; i < appends; ++i) {
    const Recorded& recorded = model.appends()[i];
    if (recorded.answer.has_value() && subject_.random->Below(appends) >= 4 * kSample) continue;
    ASSIGN_OR_RETURN(const std::optional<eventstore::AppendResult> found,
                     reader().FindRequest(recorded.request.source, recorded.request.request_id));
    if (!found.has_value())
      return Wrong("request " + recorded.request.request_id + " is forgotten");
    if (!recorded.answer.has_value()) {
      model.Learn(i, found->receipts);
    } else if (found->receipts != *recorded.answer) {
      return Wrong("request " + recorded.request.request_id + " has other receipts now");
    }
    const Receipt& receipt = found->receipts.back();
    RETURN_IF_ERROR(eventstore::VerifySeal(receipt.seal, receipt.position.value, receipt.leaf_hash,
                                           subject_.key));
    ASSIGN_OR_RETURN(const std::optional<Position> position, reader().FindEvent(receipt.event_id));
    if (position != receipt.position) return Wrong(At(receipt.position) + "is not found by its id");
  }
  return absl::OkStatus();
}

absl::Status Audit::CheckPersonal(const Model& model) {
  size_t next = 1;
  for (const Recorded& recorded : model.appends()) {
    for (const EventDraft& draft : recorded.request.drafts) {
      const RecordedEvent& event = events_[next++];
      if (draft.personal_part.empty() || subject_.random->Below(model.events()) >= 4 * kSample) {
        continue;
      }
      ASSIGN_OR_RETURN(const OpenedPersonal opened, reader().OpenPersonal(event));
      if (opened.personal_part != draft.personal_part) {
        return Wrong(At(event.position) + "opens to another personal part");
      }
    }
  }
  return absl::OkStatus();
}

absl::Status Audit::CheckProjections() {
  for (const eventstore::InlineProjection* projection : subject_.projections) {
    PlainRows rebuilt;
    for (RecordedEvent event : events_) {
      event.sealed.clear();
      projection->Apply(event, rebuilt);
    }
    ASSIGN_OR_RETURN(const EventLog::RowList stored,
                     subject_.log->ScanRows(projection->name(), "", "", rebuilt.rows().size() + 1));
    const PlainRows::Map rows(stored.rows.begin(), stored.rows.end());
    if (rows != rebuilt.rows()) {
      return Wrong(absl::StrCat("projection ", ToAbsl(projection->name()), " has ", rows.size(),
                                " rows that are not the ", rebuilt.rows().size(),
                                " of a rebuild from position 0"));
    }
  }
  return absl::OkStatus();
}

}  // namespace constancia::sim
