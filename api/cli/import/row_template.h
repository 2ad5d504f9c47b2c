// Text with columns of a row in it: "case/{case_no}", "{@row}".
//
// Used by: the mapping of import csv.
// Threads: any; immutable.
#ifndef CONSTANCIA_API_CLI_IMPORT_ROW_TEMPLATE_H_
#define CONSTANCIA_API_CLI_IMPORT_ROW_TEMPLATE_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace constancia::api {

class RowTemplate {
 public:
  // Returns the value of the name between braces for the row at hand.
  using Lookup = std::function<absl::StatusOr<std::string>(std::string_view name)>;

  // Reads `text`; "{{" and "}}" stand for one brace. Fails with INPUT_MALFORMED when a brace has no
  // partner or nothing stands between two.
  static absl::StatusOr<RowTemplate> Parse(std::string_view text);

  // The names it asks for, in order.
  std::vector<std::string> Names() const;

  // Fails as `lookup` does.
  absl::StatusOr<std::string> Fill(const Lookup& lookup) const;

 private:
  struct Piece {
    bool is_name = false;
    std::string text = {};
  };
  explicit RowTemplate(std::vector<Piece> pieces) : pieces_(std::move(pieces)) {}

  std::vector<Piece> pieces_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_IMPORT_ROW_TEMPLATE_H_
