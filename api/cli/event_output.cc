#include "api/cli/event_output.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "api/cli/command.h"

namespace constancia::api {

std::vector<Column> EventColumns() {
  return {{"position", true}, {"occurred_at"}, {"type"},     {"streams"},
          {"actor"},          {"source"},      {"personal"}, {"event_id"}};
}

std::vector<std::string> EventCells(const v1::Event& event) {
  const auto& header = event.header();
  const std::string kind = ledger::v1::ActorKind_Name(header.actor().kind());
  const std::string personal = v1::PersonalPart_Name(event.personal());
  return {absl::StrCat(event.position()),
          TimeText(header.occurred_at(), header.offset_minutes()),
          header.type().substr(header.type().rfind('.') + 1),
          absl::StrJoin(event.streams(), " "),
          absl::StrCat(kind, "/", header.actor().id()),
          header.source(),
          personal.substr(personal.rfind('_') + 1),
          event.event_id()};
}

}  // namespace constancia::api
