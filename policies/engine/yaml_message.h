// Text written by people, read into a protobuf message: YAML, or JSON with the same strictness.
//
// The message is the schema, YAML only its spelling. Refused, with file, line and column: unknown
// and repeated fields, values of the wrong type, anchors, aliases and tags (so no text can grow
// when read), empty values, more than one document.
//
// Used by: pack.h, case_file.h; the door, for mappings and settings of the same form.
// Threads: a document belongs to one thread.

#ifndef CONSTANCIA_POLICIES_ENGINE_YAML_MESSAGE_H_
#define CONSTANCIA_POLICIES_ENGINE_YAML_MESSAGE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct fy_document;
struct fy_node;

namespace google::protobuf {
class Message;
}

namespace constancia::policies {

inline constexpr size_t kYamlBytesMax = 1 << 20;

class YamlDocument {
 public:
  enum class Spelling { kYaml, kJson };

  // Parses `text`. `file` is what errors call it; its first line has number `first_line`. In JSON a
  // null is let through: what it means is the schema's business.
  //
  // Fails with PACK_INVALID, and LIMIT_EXCEEDED above 1 MiB.
  static absl::StatusOr<YamlDocument> Parse(std::string_view file, std::string_view text,
                                            Spelling spelling = Spelling::kYaml,
                                            int first_line = 1);

  YamlDocument(YamlDocument&&) noexcept;
  YamlDocument& operator=(YamlDocument&&) noexcept;
  ~YamlDocument();

  // Reads the whole document into `message`. Fails with PACK_INVALID.
  absl::Status Into(google::protobuf::Message* message) const;

  // Makes a PACK_INVALID error about the value at `path`, "rules[2].channels[0]". A path that leads
  // nowhere stands for the nearest value above it.
  absl::Status ErrorAt(std::string_view path, std::string_view what) const;

 private:
  struct Free {
    void operator()(fy_document* document) const;
  };

  YamlDocument(std::string file, int first_line, std::unique_ptr<fy_document, Free> document);

  absl::Status ErrorAtNode(fy_node* node, std::string_view what) const;
  absl::Status Check(fy_node* node, Spelling spelling) const;

  std::string file_;
  int first_line_;
  std::unique_ptr<fy_document, Free> document_;
};

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_ENGINE_YAML_MESSAGE_H_
