#include "api/cli/events_command.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "api/cli/draft_text.h"
#include "api/cli/event_output.h"
#include "api/cli/log_end.h"
#include "constancia/v1/event_service.grpc.pb.h"
#include "core/base/bytes.h"
#include "core/base/status.h"

namespace constancia::api {
namespace {

using v1::EventService;

constexpr uint32_t kPageSizeMax = 1000;

std::string FullTypeName(const std::string& type) {
  return absl::StrContains(type, '.') ? type : absl::StrCat("constancia.event.v1.", type);
}

template <typename Request>
void SetFilter(const EventsFilter& filter, Request* request) {
  request->set_stream(filter.stream);
  for (const std::string& type : filter.types) request->add_types(FullTypeName(type));
}

void Add(const v1::Event& event, RecordWriter* writer) {
  writer->Add(EventCells(event), ToJson(event));
}

// Gives events from a position on until `take` returns false, or the server ends the call. With
// `until`, ends before that position.
absl::Status Follow(const Client& client, const EventsFilter& filter, uint64_t from,
                    std::optional<uint64_t> until,
                    const std::function<bool(const v1::Event&)>& take) {
  v1::WatchEventsRequest request;
  request.set_parent(client.parent());
  request.set_from_position(from);
  SetFilter(filter, &request);
  grpc::ClientContext context;
  const auto stub = EventService::NewStub(client.channel());
  const auto reader = stub->WatchEvents(&context, request);
  v1::WatchEventsResponse response;
  while (reader->Read(&response)) {
    const bool wanted =
        response.has_event() && (!until.has_value() || response.event().position() < *until);
    const bool more = (!wanted || take(response.event())) &&
                      (!until.has_value() || response.next_position() < *until);
    if (more) continue;
    context.TryCancel();
    while (reader->Read(&response)) {
    }
    reader->Finish();
    return absl::OkStatus();
  }
  return FromGrpc(reader->Finish());
}

}  // namespace

Outcome EventsAppend(const CommandContext& context, const EventsAppendOptions& options) {
  ASSIGN_OR_RETURN(const std::string text, ReadInput(context, options.file));
  const Catalogue catalogue;
  ASSIGN_OR_RETURN(auto appends, ReadDrafts(text, catalogue));
  if (!options.request_id.empty() && appends.size() != 1) {
    return Error(error::v1::INPUT_MALFORMED,
                 absl::StrCat("--request-id is for one append; the input holds ", appends.size()));
  }
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  const auto stub = EventService::NewStub(client.channel());
  RecordWriter writer(
      context.format, Shape::kMany,
      {{"position", true}, {"event_id"}, {"recorded_at"}, {"leaf_hash"}, {"request_id"}},
      context.out);
  for (v1::AppendEventsRequest& append : appends) {
    append.set_parent(client.parent());
    append.set_request_id(options.request_id.empty() ? FreshRequestId(context)
                                                     : options.request_id);
    if (options.wait_published) append.set_wait(v1::PUBLISHED);
    auto response = Call(*stub, &EventService::Stub::AppendEvents, append);
    if (!response.ok()) {
      writer.Finish();
      return response.status();
    }
    for (const v1::Receipt& receipt : response->receipts()) {
      const int64_t micros =
          receipt.recorded_at().seconds() * kMicrosPerSecond + receipt.recorded_at().nanos() / 1000;
      writer.Add({absl::StrCat(receipt.position()), receipt.event_id(), TimeText(micros, 0),
                  HexEncode(receipt.leaf_hash()), append.request_id()},
                 ToJson(receipt));
    }
  }
  writer.Finish();
  return ExitCode::kOk;
}

Outcome EventsList(const CommandContext& context, const EventsListOptions& options) {
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  RecordWriter writer(context.format, Shape::kMany, EventColumns(), context.out);
  uint64_t left = options.limit == 0 ? UINT64_MAX : options.limit;
  if (options.from.has_value()) {
    ASSIGN_OR_RETURN(const uint64_t end, EndOfLog(client));
    if (*options.from < end) {
      RETURN_IF_ERROR(
          Follow(client, options.filter, *options.from, end, [&](const v1::Event& event) {
            Add(event, &writer);
            return --left > 0;
          }));
    }
    writer.Finish();
    return ExitCode::kOk;
  }
  const auto stub = EventService::NewStub(client.channel());
  v1::ListEventsRequest request;
  request.set_parent(client.parent());
  SetFilter(options.filter, &request);
  request.set_open_personal(options.open_personal);
  request.set_purpose(options.purpose);
  do {
    request.set_page_size(static_cast<uint32_t>(std::min<uint64_t>(left, kPageSizeMax)));
    ASSIGN_OR_RETURN(const auto page, Call(*stub, &EventService::Stub::ListEvents, request));
    for (const v1::Event& event : page.events()) Add(event, &writer);
    left -= std::min<uint64_t>(left, static_cast<uint64_t>(page.events_size()));
    request.set_page_token(page.next_page_token());
  } while (left > 0 && !request.page_token().empty());
  writer.Finish();
  return ExitCode::kOk;
}

Outcome EventsGet(const CommandContext& context, const EventsGetOptions& options) {
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  v1::GetEventRequest request;
  request.set_parent(client.parent());
  if (const auto position = ParseDecimal(options.which); position.has_value()) {
    request.set_position(*position);
  } else {
    request.set_event_id(options.which);
  }
  request.set_open_personal(options.open_personal);
  request.set_purpose(options.purpose);
  const auto stub = EventService::NewStub(client.channel());
  ASSIGN_OR_RETURN(const auto event, Call(*stub, &EventService::Stub::GetEvent, request));
  std::vector<Column> columns = EventColumns();
  std::vector<std::string> cells = EventCells(event);
  columns.push_back({"payload"});
  cells.push_back(ToJson(event.payload()));
  RecordWriter writer(context.format, Shape::kOne, std::move(columns), context.out);
  writer.Add(std::move(cells), ToJson(event));
  writer.Finish();
  return ExitCode::kOk;
}

Outcome EventsTail(const CommandContext& context, const EventsTailOptions& options) {
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  uint64_t from = options.from.value_or(0);
  if (!options.from.has_value()) {
    ASSIGN_OR_RETURN(from, EndOfLog(client));
  }
  // Whoever follows a stream wants lines, also where he asked for one JSON value.
  RecordWriter writer(context.format == Format::kJson ? Format::kJsonl : context.format,
                      Shape::kMany, EventColumns(), context.out);
  RETURN_IF_ERROR(Follow(client, options.filter, from, std::nullopt, [&](const v1::Event& event) {
    if (context.format == Format::kTable) {
      *context.out << absl::StrJoin(EventCells(event), "  ") << '\n';
    } else {
      Add(event, &writer);
    }
    context.out->flush();
    return context.out->good();
  }));
  return ExitCode::kOk;
}

}  // namespace constancia::api
