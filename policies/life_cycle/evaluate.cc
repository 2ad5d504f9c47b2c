#include "policies/life_cycle/evaluate.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/status.h"
#include "policies/life_cycle/internal/checks.h"

namespace constancia::policies {
namespace {

namespace ev = event::v1;

struct CheckRow {
  std::string_view guard_id;
  Check check;
};

constexpr CheckRow kChecks[] = {
    {"from_stage", FromStage},
    {"not_suspended", NotSuspended},
    {"min_dpd", MinDpd},
    {"balance_positive", BalancePositive},
    {"not_disputed", NotDisputed},
    {"reminder_plan_done", ReminderPlanDone},
    {"min_attempts", MinAttempts},
    {"min_channels", MinChannels},
    {"initial_information", InitialInformation},
    {"written_information", WrittenInformation},
    {"demand_delivered", DemandDelivered},
    {"no_agreement_or_promise", NoAgreementOrPromise},
    {"no_dispute_or_complaint", NoDisputeOrComplaint},
    {"no_insolvency", NoInsolvency},
    {"title_present", TitlePresent},
    {"debt_liquid", DebtLiquid},
    {"debt_due", DebtDue},
    {"not_time_barred", NotTimeBarred},
    {"standing", StandingToSue},
    {"debtor_identified", DebtorIdentified},
    {"demand_expired", DemandExpired},
    {"no_standstill", NoStandstill},
    {"bureau_notice", BureauNotice},
    {"worth_suing", WorthSuing},
    {"amounts_complete", AmountsComplete},
    {"accounting_ref", AccountingRef},
    {"basis_evidence", BasisEvidence},
    {"no_open_cure", NoOpenCure},
    {"nothing_past_due", NothingPastDue},
    {"way_back", WayBack},
    {"docket_ended", DocketEnded},
    {"costs_recorded", CostsRecorded},
    {"hold_reviewed", HoldReviewed},
    {"write_off_reversed", WriteOffWasReversed},
    {"closing_evidence", ClosingEvidence},
    {"components_accounted", ComponentsAccounted},
    {"case_closed", CaseIsClosed},
    {"reopening_cause", ReopeningCause},
};

Check CheckOf(std::string_view guard_id) {
  for (const CheckRow& row : kChecks) {
    if (row.guard_id == guard_id) return row.check;
  }
  return nullptr;
}

const GuardLaw* LawOf(std::string_view guard_id, const std::vector<std::string>& countries) {
  for (const std::string& country : countries) {
    const GuardLaw* law = FindLaw(guard_id, country);
    if (law != nullptr) return law;
  }
  return nullptr;
}

// Without the words that are there already: several debts lack the same.
std::vector<Words> Once(const std::vector<Words>& all) {
  std::vector<Words> once;
  for (const Words& words : all) {
    if (std::none_of(once.begin(), once.end(),
                     [&words](const Words& other) { return other.en == words.en; })) {
      once.push_back(words);
    }
  }
  return once;
}

Finding MakeFinding(std::string_view guard_id, std::string_view transition_id,
                    const std::vector<std::string>& countries, const Standing& standing) {
  Finding finding;
  finding.guard = FindGuard(guard_id);
  CHECK(finding.guard != nullptr);
  finding.transition_id = transition_id;
  const bool statutory = finding.guard->statutory || standing.statutory;
  if (statutory) finding.law = LawOf(guard_id, countries);
  finding.missing = Once(standing.missing);
  finding.result.set_guard_id(std::string(guard_id));
  finding.result.set_passed(standing.missing.empty());
  finding.result.set_statutory(statutory);
  if (finding.law != nullptr) finding.result.set_rule_id(std::string(finding.law->rule_id));
  for (const std::string& id : standing.evidence) finding.result.add_evidence_event_ids(id);
  if (standing.required.has_value()) finding.result.set_required(*standing.required);
  if (standing.found.has_value()) finding.result.set_found(*standing.found);
  finding.may_override = standing.may_override && !standing.missing.empty();
  return finding;
}

// A jump leaves from the stage of its first step alone, and does not ask the later ones for it.
bool AskedBefore(const std::vector<Finding>& findings, std::string_view guard_id) {
  return std::any_of(findings.begin(), findings.end(), [guard_id](const Finding& finding) {
    return finding.result.guard_id() == guard_id;
  });
}

// The stage a closed case comes back to.
ev::Stage StageAfterReopening(const TransitionQuestion& question) {
  const ev::Stage before = question.file->stage();
  if (before != ev::STAGE_LEGAL) return before;
  return OpenDockets(*question.history).empty() ? ev::STAGE_PRELEGAL : ev::STAGE_LEGAL;
}

bool IsWrittenOff(const casefile::v1::CaseFile& file) {
  return std::any_of(file.obligations().begin(), file.obligations().end(),
                     [](const casefile::v1::ObligationFile& debt) {
                       return debt.accounting_mark() == ev::ACCOUNTING_MARK_WRITTEN_OFF;
                     });
}

absl::StatusOr<std::vector<const Transition*>> StepsOf(const TransitionQuestion& question) {
  if (!question.transition_id.empty()) {
    const Transition* transition = FindTransition(question.transition_id);
    if (transition == nullptr || transition->id == "T00") {
      return Error(error::v1::SCHEMA_INVALID, "a transition is one of T01 to T11", "transition_id");
    }
    return std::vector<const Transition*>{transition};
  }
  if (question.to_stage == ev::STAGE_UNSPECIFIED) {
    return Error(error::v1::SCHEMA_INVALID, "name the transition or the stage to go to",
                 "transition_id");
  }
  const ev::Stage from = question.file->stage();
  const Transition* step = FindStep(from, question.to_stage);
  if (step != nullptr) return std::vector<const Transition*>{step};
  return FindJump(from, question.to_stage);
}

}  // namespace

std::vector<std::string> CountriesOf(const casefile::v1::CaseFile& file) {
  std::vector<std::string> countries;
  for (const std::string& regime : file.regimes()) {
    const std::string country = regime.substr(0, 2);
    if (regime == "HOUSE" || (regime.size() > 2 && regime[2] != '-')) continue;
    if (std::find(countries.begin(), countries.end(), country) == countries.end())
      countries.push_back(country);
  }
  return countries;
}

absl::StatusOr<TransitionEvaluation> Evaluate(const TransitionQuestion& question) {
  ASSIGN_OR_RETURN(const std::vector<const Transition*> steps, StepsOf(question));
  const std::vector<std::string> countries = CountriesOf(*question.file);
  TransitionEvaluation evaluation;
  evaluation.from = question.file->stage();
  if (steps.empty()) {
    // No way leads there.
    evaluation.to = question.to_stage;
    Standing standing;
    standing.Ask(false, {"ningún paso lleva de esta etapa a la pedida",
                         "nenhum passo leva desta etapa à pedida",
                         "no step leads from this stage to the one asked for"});
    evaluation.findings.push_back(MakeFinding("from_stage", "", countries, standing));
    return evaluation;
  }
  const Transition& last = *steps.back();
  evaluation.transition_id = last.id;
  evaluation.to = last.to;
  evaluation.proposers = last.proposers;
  evaluation.approvers = last.approvers;
  if (last.id == "T08" && IsWrittenOff(*question.file)) evaluation.to = ev::STAGE_WRITTEN_OFF;
  if (last.id == "T11") evaluation.to = StageAfterReopening(question);
  if (last.id == "T10") {
    const ClosingRow* row = FindClosing(question.closing_reason);
    if (row == nullptr) {
      return Error(error::v1::SCHEMA_INVALID, "say why the case is closed", "closing.reason");
    }
    evaluation.proposers = row->proposers;
    evaluation.approvers = row->approvers;
  }
  if (steps.size() > 1) {
    Standing standing;
    standing.Ask(question.policy->True("allow_skip"),
                 {"la política no permite saltar etapas", "a política não permite pular etapas",
                  "the policy allows no stage to be jumped over"});
    evaluation.findings.push_back(MakeFinding("skip_allowed", last.id, countries, standing));
  }
  for (const Transition* step : steps) {
    if (step != &last) evaluation.skipped.push_back(step->id);
    const Inquiry inquiry{.question = question,
                          .transition = *step,
                          .countries = countries,
                          .limitations = &evaluation.limitations};
    for (const std::string_view guard_id : step->guards) {
      // What concerns the case as it stands is asked once, by the first step.
      if ((guard_id == "from_stage" || guard_id == "not_suspended") &&
          AskedBefore(evaluation.findings, guard_id)) {
        continue;
      }
      const Check check = CheckOf(guard_id);
      CHECK(check != nullptr);
      Finding finding = MakeFinding(guard_id, step->id, countries, check(inquiry));
      const bool policy_may =
          !finding.result.statutory() && guard_id != "from_stage" && guard_id != "not_suspended";
      finding.switched_off = policy_may && question.policy->SwitchedOff(step->id, guard_id);
      if (finding.may_override && question.override_given) finding.result.set_overridden(true);
      evaluation.findings.push_back(std::move(finding));
    }
  }
  evaluation.passed = std::all_of(evaluation.findings.begin(), evaluation.findings.end(),
                                  [](const Finding& finding) { return finding.Lets(); });
  return evaluation;
}

std::vector<Finding> EvaluateOpening(const ev::CaseOpened& opened,
                                     const std::vector<ev::ObligationPlaced>& obligations) {
  casefile::v1::CaseFile file;
  *file.mutable_regimes() = opened.regimes();
  const std::vector<std::string> countries = CountriesOf(file);
  std::vector<Finding> findings;

  Standing issued;
  issued.Ask(!opened.obligation_ids().empty(),
             {"nombre las obligaciones del caso", "nomeie as dívidas do caso",
              "name the debts of the case"});
  for (const std::string& id : opened.obligation_ids()) {
    const auto placed = std::find_if(
        obligations.begin(), obligations.end(),
        [&id](const ev::ObligationPlaced& debt) { return debt.obligation_id() == id; });
    issued.Ask(placed != obligations.end() && ParseDay(placed->issue_date()).has_value(),
               {"una obligación no existe o no tiene fecha de origen",
                "uma dívida não existe ou não tem data de origem",
                "a debt does not exist or has no issue date"});
  }
  findings.push_back(MakeFinding("obligation_issued", "T00", countries, issued));

  Standing debtor;
  debtor.Ask(!opened.party_id().empty(),
             {"nombre al deudor", "nomeie o devedor", "name the debtor"});
  findings.push_back(MakeFinding("debtor_named", "T00", countries, debtor));

  Standing regime;
  regime.Ask(!opened.regimes().empty(), {"nombre al menos un régimen", "nomeie ao menos um regime",
                                         "name at least one regime"});
  findings.push_back(MakeFinding("regime_named", "T00", countries, regime));
  return findings;
}

}  // namespace constancia::policies
