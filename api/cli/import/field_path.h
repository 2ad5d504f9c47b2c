// A field of an event message by its written path: "amount", "components.principal_minor",
// "parties[0].role".
//
// Used by: the mapping of import csv.
// Threads: any; immutable.
#ifndef CONSTANCIA_API_CLI_IMPORT_FIELD_PATH_H_
#define CONSTANCIA_API_CLI_IMPORT_FIELD_PATH_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace constancia::api {

class FieldPath {
 public:
  // A repeated field without an index means its first element; an index is at most 63.
  // Fails with INPUT_MALFORMED when `type` has no such field.
  static absl::StatusOr<FieldPath> Parse(const google::protobuf::Descriptor& type,
                                         std::string_view path);

  const google::protobuf::FieldDescriptor& field() const { return *steps_.back().field; }

  // Tells whether SetText can set it.
  bool TakesText() const;

  // Sets a string, whole number, bool or enum from its text form; an enum by the name of its value.
  // Fails with INPUT_MALFORMED when the text is none or the field is of another kind.
  absl::Status SetText(std::string_view text, google::protobuf::Message* root) const;

  // Sets a signed 64-bit field. `field()` is one.
  void SetNumber(int64_t number, google::protobuf::Message* root) const;

  // The message that the field holds, made when absent. `field()` holds one.
  google::protobuf::Message* Mutable(google::protobuf::Message* root) const;

 private:
  struct Step {
    const google::protobuf::FieldDescriptor* field;
    int index;
  };
  explicit FieldPath(std::vector<Step> steps) : steps_(std::move(steps)) {}

  google::protobuf::Message* Parent(google::protobuf::Message* root) const;

  std::vector<Step> steps_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_IMPORT_FIELD_PATH_H_
