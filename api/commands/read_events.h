// Reads events back: one, a page, or as they come.
//
// A source sees its own events only, whatever stream it asks for. A personal part is opened only
// when it is asked for with a purpose, and that viewing is itself recorded before the answer.
//
// Used by: api/service.
// Threads: any thread may call any method; each may read much and, with `open_personal`, waits for
// an append.
#ifndef CONSTANCIA_API_COMMANDS_READ_EVENTS_H_
#define CONSTANCIA_API_COMMANDS_READ_EVENTS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "api/auth/access.h"
#include "api/auth/caller.h"
#include "constancia/v1/event_service.pb.h"
#include "core/base/clock.h"
#include "core/base/position.h"
#include "core/base/random.h"
#include "core/event/catalogue.h"
#include "core/event/stream.h"
#include "eventstore/log/event_log.h"

namespace constancia::api {

// Which events a caller asks for and may see.
struct EventQuery {
  std::optional<Stream> stream;            // The whole log when absent.
  absl::flat_hash_set<std::string> types;  // All when empty.
  std::optional<std::string> only_source;
};

class ReadEvents {
 public:
  // All outlive the command.
  struct Uses {
    const Catalogue* catalogue = nullptr;
    const Access* access = nullptr;
    Clock* clock = nullptr;
    Random* random = nullptr;
    eventstore::EventLog* log = nullptr;
  };

  explicit ReadEvents(const Uses& uses) : uses_(uses) {}

  // Fails with SCOPE_NOT_GRANTED, WRONG_TENANT, SCHEMA_INVALID, NOT_FOUND, PERSONAL_PART_ERASED.
  absl::StatusOr<v1::Event> Get(const Caller& caller, const v1::GetEventRequest& request) const;

  // Fails with SCOPE_NOT_GRANTED, WRONG_TENANT, SCHEMA_INVALID, STREAM_INVALID, TYPE_UNKNOWN,
  // LIMIT_EXCEEDED. A part that was erased is marked so in its event.
  absl::StatusOr<v1::ListEventsResponse> List(const Caller& caller,
                                              const v1::ListEventsRequest& request) const;

  // Checks a request to follow the log. Fails as List does.
  absl::StatusOr<EventQuery> PrepareWatch(const Caller& caller,
                                          const v1::WatchEventsRequest& request) const;

  // What a watcher has not seen yet: events from `from` on, and where to go on.
  struct News {
    std::vector<v1::Event> events;
    Position next;
    // Whether `next` is the end of the log as it was.
    bool caught_up = false;
  };
  absl::StatusOr<News> ReadNews(const EventQuery& query, Position from) const;

 private:
  // Reads on from `from` (a sequence number in a stream, else a position) until `take` returns
  // false, `scan` events were looked at, or `end` is reached. Returns where to go on, nothing at
  // the end.
  absl::StatusOr<std::optional<uint64_t>> Read(
      const EventQuery& query, uint64_t from, Position end, size_t scan,
      const std::function<bool(const eventstore::RecordedEvent&)>& take) const;

  absl::StatusOr<EventQuery> PrepareQuery(
      const Caller& caller, Method method, const std::string& parent, const std::string& stream,
      const google::protobuf::RepeatedPtrField<std::string>& types) const;

  // Puts the personal part of `event` into `message`. A part that was erased is marked so.
  absl::Status Open(const eventstore::RecordedEvent& event, v1::Event* message) const;

  // Records that `opened` events of `streams` were shown to `caller`.
  absl::Status RecordViewing(const Caller& caller, Method method, std::string_view what,
                             std::string_view purpose, uint32_t opened,
                             std::vector<Stream> streams) const;

  const Uses uses_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_READ_EVENTS_H_
