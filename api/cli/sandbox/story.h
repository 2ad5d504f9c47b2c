// The events of one made-up case, one after another.
//
// Used by: the sandbox portfolio.
// Threads: one.
#ifndef CONSTANCIA_API_CLI_SANDBOX_STORY_H_
#define CONSTANCIA_API_CLI_SANDBOX_STORY_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "constancia/event/v1/common.pb.h"
#include "constancia/event/v1/values.pb.h"
#include "constancia/ledger/v1/header.pb.h"
#include "constancia/v1/event_service.pb.h"
#include "core/base/random.h"
#include "google/protobuf/message.h"

namespace constancia::api {

// Where a case plays.
struct StoryPlace {
  std::string_view country;    // "CL"
  std::string_view regime;     // "MX-CONDUSEF"
  std::string_view zone_name;  // "America/Santiago"
  absl::TimeZone zone;
  std::string_view currency;  // "CLP"
  int64_t unit_minor;         // About a twentieth of a usual debt.
  std::string_view creditor;
  std::string_view phone_prefix;
  std::string_view city;
};

// Something that happened: its events go in together.
struct Happening {
  absl::Time at;
  v1::AppendEventsRequest append;
};

class Story {
 public:
  // `name` is "CL1-0001"; case, debtor and debt are C-, P- and O- of it. `place` outlives the
  // story.
  Story(std::string name, const StoryPlace* place, uint64_t seed);

  const std::string& case_id() const { return case_id_; }
  const std::string& party_id() const { return party_id_; }
  const std::string& obligation_id() const { return obligation_id_; }
  const StoryPlace& place() const { return *place_; }
  SeededRandom& random() { return random_; }

  // Local time on a day.
  absl::Time At(absl::CivilDay day, int hour, int minute) const;
  // The day itself, or the Monday behind it when it is a Saturday or Sunday.
  static absl::CivilDay Weekday(absl::CivilDay day);

  // Begins a new append at `at`; events added next belong to it.
  void Begin(absl::Time at);
  // Adds an event of the case and its debtor and returns its id. Fields that tell which case,
  // person, debts and creditor it is about are filled in where the type has them.
  std::string Add(const google::protobuf::Message& event, const ledger::v1::Actor& actor);

  event::v1::Money Amount(int64_t minor) const;

  std::vector<Happening> Take() { return std::move(happenings_); }

 private:
  const std::string name_;
  const std::string case_id_;
  const std::string party_id_;
  const std::string obligation_id_;
  const StoryPlace* const place_;
  SeededRandom random_;
  std::vector<Happening> happenings_;
  int events_ = 0;
};

ledger::v1::Actor Agent(std::string_view name);
ledger::v1::Actor Machine(std::string_view name);
ledger::v1::Actor TheDebtor(std::string_view party_id);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_SANDBOX_STORY_H_
