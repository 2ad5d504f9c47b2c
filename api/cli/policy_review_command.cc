// policy diff and policy explain: what changes, and why.

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "api/cli/pack_files.h"
#include "api/cli/policy_command.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/gate.pb.h"
#include "constancia/v1/event_service.grpc.pb.h"
#include "constancia/v1/policy_service.grpc.pb.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/case/rule_words.h"
#include "policies/engine/case_file.h"
#include "policies/review/pack_diff.h"
#include "policies/review/rule_text.h"
#include "policies/review/verdict_text.h"

namespace constancia::api {
namespace {

using counsel::v1::Proposal;
using counsel::v1::Verdict;
using policies::PackFolder;
using v1::EventService;
using v1::PolicyService;

// The lines of all case files, each once.
std::string CasesOf(const std::vector<PackFolder>& before, const std::vector<PackFolder>& after) {
  std::string all;
  std::set<std::string_view> seen;
  for (const auto* folders : {&before, &after}) {
    for (const PackFolder& folder : *folders) {
      for (const absl::string_view line : absl::StrSplit(folder.cases, '\n')) {
        if (seen.insert(ToStd(line)).second) absl::StrAppend(&all, line, "\n");
      }
    }
  }
  return all;
}

absl::StatusOr<std::vector<policies::Pack>> LoadAll(const std::vector<PackFolder>& folders) {
  std::vector<policies::Pack> packs;
  for (const PackFolder& folder : folders) {
    ASSIGN_OR_RETURN(policies::Pack pack, policies::Pack::Load(folder.pack_file, folder.yaml));
    packs.push_back(std::move(pack));
  }
  return packs;
}

// Writes explanations: paragraphs for people, for programs a record for each reason.
class ExplanationWriter {
 public:
  ExplanationWriter(const CommandContext& context, policies::Language language)
      : context_(context), language_(language) {
    if (context.format != Format::kTable) {
      records_.emplace(context.format, Shape::kMany,
                       std::vector<Column>{{"id"},
                                           {"verdict"},
                                           {"headline"},
                                           {"rule"},
                                           {"standing"},
                                           {"sentence"},
                                           {"law"},
                                           {"citation"},
                                           {"sureness"}},
                       context.out);
    }
  }

  void Add(const std::string& id, const policies::PackSet& packs, const Proposal& proposal,
           const Verdict& verdict) {
    Add(id, policies::ExplainVerdict(packs, proposal, verdict, language_), verdict);
  }

  // Of conduct, an act of that local date.
  void AddConduct(const std::string& id, const policies::PackSet& packs, std::string_view date,
                  const Verdict& verdict) {
    Add(id, policies::ExplainConductVerdict(packs, date, verdict, language_), verdict);
  }

  void AddViolation(const std::string& id, const policies::PackSet& packs, const Proposal& act,
                    const event::v1::ViolationDetected& violation) {
    Add(id, policies::ExplainViolation(packs, act, violation, language_), violation.verdict());
  }

  void Finish() {
    if (records_.has_value()) records_->Finish();
  }

 private:
  void Add(const std::string& id, policies::VerdictText text, const Verdict& verdict) {
    if (!records_.has_value()) {
      *context_.out << (any_ ? "\n" : "") << id << "\n" << policies::ToText(text, language_);
      any_ = true;
      return;
    }
    if (text.reasons.empty()) text.reasons.emplace_back();
    for (const policies::ReasonText& reason : text.reasons) {
      records_->Add({id, Verdict::Outcome_Name(verdict.outcome()), text.headline, reason.rule,
                     reason.standing, reason.sentence, reason.law, reason.citation, reason.mark});
    }
  }

  const CommandContext& context_;
  const policies::Language language_;
  std::optional<RecordWriter> records_;
  bool any_ = false;
};

Outcome ExplainCases(const CommandContext& context, const PolicyOptions& options,
                     const ExplainOptions& explain) {
  ASSIGN_OR_RETURN(const std::string folder, PacksFolder(options.packs));
  ASSIGN_OR_RETURN(std::vector<PackFolder> folders, ReadPackFolders(folder));
  ASSIGN_OR_RETURN(const policies::SwitchValues switches, SwitchesOf(options));
  ASSIGN_OR_RETURN(const Counsel counsel, CounselOf(folders, "", {}, switches));
  if (!explain.file.empty()) {
    PackFolder given;
    given.cases_file = explain.file;
    ASSIGN_OR_RETURN(given.cases, ReadInput(context, explain.file));
    folders = {std::move(given)};
  }
  ExplanationWriter writer(context, policies::ReadLanguage(options.language));
  bool found = false;
  bool asked = true;
  for (const PackFolder& one : folders) {
    for (const policies::CaseResult& result :
         policies::RunCases(counsel.packs, one.cases_file, one.cases)) {
      if (!explain.case_id.empty() && result.id != explain.case_id) continue;
      found = true;
      if (result.verdict.outcome() == Verdict::OUTCOME_UNSPECIFIED) {
        // A rule of conduct gives no verdict on a contact, and a malformed line none at all.
        asked = asked && result.passed();
        *context.err << one.cases_file << ":" << result.line << ": " << result.id << ": "
                     << (result.passed() ? absl::StrCat(result.expects_deny ? "deny" : "permit",
                                                        " by ", result.rule, ", as expected")
                                         : result.difference)
                     << "\n";
        continue;
      }
      if (result.conduct_date.empty()) {
        writer.Add(result.id, counsel.packs, result.proposal, result.verdict);
      } else {
        writer.AddConduct(result.id, counsel.packs, result.conduct_date, result.verdict);
      }
      if (!result.passed()) *context.err << result.id << ": " << result.difference << "\n";
    }
  }
  writer.Finish();
  if (!found) {
    return Error(error::v1::NOT_FOUND, absl::StrCat("no case ", explain.case_id, " there"));
  }
  return asked ? ExitCode::kOk : ExitCode::kFailure;
}

// What an event says counsel was asked and answered.
struct Judged {
  Proposal proposal;  // of a violation empty: the act is an event of its own
  Verdict verdict;
  std::optional<event::v1::ViolationDetected> violation;
};

// Fails with NOT_FOUND when it says nothing of the kind.
absl::StatusOr<Judged> JudgedIn(const v1::Event& event) {
  event::v1::PermitGranted granted;
  if (event.payload().UnpackTo(&granted)) return Judged{granted.proposal(), granted.verdict(), {}};
  event::v1::ContactDenied denied;
  if (event.payload().UnpackTo(&denied)) return Judged{denied.proposal(), denied.verdict(), {}};
  event::v1::ViolationDetected violation;
  if (event.payload().UnpackTo(&violation)) return Judged{{}, violation.verdict(), violation};
  return Error(error::v1::NOT_FOUND,
               "counsel judged nothing in that event: name a PermitGranted, a ContactDenied or a "
               "ViolationDetected");
}

absl::StatusOr<v1::Event> GetEvent(const Client& client, const std::string& which) {
  v1::GetEventRequest request;
  request.set_parent(client.parent());
  if (const auto position = ParseDecimal(which); position.has_value()) {
    request.set_position(*position);
  } else {
    request.set_event_id(which);
  }
  const auto stub = EventService::NewStub(client.channel());
  return Call(*stub, &EventService::Stub::GetEvent, request);
}

// The act of a violation, which is the first event it names, as far as an explanation needs it.
absl::StatusOr<Proposal> ActOf(const Client& client,
                               const event::v1::ViolationDetected& violation) {
  if (violation.event_ids().empty()) {
    return Error(error::v1::NOT_FOUND, "that violation names no act");
  }
  ASSIGN_OR_RETURN(const v1::Event event, GetEvent(client, violation.event_ids(0)));
  Proposal act;
  act.set_at_micros(event.occurred_at().seconds() * kMicrosPerSecond +
                    event.occurred_at().nanos() / 1000);
  act.add_zones(event.header().zone());
  act.set_party(std::string(RuleParty(violation.party_role())));
  event::v1::ContactAttempted attempt;
  if (event.payload().UnpackTo(&attempt)) {
    act.set_channel(std::string(RuleChannel(attempt.channel(), attempt.place(),
                                            attempt.prerecorded(), attempt.direction())));
  }
  return act;
}

// The packs of a decision as the server has them; one that it has no more is left out.
absl::StatusOr<Counsel> CounselOfServer(const Client& client, const Verdict& verdict) {
  const auto stub = PolicyService::NewStub(client.channel());
  std::vector<policies::Pack> packs;
  for (const counsel::v1::PackUsed& used : verdict.packs()) {
    v1::GetPackRequest request;
    request.set_parent(client.parent());
    request.set_pack(used.pack());
    const auto found = Call(*stub, &PolicyService::Stub::GetPack, request);
    if (ReasonOf(found.status()) == error::v1::NOT_FOUND) continue;
    RETURN_IF_ERROR(found.status());
    ASSIGN_OR_RETURN(policies::Pack pack, policies::Pack::Load(used.pack(), found->yaml()));
    packs.push_back(std::move(pack));
  }
  return BuildCounsel(std::move(packs));
}

Outcome ExplainEvent(const CommandContext& context, const PolicyOptions& options,
                     const std::string& which) {
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  ASSIGN_OR_RETURN(const v1::Event event, GetEvent(client, which));
  ASSIGN_OR_RETURN(const Judged judged, JudgedIn(event));
  Counsel counsel;
  if (options.packs.empty()) {
    ASSIGN_OR_RETURN(counsel, CounselOfServer(client, judged.verdict));
  } else {
    ASSIGN_OR_RETURN(counsel, LoadCounsel(options.packs));
  }
  ExplanationWriter writer(context, policies::ReadLanguage(options.language));
  if (judged.violation.has_value()) {
    ASSIGN_OR_RETURN(const Proposal act, ActOf(client, *judged.violation));
    writer.AddViolation(event.event_id(), counsel.packs, act, *judged.violation);
  } else {
    writer.Add(event.event_id(), counsel.packs, judged.proposal, judged.verdict);
  }
  writer.Finish();
  return ExitCode::kOk;
}

}  // namespace

Outcome PolicyDiff(const CommandContext& context, const PolicyOptions& options,
                   const std::string& before, const std::string& after) {
  ASSIGN_OR_RETURN(const std::vector<PackFolder> old_folders, ReadPackFolders(before));
  ASSIGN_OR_RETURN(const std::vector<PackFolder> new_folders, ReadPackFolders(after));
  ASSIGN_OR_RETURN(const std::vector<policies::Pack> old_packs, LoadAll(old_folders));
  ASSIGN_OR_RETURN(const std::vector<policies::Pack> new_packs, LoadAll(new_folders));
  const std::string others = options.packs.empty() ? DefaultPacksFolder() : options.packs;
  ASSIGN_OR_RETURN(const Counsel old_counsel, CounselOf(old_folders, others, new_folders));
  ASSIGN_OR_RETURN(const Counsel new_counsel, CounselOf(new_folders, others, old_folders));

  RecordWriter writer(
      context.format, Shape::kMany,
      {{"what"}, {"change"}, {"pack"}, {"id"}, {"from"}, {"field"}, {"before"}, {"after"}},
      context.out);
  const auto texts = policies::CompareTexts(old_packs, new_packs);
  for (const policies::TextChange& change : texts) {
    writer.Add({change.rule.empty() ? "pack" : "rule", change.change, change.pack, change.rule,
                change.from, change.field, change.before, change.after});
  }
  const auto answers = policies::CompareAnswers(old_counsel.packs, new_counsel.packs, "cases.jsonl",
                                                CasesOf(old_folders, new_folders));
  for (const policies::AnswerChange& change : answers) {
    writer.Add({"case", "changed", "", change.case_id, "", "", change.before, change.after});
  }
  writer.Finish();
  *context.err << texts.size() << " changes of text, " << answers.size()
               << " cases answered otherwise\n";
  return texts.empty() && answers.empty() ? ExitCode::kOk : ExitCode::kFailure;
}

Outcome PolicyExplain(const CommandContext& context, const PolicyOptions& options,
                      const ExplainOptions& explain) {
  if (!explain.event.empty()) return ExplainEvent(context, options, explain.event);
  return ExplainCases(context, options, explain);
}

}  // namespace constancia::api
