#include "tests/sim/tally.h"

#include <string>

#include "core/base/bytes.h"
#include "core/crypto/sha256.h"

namespace constancia::sim {

void Tally::Apply(const eventstore::RecordedEvent& event, eventstore::Rows& rows) const {
  for (const auto& place : event.header.streams()) {
    const std::string key = "stream/" + place.key();
    std::string seen = rows.Get(key).value_or("");
    AppendU64(&seen, event.position.value);
    AppendU64(&seen, place.sequence());
    seen += event.header.event_id() + event.header.public_payload();
    rows.Put(key, Sha256(seen).str());

    if (place.kind() != ledger::v1::STREAM_KIND_CASE) continue;
    const std::string odd = "odd/" + place.key();
    if (rows.Get(odd).has_value()) {
      rows.Delete(odd);
    } else {
      rows.Put(odd, event.header.event_id());
    }
  }
}

}  // namespace constancia::sim
