#include "api/service/status.h"

#include <grpcpp/support/status.h>

#include <string>

#include "api/commands/transition_case.h"
#include "core/base/log.h"
#include "core/base/status.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/error_info.pb.h"
#include "google/rpc/status.pb.h"

namespace constancia::api {
namespace {

constexpr char kDomain[] = "constancia";
constexpr char kInternal[] = "an error inside the server; its log says more";

// Every condition that does not hold, with what is missing in the caller's language.
void AddViolations(const absl::Status& status, Language language, google::rpc::Status* rpc) {
  const auto payload = status.GetPayload(kFailedGuardsPayload);
  v1::FailedGuards failed;
  if (!payload.has_value() || !failed.ParseFromString(std::string(*payload))) return;
  google::rpc::PreconditionFailure failure;
  for (const v1::GuardFinding& guard : failed.guards()) {
    const v1::Words& words = guard.missing();
    google::rpc::PreconditionFailure::Violation* violation = failure.add_violations();
    violation->set_type(guard.result().guard_id());
    violation->set_subject("case/" + failed.case_id());
    violation->set_description(language == Language::kSpanish      ? words.es()
                               : language == Language::kPortuguese ? words.pt()
                                                                   : words.en());
  }
  rpc->add_details()->PackFrom(failure);
}

}  // namespace

google::rpc::Status ToRpc(const absl::Status& status, Language language) {
  google::rpc::Status rpc;
  if (status.ok()) return rpc;
  const auto detail = DetailOf(status);
  if (!detail.has_value()) {
    Log(LogLevel::kError, "a call failed without a reason", {{"status", status.ToString()}});
  }
  rpc.set_code(detail.has_value() ? static_cast<int>(status.code())
                                  : static_cast<int>(absl::StatusCode::kInternal));
  rpc.set_message(detail.has_value() ? std::string(ToStd(status.message())) : kInternal);
  google::rpc::ErrorInfo info;
  info.set_domain(kDomain);
  const error::v1::Reason reason = detail.has_value() ? detail->reason() : error::v1::INTERNAL;
  info.set_reason(error::v1::Reason_Name(reason));
  if (detail.has_value()) {
    for (const error::v1::Variable& variable : detail->variables()) {
      (*info.mutable_metadata())[variable.name()] = variable.value();
    }
  }
  rpc.add_details()->PackFrom(info);
  google::rpc::LocalizedMessage localized;
  localized.set_locale(std::string(LocaleOf(language)));
  localized.set_message(language == Language::kEnglish ? rpc.message()
                                                       : std::string(WordsOf(reason, language)));
  rpc.add_details()->PackFrom(localized);
  AddViolations(status, language, &rpc);
  if (detail.has_value() && !detail->field().empty()) {
    google::rpc::BadRequest bad;
    google::rpc::BadRequest::FieldViolation* violation = bad.add_field_violations();
    violation->set_field(detail->field());
    violation->set_description(rpc.message());
    rpc.add_details()->PackFrom(bad);
  }
  return rpc;
}

grpc::Status ToGrpc(const absl::Status& status, Language language) {
  if (status.ok()) return grpc::Status::OK;
  const google::rpc::Status rpc = ToRpc(status, language);
  return grpc::Status(static_cast<grpc::StatusCode>(rpc.code()), rpc.message(),
                      rpc.SerializeAsString());
}

}  // namespace constancia::api
