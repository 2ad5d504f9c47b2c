#include "eventstore/log/internal/repeat.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace constancia::eventstore {
namespace {

using ledger::v1::EventHeader;

bool SameActor(const ledger::v1::Actor& a, const ledger::v1::Actor& b) {
  // Not the session: a repetition may come from a later one.
  return a.kind() == b.kind() && a.id() == b.id() && a.role() == b.role();
}

bool SamePublicly(const PreparedEvent& draft, const EventHeader& stored) {
  const EventHeader& header = draft.header;
  if (header.type() != stored.type() || header.occurred_at() != stored.occurred_at() ||
      header.zone() != stored.zone() || !SameActor(header.actor(), stored.actor()) ||
      header.on_behalf_of().creditor() != stored.on_behalf_of().creditor() ||
      header.on_behalf_of().agency() != stored.on_behalf_of().agency() ||
      header.external_id() != stored.external_id() ||
      header.correlation_id() != stored.correlation_id() ||
      header.causation_id() != stored.causation_id() ||
      header.public_payload() != stored.public_payload()) {
    return false;
  }
  if (draft.id_chosen && header.event_id() != stored.event_id()) return false;
  if (draft.subject.has_value() != stored.has_sealed()) return false;
  if (draft.subject.has_value() && *draft.subject != stored.sealed().subject()) return false;
  return std::equal(draft.places.begin(), draft.places.end(), stored.streams().begin(),
                    stored.streams().end(),
                    [](const auto& a, const auto& b) { return a.key() == b.key(); });
}

absl::StatusOr<bool> SameContent(const PreparedEvent& draft, const RecordedEvent& stored,
                                 const LogReader& reader) {
  if (!SamePublicly(draft, stored.header)) return false;
  if (!draft.subject.has_value()) return true;
  const absl::StatusOr<OpenedPersonal> opened = reader.OpenPersonal(stored);
  if (ReasonOf(opened.status()) == error::v1::PERSONAL_PART_ERASED) return true;
  RETURN_IF_ERROR(opened.status());
  return opened->personal_part == draft.personal_part;
}

absl::Status Conflict(std::string_view message, size_t index, std::string_view id) {
  return Error(error::v1::IDEMPOTENCY_CONFLICT, message,
               absl::StrCat("events[", index, "]", ToAbsl(id)));
}

// A consequence is the server's own act, and names an event of its own append as its cause.
bool IsConsequence(const RecordedEvent& event, const std::vector<RecordedEvent>& append) {
  const ledger::v1::Actor& actor = event.header.actor();
  if (actor.kind() != ledger::v1::SYSTEM || actor.id() != kOwnSource) return false;
  return std::any_of(append.begin(), append.end(), [&](const RecordedEvent& other) {
    return other.header.event_id() == event.header.causation_id();
  });
}

std::vector<const PreparedEvent*> OwnEvents(const PreparedAppend& append) {
  std::vector<const PreparedEvent*> own;
  for (const PreparedEvent& event : append.events) {
    if (!event.consequence) own.push_back(&event);
  }
  return own;
}

absl::StatusOr<std::vector<Position>> MatchRequest(const PreparedAppend& append, Position first,
                                                   const LogReader& reader) {
  ASSIGN_OR_RETURN(const std::vector<RecordedEvent> stored, reader.ReadAppend(first));
  const std::vector<const PreparedEvent*> own = OwnEvents(append);
  std::vector<Position> positions;
  for (size_t i = 0; i < std::max(own.size(), stored.size()); ++i) {
    bool same = false;
    if (i < own.size() && i < stored.size()) {
      ASSIGN_OR_RETURN(same, SameContent(*own[i], stored[i], reader));
    } else if (i >= own.size()) {
      same = IsConsequence(stored[i], stored);
    }
    if (!same) {
      return Conflict("the request id is known with other content; use a new one for new content",
                      std::min(i, own.size() - 1), "");
    }
    positions.push_back(stored[i].position);
  }
  return positions;
}

absl::StatusOr<std::vector<Position>> MatchExternal(const PreparedAppend& append,
                                                    const KnownIds& known,
                                                    const LogReader& reader) {
  const size_t own = OwnEvents(append).size();
  std::vector<Position> positions;
  std::vector<std::string> names;
  for (size_t i = 0; i < own; ++i) {
    if (!known.external[i].has_value()) continue;
    positions.push_back(*known.external[i]);
    names.push_back(absl::StrCat("events[", i, "]"));
  }
  if (positions.size() != own) {
    std::string list;
    for (const std::string& name : names) absl::StrAppend(&list, list.empty() ? "" : ", ", name);
    return Error(
        error::v1::IDEMPOTENCY_CONFLICT,
        absl::StrCat("only some of the events are known: ", list, ". Append those that are not"),
        absl::StrCat(names.empty() ? "events" : names.front(), ".external_id"), {{"known", list}});
  }
  for (size_t i = 0; i < own; ++i) {
    ASSIGN_OR_RETURN(const RecordedEvent stored, reader.ReadEvent(positions[i]));
    ASSIGN_OR_RETURN(const bool same, SameContent(append.events[i], stored, reader));
    if (!same) return Conflict("the external id is known with other content", i, ".external_id");
  }
  return positions;
}

}  // namespace

bool KnownIds::any() const {
  return request.has_value() || std::any_of(external.begin(), external.end(),
                                            [](const auto& at) { return at.has_value(); });
}

absl::Status KnownEventId(size_t index) {
  return Conflict("the event id is that of another event", index, ".event_id");
}

absl::StatusOr<AppendResult> AnswerRepeated(const PreparedAppend& append, const KnownIds& known,
                                            const LogReader& reader) {
  ASSIGN_OR_RETURN(const std::vector<Position> positions,
                   known.request.has_value() ? MatchRequest(append, *known.request, reader)
                                             : MatchExternal(append, known, reader));
  AppendResult result;
  result.repeated = true;
  ASSIGN_OR_RETURN(result.receipts, reader.ReceiptsOf(positions));
  return result;
}

}  // namespace constancia::eventstore
