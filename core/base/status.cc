#include "core/base/status.h"

#include "absl/strings/cord.h"
#include "google/protobuf/descriptor.h"

namespace constancia {
namespace {

constexpr char kDetailUrl[] = "type.googleapis.com/constancia.error.v1.ErrorDetail";

absl::StatusCode CodeOf(Reason reason) {
  const google::protobuf::EnumValueDescriptor* value =
      error::v1::Reason_descriptor()->FindValueByNumber(reason);
  if (value == nullptr) return absl::StatusCode::kInternal;
  return static_cast<absl::StatusCode>(value->options().GetExtension(error::v1::code));
}

absl::Status WithDetail(absl::Status status, const error::v1::ErrorDetail& detail) {
  status.SetPayload(kDetailUrl, absl::Cord(detail.SerializeAsString()));
  return status;
}

}  // namespace

absl::Status Error(Reason reason, std::string_view message, std::string_view field,
                   std::initializer_list<std::pair<std::string, std::string>> variables) {
  error::v1::ErrorDetail detail;
  detail.set_reason(reason);
  detail.set_field(std::string(field));
  for (const auto& [name, value] : variables) {
    error::v1::Variable* variable = detail.add_variables();
    variable->set_name(name);
    variable->set_value(value);
  }
  return WithDetail(absl::Status(CodeOf(reason), ToAbsl(message)), detail);
}

std::optional<error::v1::ErrorDetail> DetailOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kDetailUrl);
  error::v1::ErrorDetail detail;
  if (!payload.has_value() || !detail.ParseFromString(std::string(*payload))) return std::nullopt;
  return detail;
}

std::optional<Reason> ReasonOf(const absl::Status& status) {
  const auto detail = DetailOf(status);
  if (!detail.has_value()) return std::nullopt;
  return detail->reason();
}

std::string FieldOf(const absl::Status& status) {
  const auto detail = DetailOf(status);
  return detail.has_value() ? detail->field() : std::string();
}

absl::Status InField(absl::Status status, std::string_view prefix) {
  auto detail = DetailOf(status);
  if (!detail.has_value()) return status;
  std::string path(prefix);
  if (!detail->field().empty()) path += "." + detail->field();
  detail->set_field(path);
  return WithDetail(std::move(status), *detail);
}

}  // namespace constancia
