// constancia events: record what happened, and read it back.
#ifndef CONSTANCIA_API_CLI_EVENTS_COMMAND_H_
#define CONSTANCIA_API_CLI_EVENTS_COMMAND_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/cli/command.h"

namespace constancia::api {

struct EventsAppendOptions {
  std::string file = "-";
  std::string request_id;  // Of the one append there is; fresh ones when empty.
  bool wait_published = false;
};
Outcome EventsAppend(const CommandContext& context, const EventsAppendOptions& options);

struct EventsFilter {
  std::string stream;
  std::vector<std::string> types;  // Short or full names.
};

struct EventsListOptions {
  EventsFilter filter;
  std::optional<uint64_t> from;  // First position wanted.
  uint64_t limit = 100;          // 0: all.
  bool open_personal = false;
  std::string purpose;
};
Outcome EventsList(const CommandContext& context, const EventsListOptions& options);

struct EventsGetOptions {
  std::string which;  // An event id or a position.
  bool open_personal = false;
  std::string purpose;
};
Outcome EventsGet(const CommandContext& context, const EventsGetOptions& options);

struct EventsTailOptions {
  EventsFilter filter;
  std::optional<uint64_t> from;  // The end of the log when absent.
};
// Ends when the server does, or by a signal.
Outcome EventsTail(const CommandContext& context, const EventsTailOptions& options);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_EVENTS_COMMAND_H_
