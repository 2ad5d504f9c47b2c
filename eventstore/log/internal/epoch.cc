#include "eventstore/log/internal/epoch.h"

#include "core/base/check.h"
#include "eventstore/tables/state_tables.h"

namespace constancia::eventstore {

void Epoch::Add(const RecordedEvent& event, const Hash& leaf_hash) {
  const auto index = static_cast<uint32_t>(events.size());
  const std::optional<EventId> id = EventId::From(event.header.event_id());
  CHECK(id.has_value());
  events.push_back({event.position, leaf_hash, *id});
  ids.emplace(*id, event.position);
  for (const ledger::v1::StreamPlace& place : event.header.streams()) {
    const std::optional<Hash> key = Hash::From(place.key());
    CHECK(key.has_value());
    Tail& tail = streams.try_emplace(*key, Tail{place.sequence(), {}}).first->second;
    tail.events.push_back(index);
  }
  const std::string& source = event.header.source();
  idempotency.emplace(RequestKey(source, event.header.request_id()), event.position);
  if (!event.header.external_id().empty()) {
    idempotency.emplace(ExternalKey(source, event.header.external_id()), event.position);
  }
}

}  // namespace constancia::eventstore
