// Reads events back: one, a page, or as they come.
//
// Every event is held against what the caller sees: a source its own events only, whatever stream
// it asks for. A personal part is opened only when it is asked for with a purpose, is shown as the
// caller may see it, and that viewing is itself recorded before the answer; under a grant every
// answer is. To read the stream of a national id is a search: it takes a purpose and is recorded.
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
#include "api/commands/access_log.h"
#include "constancia/v1/event_service.pb.h"
#include "core/base/position.h"
#include "core/event/catalogue.h"
#include "core/event/stream.h"
#include "eventstore/log/event_log.h"

namespace constancia::api {

// Which events a caller asks for and may see.
struct EventQuery {
  std::optional<Stream> stream;            // The whole log when absent.
  absl::flat_hash_set<std::string> types;  // All when empty.
  Caller caller;
  Method method;
};

class ReadEvents {
 public:
  // All outlive the command.
  struct Uses {
    const Catalogue* catalogue = nullptr;
    const Access* access = nullptr;
    const AccessLog* access_log = nullptr;
    eventstore::EventLog* log = nullptr;
  };

  explicit ReadEvents(const Uses& uses) : uses_(uses) {}

  // Fails with SCOPE_NOT_GRANTED, WRONG_TENANT, SCHEMA_INVALID, NOT_FOUND, PERSONAL_PART_ERASED.
  absl::StatusOr<v1::Event> Get(const Caller& caller, const v1::GetEventRequest& request) const;

  // Fails with SCOPE_NOT_GRANTED, WRONG_TENANT, SCHEMA_INVALID, STREAM_INVALID, TYPE_UNKNOWN,
  // LIMIT_EXCEEDED. A part that was erased is marked so in its event.
  absl::StatusOr<v1::ListEventsResponse> List(const Caller& caller,
                                              const v1::ListEventsRequest& request) const;

  // The same for another method of the table, by whose roles it is narrowed.
  absl::StatusOr<v1::ListEventsResponse> ListFor(const Caller& caller, Method method,
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
      const EventQuery& query, View& view, uint64_t from, Position end, size_t scan,
      const std::function<bool(const eventstore::RecordedEvent&, const View::Sight&)>& take) const;

  absl::StatusOr<EventQuery> PrepareQuery(
      const Caller& caller, Method method, const std::string& parent, const std::string& stream,
      const google::protobuf::RepeatedPtrField<std::string>& types) const;

  // Puts the personal part of `event` into `message`, as `masking` says. A part that was erased is
  // marked so, and one that may not be seen stays withheld.
  absl::Status Open(const eventstore::RecordedEvent& event, event::v1::Masking masking,
                    v1::Event* message) const;

  const Uses uses_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_READ_EVENTS_H_
