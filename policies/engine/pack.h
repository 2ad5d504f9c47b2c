// A policy pack as a person wrote it, checked.
//
// Used by: pack_set.h; the door, to lint and list packs.
// Threads: immutable once loaded; any.

#ifndef CONSTANCIA_POLICIES_ENGINE_PACK_H_
#define CONSTANCIA_POLICIES_ENGINE_PACK_H_

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "constancia/policy/v1/pack.pb.h"
#include "core/base/hash.h"
#include "policies/engine/rule.h"

namespace constancia::policies {

// Switch id to value, spelled as in YAML: "true", "3", "calendar_week".
using SwitchValues = std::map<std::string, std::string, std::less<>>;

// A value of a switch as SwitchValues spells it; "" when a switch cannot have it.
std::string SwitchText(const google::protobuf::Value& value);

class Pack {
 public:
  // Reads a pack from the bytes of its file; `file` is what errors call it.
  //
  // Refuses, with PACK_INVALID and file:line:column, whatever could make a rule say something else
  // than its author thinks: unknown fields, words, kinds and calendars, parameters of another kind,
  // rules without citation or mark, overlapping versions, a window that never opens, house rules
  // dressed as law, switches whose default is not the strict reading, and switch values under which
  // one of these would happen.
  static absl::StatusOr<Pack> Load(std::string_view file, std::string_view yaml);

  const policy::v1::Pack& text() const { return text_; }
  // SHA-256 of the file.
  const Hash& digest() const { return digest_; }

  // Makes the rules under `values`, which may name switches of other packs; a switch not named has
  // its default. Fails with PACK_INVALID when a value is not one the switch may take.
  absl::StatusOr<RuleBook> Compile(const SwitchValues& values) const;

  // Returns the value that each switch of this pack has under `values`.
  SwitchValues Effective(const SwitchValues& values) const;

 private:
  policy::v1::Pack text_;
  Hash digest_;
};

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_ENGINE_PACK_H_
