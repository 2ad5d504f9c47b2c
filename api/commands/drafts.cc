#include "api/commands/drafts.h"

#include <algorithm>
#include <string>

namespace constancia::api {

using counsel::v1::Finding;

Stream CaseStream(std::string_view id) { return {ledger::v1::STREAM_KIND_CASE, std::string(id)}; }

Stream DebtorStream(std::string_view id) {
  return {ledger::v1::STREAM_KIND_DEBTOR, std::string(id)};
}

eventstore::RecordedEvent AsRecorded(const eventstore::EventDraft& draft, size_t index) {
  eventstore::RecordedEvent event;
  event.position = {kFirstDraft + index};
  if (draft.event_id.has_value()) event.header.set_event_id(draft.event_id->str());
  event.header.set_type(draft.type);
  event.header.set_occurred_at(draft.occurred_at.micros);
  event.header.set_zone(draft.zone);
  event.header.set_offset_minutes(draft.offset_minutes);
  event.header.set_public_payload(draft.public_part);
  for (const Stream& stream : draft.streams) {
    ledger::v1::StreamPlace* place = event.header.add_streams();
    place->set_kind(stream.kind);
    place->set_name(stream.name);
  }
  return event;
}

void ShortenVerdict(counsel::v1::Verdict* verdict) {
  constexpr size_t kVerdictBytesMax = 16 << 10;
  if (verdict->ByteSizeLong() <= kVerdictBytesMax) return;
  auto* findings = verdict->mutable_findings();
  findings->erase(std::remove_if(findings->begin(), findings->end(),
                                 [](const Finding& one) { return one.result() != Finding::FAIL; }),
                  findings->end());
  while (!findings->empty() && verdict->ByteSizeLong() > kVerdictBytesMax) findings->RemoveLast();
}

}  // namespace constancia::api
