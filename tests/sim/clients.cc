#include "tests/sim/clients.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/support/test_ledger.h"

namespace constancia::sim {
namespace {

using eventstore::AppendRequest;
using eventstore::EventDraft;
using eventstore::Expectation;

// Few names, so that requests meet.
constexpr uint64_t kSources = 3;
constexpr uint64_t kCases = 12;
constexpr uint64_t kAgents = 4;

// Field 7 of ContactAttempted: the address used.
std::string Address(uint64_t size) {
  std::string field = "\x3a";
  for (uint64_t rest = size;; rest >>= 7) {
    field.push_back(static_cast<char>((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0)));
    if (rest <= 0x7f) break;
  }
  return field + std::string(size, '5');
}

}  // namespace

AppendRequest Clients::Next() {
  if (!unanswered_.empty() && OneIn(2)) {
    AppendRequest request = std::move(unanswered_.front());
    unanswered_.pop_front();
    return request;
  }
  if (model_->appends().empty()) return News();
  switch (random_->Below(20)) {
    case 0:
    case 1:
      return Earlier();
    case 2:
      return Changed();
    case 3:
      return SameEventsAgain();
    case 4:
      return KnownEventId();
    default:
      return News();
  }
}

AppendRequest Clients::News() {
  AppendRequest request;
  request.source = absl::StrCat("source-", random_->Below(kSources));
  request.request_id = absl::StrCat("r-", ++requests_);
  const uint64_t drafts = OneIn(20) ? 64 : 1 + random_->Below(3);
  for (uint64_t i = 0; i < drafts; ++i) request.drafts.push_back(Draft());
  if (drafts < 64 && OneIn(8)) {
    request.drafts.front().event_id = NewEventId(clock_->Now(), *random_);
    EventDraft consequence = Draft();
    consequence.consequence = true;
    consequence.actor.set_kind(ledger::v1::SYSTEM);
    consequence.actor.set_id(eventstore::kOwnSource);
    consequence.external_id.clear();
    consequence.causation_id = request.drafts.front().event_id;
    request.drafts.push_back(std::move(consequence));
  }
  while (OneIn(3)) request.expectations.push_back(Expect());
  return request;
}

EventDraft Clients::Draft() {
  EventDraft draft = testing::AContact(absl::StrCat("C-", random_->Below(kCases)));
  draft.occurred_at = clock_->Now();
  draft.public_part.back() = static_cast<char>(1 + random_->Below(4));
  if (OneIn(3)) {
    draft.streams.push_back(
        {ledger::v1::STREAM_KIND_AGENT, absl::StrCat("A-", random_->Below(kAgents))});
    if (OneIn(2)) draft.subject = draft.streams.size() - 1;
  }
  if (OneIn(4))
    draft.streams.push_back(testing::DebtorStream(absl::StrCat("G-", random_->Below(3))));
  if (OneIn(2)) {
    draft.personal_part.clear();
    draft.subject.reset();
  } else {
    draft.personal_part = Address(OneIn(16) ? 3'000 : random_->Below(40));
  }
  if (OneIn(3)) draft.external_id = absl::StrCat("x-", ++externals_);
  if (OneIn(6)) draft.event_id = NewEventId(clock_->Now(), *random_);
  return draft;
}

Stream Clients::AnyStream() {
  const std::string name = absl::StrCat("C-", random_->Below(kCases + 1));
  return OneIn(2) ? testing::CaseStream(name) : testing::DebtorStream(name);
}

Expectation Clients::Expect() {
  const Stream stream = AnyStream();
  if (OneIn(4)) return {stream, std::nullopt};
  // What somebody read who was not always the last to write.
  const uint64_t version = model_->VersionOf(stream);
  return {stream, StreamVersion{OneIn(3) ? random_->Below(version + 2) : version}};
}

AppendRequest Clients::Earlier() {
  return model_->appends()[random_->Below(model_->appends().size())].request;
}

AppendRequest Clients::Changed() {
  AppendRequest request = Earlier();
  EventDraft& draft = request.drafts[random_->Below(request.drafts.size())];
  switch (random_->Below(5)) {
    case 0:
      draft.public_part.back() = static_cast<char>(draft.public_part.back() ^ 0x08);
      break;
    case 1:
      draft.occurred_at.micros += 1;
      break;
    case 2:
      if (!draft.personal_part.empty()) draft.personal_part = Address(41);
      break;
    case 3:
      draft.actor.set_id("A-5");
      break;
    default:
      if (request.drafts.size() > 1) request.drafts.pop_back();
  }
  return request;
}

AppendRequest Clients::SameEventsAgain() {
  AppendRequest request = Earlier();
  request.request_id = absl::StrCat("r-", ++requests_);
  request.expectations.clear();
  if (OneIn(2)) {
    // Only events with a key of their own are known again.
    std::erase_if(request.drafts, [](const EventDraft& draft) {
      return draft.external_id.empty() || draft.consequence;
    });
    if (request.drafts.empty()) return News();
  }
  return request;
}

AppendRequest Clients::KnownEventId() {
  AppendRequest request = News();
  const Recorded& earlier = model_->appends()[random_->Below(model_->appends().size())];
  if (earlier.answer.has_value()) {
    request.drafts.back().event_id = earlier.answer->back().event_id;
  }
  return request;
}

}  // namespace constancia::sim
