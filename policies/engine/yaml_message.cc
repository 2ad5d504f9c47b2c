#include "policies/engine/yaml_message.h"

#include <libfyaml.h>

#include <cctype>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "google/protobuf/message.h"
#include "google/protobuf/util/json_util.h"

namespace constancia::policies {
namespace {

struct FreeDiagnostics {
  void operator()(fy_diag* diagnostics) const { fy_diag_destroy(diagnostics); }
};
struct FreeParser {
  void operator()(fy_parser* parser) const { fy_parser_destroy(parser); }
};
struct FreeText {
  void operator()(char* text) const { std::free(text); }
};

absl::Status ErrorOn(std::string_view file, int line, int column, std::string_view what) {
  const std::string where = absl::StrCat(ToAbsl(file), ":", line, ":", column);
  return Error(error::v1::PACK_INVALID, absl::StrCat(where, ": ", ToAbsl(what)), "",
               {{"where", where}});
}

// The first scalar of `node`: where it begins in the text. Null when it holds none.
fy_token* FirstToken(fy_node* node) {
  void* at = nullptr;
  switch (fy_node_get_type(node)) {
    case FYNT_SCALAR:
      return fy_node_get_scalar_token(node);
    case FYNT_SEQUENCE:
      while (fy_node* item = fy_node_sequence_iterate(node, &at)) {
        if (fy_token* token = FirstToken(item)) return token;
      }
      return nullptr;
    case FYNT_MAPPING:
      while (fy_node_pair* pair = fy_node_mapping_iterate(node, &at)) {
        if (fy_token* token = FirstToken(fy_node_pair_key(pair))) return token;
      }
      return nullptr;
  }
  return nullptr;
}

std::string_view ScalarText(fy_node* node) {
  size_t size = 0;
  const char* text = fy_node_get_scalar(node, &size);
  return text == nullptr ? std::string_view() : std::string_view(text, size);
}

bool IsNull(fy_node* node) {
  if (fy_node_get_type(node) != FYNT_SCALAR || fy_node_get_style(node) != FYNS_PLAIN) return false;
  const std::string_view text = ScalarText(node);
  return text.empty() || text == "null" || text == "~";
}

bool HasUpperCase(std::string_view text) {
  for (const char c : text) {
    if (std::isupper(static_cast<unsigned char>(c))) return true;
  }
  return false;
}

// The key `name` of a mapping and its value, or nothing.
fy_node_pair* FindPair(fy_node* mapping, std::string_view name) {
  void* at = nullptr;
  while (fy_node_pair* pair = fy_node_mapping_iterate(mapping, &at)) {
    if (ScalarText(fy_node_pair_key(pair)) == name) return pair;
  }
  return nullptr;
}

}  // namespace

YamlDocument::YamlDocument(std::string file, int first_line,
                           std::unique_ptr<fy_document, Free> document)
    : file_(std::move(file)), first_line_(first_line), document_(std::move(document)) {}
YamlDocument::YamlDocument(YamlDocument&&) noexcept = default;
YamlDocument& YamlDocument::operator=(YamlDocument&&) noexcept = default;
YamlDocument::~YamlDocument() = default;

void YamlDocument::Free::operator()(fy_document* document) const { fy_document_destroy(document); }

absl::StatusOr<YamlDocument> YamlDocument::Parse(std::string_view file, std::string_view text,
                                                 Spelling spelling, int first_line) {
  if (text.size() > kYamlBytesMax) {
    return Error(error::v1::LIMIT_EXCEEDED,
                 absl::StrCat(ToAbsl(file), ": more than ", kYamlBytesMax, " bytes; split it"));
  }
  // The parser would take a zero byte for the end.
  if (text.find('\0') != std::string_view::npos) {
    return ErrorOn(file, first_line, 1, "a zero byte; it must be text");
  }
  fy_diag_cfg diag_cfg{};
  fy_diag_cfg_default(&diag_cfg);
  diag_cfg.fp = nullptr;
  const std::unique_ptr<fy_diag, FreeDiagnostics> diagnostics(fy_diag_create(&diag_cfg));
  fy_diag_set_collect_errors(diagnostics.get(), true);
  const auto first_error = [&]() -> absl::Status {
    void* at = nullptr;
    const fy_diag_error* error = fy_diag_errors_iterate(diagnostics.get(), &at);
    if (error == nullptr) return ErrorOn(file, first_line, 1, "not a document");
    // A line of JSON that ends too soon is at fault itself, not the line after it.
    const int line = spelling == Spelling::kJson ? 1 : error->line;
    return ErrorOn(file, first_line + line - 1, error->column, error->msg);
  };

  fy_parse_cfg cfg{};
  cfg.diag = diagnostics.get();
  cfg.flags = static_cast<fy_parse_cfg_flags>(
      FYPCF_DEFAULT_VERSION_1_2 |
      (spelling == Spelling::kJson ? FYPCF_JSON_FORCE : FYPCF_JSON_NONE));

  // A document is built from the first of a stream; what follows it would go unread.
  const std::unique_ptr<fy_parser, FreeParser> parser(fy_parser_create(&cfg));
  fy_parser_set_string(parser.get(), text.data(), text.size());
  int documents = 0;
  while (fy_event* event = fy_parser_parse(parser.get())) {
    const bool begins = event->type == FYET_DOCUMENT_START;
    const fy_mark* mark = fy_event_start_mark(event);
    const int line = mark == nullptr ? 0 : mark->line;
    fy_parser_event_free(parser.get(), event);
    if (begins && ++documents > 1) {
      return ErrorOn(file, first_line + line, 1, "a second document; one file is one document");
    }
  }
  if (fy_parser_get_stream_error(parser.get())) return first_error();
  if (documents == 0) return ErrorOn(file, first_line, 1, "empty");

  // The document takes the copy, also when it cannot be built.
  char* copy = static_cast<char*>(std::malloc(text.size() + 1));
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  std::unique_ptr<fy_document, Free> document(
      fy_document_build_from_malloc_string(&cfg, copy, text.size()));
  if (document == nullptr || fy_document_root(document.get()) == nullptr) return first_error();
  YamlDocument result(std::string(file), first_line, std::move(document));
  RETURN_IF_ERROR(result.Check(fy_document_root(result.document_.get()), spelling));
  return result;
}

absl::Status YamlDocument::Check(fy_node* node, Spelling spelling) const {
  if (fy_node_is_alias(node)) return ErrorAtNode(node, "an alias; write the value out");
  if (fy_node_get_anchor(node) != nullptr)
    return ErrorAtNode(node, "an anchor; anchors are refused");
  if (fy_node_get_tag_token(node) != nullptr) return ErrorAtNode(node, "a tag; tags are refused");
  void* at = nullptr;
  switch (fy_node_get_type(node)) {
    case FYNT_SCALAR:
      if (spelling == Spelling::kYaml && IsNull(node)) {
        return ErrorAtNode(node, "an empty value; leave the field out or give it one");
      }
      return absl::OkStatus();
    case FYNT_SEQUENCE:
      if (spelling == Spelling::kYaml && fy_node_sequence_is_empty(node)) {
        return ErrorAtNode(node, "an empty list; leave the field out or fill it");
      }
      while (fy_node* item = fy_node_sequence_iterate(node, &at)) {
        RETURN_IF_ERROR(Check(item, spelling));
      }
      return absl::OkStatus();
    case FYNT_MAPPING:
      while (fy_node_pair* pair = fy_node_mapping_iterate(node, &at)) {
        fy_node* key = fy_node_pair_key(pair);
        if (fy_node_get_type(key) != FYNT_SCALAR) return ErrorAtNode(key, "a key that is no word");
        RETURN_IF_ERROR(Check(key, spelling));
        // JSON also knows a field by a second, camel-case name: one field could be given twice.
        if (HasUpperCase(ScalarText(key))) {
          return ErrorAtNode(key, absl::StrCat(ToAbsl(ScalarText(key)), ": no such field"));
        }
        RETURN_IF_ERROR(Check(fy_node_pair_value(pair), spelling));
      }
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::Status YamlDocument::Into(google::protobuf::Message* message) const {
  const std::unique_ptr<char, FreeText> json(
      fy_emit_document_to_string(document_.get(), FYECF_MODE_JSON_ONELINE));
  if (json == nullptr) return ErrorOn(file_, first_line_, 1, "cannot be written as JSON");
  const auto status = google::protobuf::util::JsonStringToMessage(json.get(), message);
  if (status.ok()) return absl::OkStatus();

  // "(rules[0].limit): invalid value ..." or "(rules[0]) limitt: Cannot find field."
  const std::string text(status.message().data(), status.message().size());
  std::string path;
  std::string what = text;
  const size_t close = text.find(')');
  if (text.starts_with('(') && close != std::string::npos) {
    path = text.substr(1, close - 1);
    what = text.substr(close + 1);
    if (what.starts_with(':')) what = what.substr(1);
    while (what.starts_with(' ')) what = what.substr(1);
  }
  const size_t unknown = what.find(": Cannot find field");
  if (unknown != std::string::npos) {
    const std::string name = what.substr(0, unknown);
    path = path.empty() ? name : absl::StrCat(path, ".", name);
    what = absl::StrCat(name, ": no such field");
  }
  return ErrorAt(path, what);
}

absl::Status YamlDocument::ErrorAt(std::string_view path, std::string_view what) const {
  fy_node* node = fy_document_root(document_.get());
  while (!path.empty()) {
    if (path.front() == '.') {
      path.remove_prefix(1);
      continue;
    }
    fy_node* next = nullptr;
    if (path.front() == '[') {
      const size_t close = path.find(']');
      int index = 0;
      if (close == std::string_view::npos ||
          !absl::SimpleAtoi(ToAbsl(path.substr(1, close - 1)), &index)) {
        break;
      }
      if (fy_node_is_sequence(node)) next = fy_node_sequence_get_by_index(node, index);
      path.remove_prefix(close + 1);
    } else {
      const std::string_view name = path.substr(0, path.find_first_of(".["));
      fy_node_pair* pair = fy_node_is_mapping(node) ? FindPair(node, name) : nullptr;
      path.remove_prefix(name.size());
      // The last name points at the key: what is wrong may be the name itself.
      if (pair != nullptr) next = path.empty() ? fy_node_pair_key(pair) : fy_node_pair_value(pair);
    }
    if (next == nullptr) break;
    node = next;
  }
  return ErrorAtNode(node, what);
}

absl::Status YamlDocument::ErrorAtNode(fy_node* node, std::string_view what) const {
  const fy_token* token = FirstToken(node);
  const fy_mark* mark =
      token == nullptr ? nullptr : fy_token_start_mark(const_cast<fy_token*>(token));
  if (mark == nullptr) return ErrorOn(file_, first_line_, 1, what);
  return ErrorOn(file_, first_line_ + mark->line, mark->column + 1, what);
}

}  // namespace constancia::policies
