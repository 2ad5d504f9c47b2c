#include "policies/life_cycle/case_history.h"

#include "absl/time/time.h"
#include "constancia/event/v1/correction.pb.h"
#include "constancia/event/v1/values.pb.h"
#include "core/base/time.h"
#include "core/event/uuid.h"

namespace constancia::policies {
namespace {

namespace ev = event::v1;

absl::CivilDay LocalDate(int64_t at_micros, int32_t offset_minutes) {
  return absl::ToCivilDay(absl::FromUnixMicros(at_micros) + absl::Minutes(offset_minutes),
                          absl::UTCTimeZone());
}

}  // namespace

void CaseHistory::Add(uint64_t position, const ledger::v1::EventHeader& header) {
  Known known;
  const auto id = EventId::From(header.event_id());
  if (!id.has_value()) return;
  known.event_id = ToText(*id);
  known.position = position;
  known.at_micros = header.occurred_at();
  known.offset_minutes = header.offset_minutes();
  known.date = LocalDate(header.occurred_at(), header.offset_minutes());
  known.type = header.type();
  known.public_part = header.public_payload();
  known_.emplace(position, std::move(known));
}

void CaseHistory::Finish() {
  std::map<std::string, Known*, std::less<>> targets;
  for (auto& [position, known] : known_) targets[known.event_id] = &known;
  std::vector<std::string> annulled;
  for (auto& [position, known] : known_) {
    if (known.type == ev::EventCorrected::descriptor()->full_name()) {
      ev::EventCorrected corrected;
      corrected.ParseFromString(known.public_part);
      const auto target = targets.find(corrected.target_event_id());
      if (target == targets.end() || target->second->type != corrected.corrected_type()) continue;
      target->second->public_part = corrected.corrected_public();
      if (corrected.has_corrected_occurred_at()) {
        Known& right = *target->second;
        right.at_micros = corrected.corrected_occurred_at().seconds() * kMicrosPerSecond +
                          corrected.corrected_occurred_at().nanos() / 1000;
        right.date = LocalDate(right.at_micros, right.offset_minutes);
      }
    } else if (known.type == ev::EventAnnulled::descriptor()->full_name()) {
      ev::EventAnnulled event;
      event.ParseFromString(known.public_part);
      annulled.push_back(event.target_event_id());
    }
  }
  for (const std::string& id : annulled) {
    const auto target = targets.find(id);
    if (target != targets.end()) known_.erase(target->second->position);
    targets.erase(id);
  }
  by_id_.clear();
  by_type_.clear();
  for (const auto& [position, known] : known_) {
    // The fields every event has in common, whatever its type.
    ev::About about;
    about.ParseFromString(known.public_part);
    if (!about.case_id().empty() && about.case_id() != case_id_) continue;
    by_id_[known.event_id] = &known;
    by_type_[known.type].push_back(&known);
  }
}

}  // namespace constancia::policies
