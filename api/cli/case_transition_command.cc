#include "api/cli/case_transition_command.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "api/cli/enum_text.h"
#include "constancia/v1/case_service.grpc.pb.h"
#include "core/base/money.h"
#include "core/base/status.h"
#include "google/protobuf/util/json_util.h"

namespace constancia::api {
namespace {

using v1::CaseService;

// The package of event types, which every one of them has.
constexpr std::string_view kPackage = "constancia.event.v1.";

std::string RequestId(const CommandContext& context, const std::string& given) {
  return given.empty() ? FreshRequestId(context) : given;
}

const std::string& In(const v1::Words& words, const std::string& language) {
  if (language == "en") return words.en();
  return language == "pt" ? words.pt() : words.es();
}

// "900000CLP" or "1200.50MXN".
absl::StatusOr<event::v1::Money> ReadMoney(const std::string& text) {
  constexpr size_t kCodeLetters = 3;
  if (text.size() > kCodeLetters) {
    const std::string code = text.substr(text.size() - kCodeLetters);
    ASSIGN_OR_RETURN(const Currency currency, Currency::FromCode(code));
    ASSIGN_OR_RETURN(const Money money,
                     Money::Parse(text.substr(0, text.size() - kCodeLetters), currency));
    event::v1::Money message;
    message.set_amount_minor(money.minor());
    message.set_code(code);
    return message;
  }
  return Error(error::v1::INPUT_MALFORMED, "an amount is written 900000CLP");
}

// What to ask: a transition by its id, or the stage to go to.
absl::StatusOr<v1::EvaluateTransitionRequest> Question(const Client& client,
                                                       const CaseOptions& options) {
  v1::EvaluateTransitionRequest request;
  request.set_parent(client.parent());
  request.set_case_id(options.case_id);
  request.set_override_reason(options.override_reason);
  const bool is_id = options.to.size() == 3 && absl::ascii_toupper(options.to[0]) == 'T' &&
                     absl::ascii_isdigit(options.to[1]);
  if (is_id) {
    request.set_transition_id(absl::StrCat("T", options.to.substr(1)));
  } else if (!options.to.empty()) {
    ASSIGN_OR_RETURN(const int stage,
                     ReadEnum(*event::v1::Stage_descriptor(), "STAGE_", options.to));
    request.set_to_stage(static_cast<event::v1::Stage>(stage));
  }
  if (request.transition_id() == "T10" && !options.reason.empty()) {
    ASSIGN_OR_RETURN(const int reason, ReadEnum(*event::v1::ClosingReason_descriptor(),
                                                "CLOSING_REASON_", options.reason));
    request.mutable_closing()->set_reason(static_cast<event::v1::ClosingReason>(reason));
  }
  for (const std::string& lost : options.lost) {
    ASSIGN_OR_RETURN(*request.mutable_closing()->add_lost(), ReadMoney(lost));
  }
  request.mutable_closing()->set_merged_into_case_id(options.merged_into);
  if (request.transition_id() == "T11" && !options.reason.empty()) {
    ASSIGN_OR_RETURN(const int reason, ReadEnum(*event::v1::ReopeningReason_descriptor(),
                                                "REOPENING_REASON_", options.reason));
    request.set_reopening_reason(static_cast<event::v1::ReopeningReason>(reason));
  }
  return request;
}

std::string Holds(const v1::GuardFinding& guard) {
  if (guard.result().passed()) return "yes";
  if (guard.result().overridden()) return "overridden";
  return guard.switched_off() ? "not asked" : "no";
}

std::string Counted(const event::v1::GuardResult& result) {
  if (!result.has_required() && !result.has_found()) return "";
  return absl::StrCat(result.found(), " / ", result.required());
}

// One line for each condition, in the language asked for.
void Write(const CommandContext& context, const v1::TransitionEvaluation& evaluation,
           const std::string& language) {
  RecordWriter writer(
      context.format, Shape::kMany,
      {{"transition"}, {"guard"}, {"holds"}, {"found"}, {"law"}, {"asks"}, {"missing"}},
      context.out);
  for (const v1::GuardFinding& guard : evaluation.guards()) {
    writer.Add(
        {guard.transition_id(), guard.result().guard_id(), Holds(guard), Counted(guard.result()),
         guard.citation(), In(guard.asks(), language), In(guard.missing(), language)},
        ToJson(guard));
  }
  writer.Finish();
}

Outcome Write(const CommandContext& context, const v1::CaseChange& change) {
  RecordWriter writer(context.format, Shape::kMany, {{"event_id"}, {"type"}}, context.out);
  for (int i = 0; i < change.receipts_size(); ++i) {
    writer.Add({change.receipts(i).event_id(), change.types(i).substr(kPackage.size())},
               ToJson(change.receipts(i)));
  }
  writer.Finish();
  return ExitCode::kOk;
}

Outcome Move(const CommandContext& context, const CaseOptions& options) {
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  v1::TransitionCaseRequest request;
  ASSIGN_OR_RETURN(*request.mutable_transition(), Question(client, options));
  request.set_request_id(RequestId(context, options.request_id));
  *request.mutable_actor() = client.actor();
  request.set_proposal_event_id(options.proposal);
  const auto stub = CaseService::NewStub(client.channel());
  ASSIGN_OR_RETURN(const auto response, Call(*stub, &CaseService::Stub::TransitionCase, request));
  RecordWriter writer(context.format, Shape::kOne,
                      {{"outcome"}, {"transition"}, {"from"}, {"to"}, {"proposal"}, {"events"}},
                      context.out);
  std::string types;
  for (const std::string& type : response.types())
    absl::StrAppend(&types, types.empty() ? "" : " ", type.substr(kPackage.size()));
  const v1::TransitionEvaluation& evaluation = response.evaluation();
  writer.Add({v1::TransitionCaseResponse::Outcome_Name(response.outcome()),
              evaluation.transition_id(), event::v1::Stage_Name(evaluation.from_stage()),
              event::v1::Stage_Name(evaluation.to_stage()), evaluation.proposal_event_id(), types},
             ToJson(response));
  writer.Finish();
  return ExitCode::kOk;
}

absl::StatusOr<event::v1::SuspensionReason> Suspension(const std::string& text) {
  ASSIGN_OR_RETURN(const int reason,
                   ReadEnum(*event::v1::SuspensionReason_descriptor(), "SUSPENSION_REASON_", text));
  return static_cast<event::v1::SuspensionReason>(reason);
}

// Fills what these requests have in common, and calls.
template <typename Request, typename Method>
Outcome Keep(const CommandContext& context, const CaseOptions& options, Request request,
             Method method) {
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  request.set_parent(client.parent());
  request.set_request_id(RequestId(context, options.request_id));
  *request.mutable_actor() = client.actor();
  request.set_case_id(options.case_id);
  const auto stub = CaseService::NewStub(client.channel());
  ASSIGN_OR_RETURN(const v1::CaseChange change, Call(*stub, method, request));
  return Write(context, change);
}

}  // namespace

Outcome CaseOpen(const CommandContext& context, const std::string& path,
                 const std::string& request_id) {
  ASSIGN_OR_RETURN(const std::string text, ReadInput(context, path));
  v1::OpenCaseRequest request;
  const auto parsed = google::protobuf::util::JsonStringToMessage(text, &request);
  if (!parsed.ok()) {
    return Error(error::v1::INPUT_MALFORMED,
                 absl::StrCat("not an OpenCaseRequest in JSON: ",
                              std::string(parsed.message().data(), parsed.message().size())));
  }
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  request.set_parent(client.parent());
  if (!request_id.empty() || request.request_id().empty())
    request.set_request_id(RequestId(context, request_id));
  *request.mutable_actor() = client.actor();
  const auto stub = CaseService::NewStub(client.channel());
  ASSIGN_OR_RETURN(const v1::CaseChange change, Call(*stub, &CaseService::Stub::OpenCase, request));
  return Write(context, change);
}

Outcome CaseCheck(const CommandContext& context, const CaseOptions& options) {
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  ASSIGN_OR_RETURN(const v1::EvaluateTransitionRequest request, Question(client, options));
  const auto stub = CaseService::NewStub(client.channel());
  ASSIGN_OR_RETURN(const auto evaluation,
                   Call(*stub, &CaseService::Stub::EvaluateTransition, request));
  Write(context, evaluation, options.language);
  return evaluation.passed() ? ExitCode::kOk : ExitCode::kDenied;
}

Outcome CaseTransition(const CommandContext& context, const CaseOptions& options) {
  return Move(context, options);
}

Outcome CaseClose(const CommandContext& context, const CaseOptions& options) {
  CaseOptions closing = options;
  closing.to = "T10";
  return Move(context, closing);
}

Outcome CaseReopen(const CommandContext& context, const CaseOptions& options) {
  CaseOptions reopening = options;
  reopening.to = "T11";
  return Move(context, reopening);
}

Outcome CaseSuspend(const CommandContext& context, const CaseOptions& options) {
  v1::SuspendCaseRequest request;
  ASSIGN_OR_RETURN(const event::v1::SuspensionReason reason, Suspension(options.reason));
  request.set_reason(reason);
  request.set_until(options.until);
  request.set_note(options.text);
  return Keep(context, options, std::move(request), &CaseService::Stub::SuspendCase);
}

Outcome CaseResume(const CommandContext& context, const CaseOptions& options) {
  v1::ResumeCaseRequest request;
  ASSIGN_OR_RETURN(const event::v1::SuspensionReason reason, Suspension(options.reason));
  request.set_reason(reason);
  return Keep(context, options, std::move(request), &CaseService::Stub::ResumeCase);
}

Outcome CaseAssign(const CommandContext& context, const CaseOptions& options) {
  v1::AssignCaseRequest request;
  request.set_agent_id(options.agent_id);
  request.set_team_id(options.team_id);
  request.set_reason(options.reason);
  return Keep(context, options, std::move(request), &CaseService::Stub::AssignCase);
}

Outcome CaseNote(const CommandContext& context, const CaseOptions& options) {
  v1::AddNoteRequest request;
  request.set_text(options.text);
  if (!options.category.empty()) {
    ASSIGN_OR_RETURN(const int category, ReadEnum(*event::v1::NoteCategory_descriptor(),
                                                  "NOTE_CATEGORY_", options.category));
    request.set_category(static_cast<event::v1::NoteCategory>(category));
  }
  return Keep(context, options, std::move(request), &CaseService::Stub::AddNote);
}

}  // namespace constancia::api
