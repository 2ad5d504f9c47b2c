#include "tests/sim/model.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace constancia::sim {
namespace {

using eventstore::AppendRequest;
using eventstore::AppendResult;
using eventstore::EventDraft;
using eventstore::Expectation;
using eventstore::Receipt;

// Stored content against a repetition of it.
bool SameContent(const EventDraft& draft, const EventDraft& stored) {
  return draft.type == stored.type && draft.occurred_at == stored.occurred_at &&
         draft.zone == stored.zone && draft.actor.kind() == stored.actor.kind() &&
         draft.actor.id() == stored.actor.id() && draft.external_id == stored.external_id &&
         draft.public_part == stored.public_part && draft.personal_part == stored.personal_part &&
         draft.streams == stored.streams && draft.causation_id == stored.causation_id &&
         (!draft.event_id.has_value() || draft.event_id == stored.event_id) &&
         (draft.personal_part.empty() || draft.subject == stored.subject);
}

size_t OwnDrafts(const AppendRequest& request) {
  return std::count_if(request.drafts.begin(), request.drafts.end(),
                       [](const EventDraft& draft) { return !draft.consequence; });
}

void NameSources(AppendRequest& request) {
  const Stream own{ledger::v1::STREAM_KIND_SOURCE, request.source};
  for (EventDraft& draft : request.drafts) {
    if (std::find(draft.streams.begin(), draft.streams.end(), own) == draft.streams.end()) {
      draft.streams.push_back(own);
    }
  }
}

std::string_view NameOf(Prediction::Kind kind) {
  switch (kind) {
    case Prediction::Kind::kRecorded:
      return "recorded";
    case Prediction::Kind::kRepeated:
      return "repeated";
    case Prediction::Kind::kMoved:
      return "STREAM_MOVED";
    case Prediction::Kind::kConflict:
      return "IDEMPOTENCY_CONFLICT";
  }
  return "";
}

Prediction::Kind KindOf(const AppendResult& result) {
  return result.repeated ? Prediction::Kind::kRepeated : Prediction::Kind::kRecorded;
}

}  // namespace

Prediction Model::Submit(AppendRequest request) {
  NameSources(request);
  if (std::optional<Prediction> known = Known(request)) return *std::move(known);
  if (ChoosesKnownId(request)) return {Prediction::Kind::kConflict, {}};
  for (const Expectation& expectation : request.expectations) {
    if (!Holds(expectation)) return {Prediction::Kind::kMoved, {}};
  }
  return {Prediction::Kind::kRecorded, Add({std::move(request), {}, std::nullopt})};
}

std::optional<Prediction> Model::Known(const AppendRequest& request) const {
  const Prediction conflict{Prediction::Kind::kConflict, {}};
  const size_t own = OwnDrafts(request);
  Prediction repeated{Prediction::Kind::kRepeated, {}};
  if (const auto found = requests_.find({request.source, request.request_id});
      found != requests_.end()) {
    const AppendRequest& stored = appends_[found->second].request;
    if (OwnDrafts(stored) != own) return conflict;
    for (size_t i = 0; i < own; ++i) {
      if (!SameContent(request.drafts[i], stored.drafts[i])) return conflict;
    }
    for (size_t i = 0; i < stored.drafts.size(); ++i) {
      repeated.events.push_back({found->second, i});
    }
    return repeated;
  }
  for (size_t i = 0; i < own; ++i) {
    const auto found = external_.find({request.source, request.drafts[i].external_id});
    if (found != external_.end()) repeated.events.push_back(found->second);
  }
  if (repeated.events.empty()) return std::nullopt;
  if (repeated.events.size() != own) return conflict;
  for (size_t i = 0; i < own; ++i) {
    if (!SameContent(request.drafts[i], DraftAt(repeated.events[i]))) return conflict;
  }
  return repeated;
}

bool Model::ChoosesKnownId(const AppendRequest& request) const {
  return std::any_of(request.drafts.begin(), request.drafts.end(), [this](const EventDraft& draft) {
    return draft.event_id.has_value() && ids_.find(*draft.event_id) != ids_.end();
  });
}

bool Model::Holds(const Expectation& expectation) const {
  const uint64_t version = VersionOf(expectation.stream);
  return expectation.version.has_value() ? version == expectation.version->value : version > 0;
}

uint64_t Model::VersionOf(const Stream& stream) const {
  const auto found = streams_.find(stream);
  return found == streams_.end() ? 0 : found->second.size();
}

std::vector<EventPlace> Model::Add(Recorded recorded) {
  const size_t index = appends_.size();
  const AppendRequest& request = recorded.request;
  std::vector<EventPlace> places;
  requests_[{request.source, request.request_id}] = index;
  recorded.sequences.assign(request.drafts.size(), {});
  for (size_t i = 0; i < request.drafts.size(); ++i) {
    const EventDraft& draft = request.drafts[i];
    places.push_back({index, i});
    for (const Stream& stream : draft.streams) {
      std::vector<EventPlace>& events = streams_[stream];
      recorded.sequences[i].push_back(Sequence{events.size()});
      events.push_back(places.back());
    }
    if (!draft.external_id.empty()) external_[{request.source, draft.external_id}] = places.back();
    if (draft.event_id.has_value()) ids_.insert(*draft.event_id);
    if (recorded.answer.has_value()) ids_.insert((*recorded.answer)[i].event_id);
    ++events_;
  }
  appends_.push_back(std::move(recorded));
  return places;
}

absl::Status Model::Answered(const Prediction& prediction,
                             const absl::StatusOr<AppendResult>& answer) {
  const auto wrong = [&](std::string_view what) {
    return absl::InternalError(absl::StrCat(
        "a request that must be ", ToAbsl(NameOf(prediction.kind)), " was ", ToAbsl(what)));
  };
  if (!answer.ok()) {
    const std::optional<Reason> reason = ReasonOf(answer.status());
    const bool right =
        (prediction.kind == Prediction::Kind::kMoved && reason == error::v1::STREAM_MOVED) ||
        (prediction.kind == Prediction::Kind::kConflict &&
         reason == error::v1::IDEMPOTENCY_CONFLICT);
    return right ? absl::OkStatus() : wrong(answer.status().ToString());
  }
  if (KindOf(*answer) != prediction.kind) return wrong(NameOf(KindOf(*answer)));
  if (answer->receipts.size() != prediction.events.size()) return wrong("given other receipts");
  for (size_t i = 0; i < prediction.events.size(); ++i) {
    const EventPlace& place = prediction.events[i];
    const Recorded& recorded = appends_[place.append];
    const Receipt& receipt = answer->receipts[i];
    if (receipt.sequences != recorded.sequences[place.draft]) {
      return wrong("given other sequence numbers");
    }
    if (recorded.answer.has_value() && receipt != (*recorded.answer)[place.draft]) {
      return wrong("given other receipts than the first time");
    }
  }
  if (prediction.kind == Prediction::Kind::kRecorded) {
    Learn(prediction.events.front().append, answer->receipts);
  }
  return absl::OkStatus();
}

void Model::Learn(size_t append, std::vector<Receipt> receipts) {
  for (const Receipt& receipt : receipts) ids_.insert(receipt.event_id);
  appends_[append].answer = std::move(receipts);
}

void Model::WithdrawLast() {
  std::vector<Recorded> kept = std::move(appends_);
  kept.pop_back();
  *this = Model();
  for (Recorded& recorded : kept) Add(std::move(recorded));
}

absl::Status Model::KeepFirst(size_t count) {
  for (size_t i = count; i < appends_.size(); ++i) {
    if (!appends_[i].answer.has_value()) continue;
    return absl::InternalError(
        absl::StrCat("request ", appends_[i].request.request_id, " of ", appends_[i].request.source,
                     " was answered with position ", appends_[i].answer->front().position.value,
                     " and is gone after the restart"));
  }
  std::vector<Recorded> kept = std::move(appends_);
  kept.resize(std::min(count, kept.size()));
  *this = Model();
  for (Recorded& recorded : kept) Add(std::move(recorded));
  return absl::OkStatus();
}

}  // namespace constancia::sim
