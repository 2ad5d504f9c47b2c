// A story of one case for the tests of projections: events with the position at which each was
// recorded, folded into rows in memory.
//
// Used by: tests of this folder.

#ifndef CONSTANCIA_EVENTSTORE_PROJECTIONS_TEST_STORY_H_
#define CONSTANCIA_EVENTSTORE_PROJECTIONS_TEST_STORY_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/correction.pb.h"
#include "constancia/event/v1/money.pb.h"
#include "constancia/event/v1/portfolio.pb.h"
#include "core/base/random.h"
#include "core/base/time.h"
#include "core/event/uuid.h"
#include "eventstore/log/inline_projection.h"
#include "eventstore/projections/row_source.h"

#include "gtest/gtest.h"

namespace constancia::eventstore {

namespace ev = event::v1;

inline constexpr int64_t kDay = 86'400 * kMicrosPerSecond;
inline constexpr int64_t kMonday = 1'741'600'800 * kMicrosPerSecond;  // 2025-03-10 10:00 UTC

class MapRows final : public Rows, public RowSource {
 public:
  std::optional<std::string> Get(std::string_view key) override {
    const auto row = rows.find(std::string(key));
    if (row == rows.end()) return std::nullopt;
    return row->second;
  }
  void Put(std::string_view key, std::string_view value) override {
    rows[std::string(key)] = value;
  }
  void Delete(std::string_view key) override { rows.erase(std::string(key)); }

  absl::StatusOr<std::optional<std::string>> Read(std::string_view key) const override {
    const auto row = rows.find(std::string(key));
    if (row == rows.end()) return std::optional<std::string>();
    return std::optional<std::string>(row->second);
  }
  absl::StatusOr<std::vector<RowSource::Row>> Scan(std::string_view prefix, std::string_view from,
                                                   std::string_view to) const override {
    std::vector<RowSource::Row> found;
    for (auto row = rows.lower_bound(std::string(from)); row != rows.end() && row->first < to;
         ++row)
      if (row->first.starts_with(prefix)) found.push_back(*row);
    return found;
  }

  template <typename Message>
  Message MessageAt(const std::string& key) const {
    Message message;
    const auto row = rows.find(key);
    EXPECT_NE(row, rows.end()) << key;
    EXPECT_TRUE(row != rows.end() && message.ParseFromString(row->second));
    return message;
  }

  std::map<std::string, std::string> rows;
};

// Events of one case, each with the position at which it was recorded.
class Story {
 public:
  // Returns the event's id in text.
  template <typename Payload>
  std::string Add(Payload payload, int64_t at) {
    RecordedEvent event;
    event.position = {2 * events.size() + 2};
    const EventId id = NewEventId({at}, random_);
    event.header.set_event_id(id.str());
    event.header.set_type(std::string(payload.GetDescriptor()->full_name()));
    event.header.set_occurred_at(at);
    event.header.set_zone("America/Santiago");
    event.header.set_offset_minutes(-180);
    event.header.set_public_payload(payload.SerializeAsString());
    ledger::v1::StreamPlace* place = event.header.add_streams();
    place->set_kind(ledger::v1::STREAM_KIND_CASE);
    place->set_name("C-1");
    place->set_sequence(events.size());
    events.push_back(std::move(event));
    return ToText(id);
  }

  MapRows Fold(const InlineProjection& projection) const {
    MapRows rows;
    for (const RecordedEvent& event : events) projection.Apply(event, rows);
    return rows;
  }

  std::vector<RecordedEvent> events;

 private:
  SeededRandom random_{1};
};

inline ev::Money Clp(int64_t amount) {
  ev::Money money;
  money.set_amount_minor(amount);
  money.set_code("CLP");
  return money;
}

inline ev::CaseOpened Opened() {
  ev::CaseOpened payload;
  payload.set_case_id("C-1");
  payload.set_party_id("P-1");
  payload.set_creditor_id("BANK");
  payload.set_zone("America/Santiago");
  payload.add_obligation_ids("O-1");
  payload.add_regimes("CL");
  return payload;
}

inline ev::ObligationPlaced Placed(int64_t principal) {
  ev::ObligationPlaced payload;
  payload.set_case_id("C-1");
  payload.set_obligation_id("O-1");
  payload.set_currency("CLP");
  payload.mutable_components()->set_code("CLP");
  payload.mutable_components()->set_principal_minor(principal);
  return payload;
}

inline ev::PaymentConfirmed Paid(const std::string& id, int64_t amount, const std::string& date) {
  ev::PaymentConfirmed payload;
  payload.set_payment_id(id);
  *payload.mutable_amount() = Clp(amount);
  payload.set_effective_date(date);
  payload.add_obligation_ids("O-1");
  return payload;
}

inline ev::ContactAttempted Call(const std::string& permit_id = "") {
  ev::ContactAttempted payload;
  payload.set_permit_id(permit_id);
  payload.set_channel(ev::CHANNEL_VOICE_CALL);
  payload.set_direction(ev::DIRECTION_OUTBOUND);
  payload.set_case_id("C-1");
  payload.set_party_id("P-1");
  payload.set_party_role(ev::PARTY_ROLE_DEBTOR);
  payload.add_obligation_ids("O-1");
  return payload;
}

inline ev::ContactCompleted Completed(const std::string& attempt, ev::Reach reach) {
  ev::ContactCompleted payload;
  payload.set_attempt_id(attempt);
  payload.set_reach(reach);
  return payload;
}

inline ev::EventAnnulled Annulled(const std::string& target) {
  ev::EventAnnulled annulled;
  annulled.set_target_event_id(target);
  return annulled;
}

// `target` was wrong and is `payload`, begun at `at` (as it was, when 0).
template <typename Payload>
ev::EventCorrected Corrected(const std::string& target, const Payload& payload, int64_t at = 0) {
  ev::EventCorrected corrected;
  corrected.set_target_event_id(target);
  corrected.set_corrected_type(std::string(payload.GetDescriptor()->full_name()));
  corrected.set_corrected_public(payload.SerializeAsString());
  if (at != 0) corrected.mutable_corrected_occurred_at()->set_seconds(at / kMicrosPerSecond);
  return corrected;
}

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROJECTIONS_TEST_STORY_H_
