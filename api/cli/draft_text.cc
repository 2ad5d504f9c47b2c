#include "api/cli/draft_text.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/stream_parser.hpp>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "google/protobuf/util/json_util.h"

namespace constancia::api {
namespace {

namespace json = boost::json;

constexpr char kTypePrefix[] = "type.googleapis.com/";

// Splits `text` into its JSON values.
absl::StatusOr<std::vector<json::value>> Values(std::string_view text) {
  std::vector<json::value> values;
  while (text.find_first_not_of(" \t\r\n") != std::string_view::npos) {
    json::stream_parser parser;
    json::error_code error;
    const size_t used = parser.write_some(text.data(), text.size(), error);
    if (!error && !parser.done()) parser.finish(error);
    if (error) {
      return Error(error::v1::INPUT_MALFORMED,
                   absl::StrCat("JSON value ", values.size() + 1, ": ", error.message()));
    }
    values.push_back(parser.release());
    text.remove_prefix(used);
  }
  return values;
}

// Writes out the short type name of a draft's payload.
absl::Status Complete(const Catalogue& catalogue, json::value* draft) {
  if (!draft->is_object()) return Error(error::v1::INPUT_MALFORMED, "a draft is a JSON object");
  json::value* payload = draft->get_object().if_contains("payload");
  json::value* type = payload != nullptr && payload->is_object()
                          ? payload->get_object().if_contains("@type")
                          : nullptr;
  if (type == nullptr || !type->is_string()) {
    return Error(error::v1::INPUT_MALFORMED,
                 "name the event, as in {\"@type\": \"PaymentConfirmed\", …}", "payload");
  }
  std::string name(type->get_string().data(), type->get_string().size());
  if (absl::StartsWith(name, kTypePrefix)) name = name.substr(sizeof(kTypePrefix) - 1);
  if (!absl::StrContains(name, '.')) name = absl::StrCat("constancia.event.v1.", name);
  if (catalogue.Find(name) == nullptr) {
    return Error(error::v1::TYPE_UNKNOWN, absl::StrCat("no event is called ", name), "payload");
  }
  *type = absl::StrCat(kTypePrefix, name);
  return absl::OkStatus();
}

absl::Status ReadDraft(json::value draft, const Catalogue& catalogue, v1::EventDraft* out) {
  RETURN_IF_ERROR(Complete(catalogue, &draft));
  const auto status = google::protobuf::util::JsonStringToMessage(json::serialize(draft), out);
  if (status.ok()) return absl::OkStatus();
  return Error(error::v1::INPUT_MALFORMED,
               std::string_view(status.message().data(), status.message().size()));
}

}  // namespace

absl::StatusOr<std::vector<v1::AppendEventsRequest>> ReadDrafts(std::string_view text,
                                                                const Catalogue& catalogue) {
  ASSIGN_OR_RETURN(std::vector<json::value> values, Values(text));
  std::vector<v1::AppendEventsRequest> appends;
  for (json::value& value : values) {
    json::array drafts = value.is_array() ? std::move(value.get_array()) : json::array{value};
    v1::AppendEventsRequest& append = appends.emplace_back();
    for (size_t i = 0; i < drafts.size(); ++i) {
      const absl::Status status = ReadDraft(std::move(drafts[i]), catalogue, append.add_events());
      if (!status.ok()) {
        return InField(
            Error(*ReasonOf(status),
                  absl::StrCat("append ", appends.size(), ": ", status.message()), FieldOf(status)),
            absl::StrCat("events[", i, "]"));
      }
    }
    if (drafts.empty()) {
      return Error(error::v1::INPUT_MALFORMED,
                   absl::StrCat("append ", appends.size(), " has no events"));
    }
  }
  if (appends.empty()) return Error(error::v1::INPUT_MALFORMED, "there is no JSON in the input");
  return appends;
}

}  // namespace constancia::api
