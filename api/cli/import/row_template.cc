#include "api/cli/import/row_template.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace constancia::api {

absl::StatusOr<RowTemplate> RowTemplate::Parse(std::string_view text) {
  std::vector<Piece> pieces;
  std::string literal;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c == '{' || c == '}') && i + 1 < text.size() && text[i + 1] == c) {
      literal.push_back(c);
      ++i;
      continue;
    }
    const size_t end = c == '{' ? text.find('}', i) : std::string_view::npos;
    if (c == '}' || (c == '{' && (end == std::string_view::npos || end == i + 1))) {
      return Error(error::v1::INPUT_MALFORMED,
                   absl::StrCat("\"", ToAbsl(text),
                                "\": a column stands between { and }; write {{ for a brace"));
    }
    if (c != '{') {
      literal.push_back(c);
      continue;
    }
    if (!literal.empty()) pieces.push_back({false, std::exchange(literal, {})});
    pieces.push_back({true, std::string(text.substr(i + 1, end - i - 1))});
    i = end;
  }
  if (!literal.empty()) pieces.push_back({false, std::move(literal)});
  return RowTemplate(std::move(pieces));
}

std::vector<std::string> RowTemplate::Names() const {
  std::vector<std::string> names;
  for (const Piece& piece : pieces_) {
    if (piece.is_name) names.push_back(piece.text);
  }
  return names;
}

absl::StatusOr<std::string> RowTemplate::Fill(const Lookup& lookup) const {
  std::string out;
  for (const Piece& piece : pieces_) {
    if (!piece.is_name) {
      out += piece.text;
      continue;
    }
    ASSIGN_OR_RETURN(const std::string value, lookup(piece.text));
    out += value;
  }
  return out;
}

}  // namespace constancia::api
