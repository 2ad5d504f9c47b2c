#include "policies/engine/evaluate.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/crypto/sha256.h"
#include "policies/engine/internal/contact_duties.h"
#include "policies/engine/internal/evaluation.h"
#include "policies/engine/internal/pack_use.h"
#include "policies/engine/internal/view.h"

namespace constancia::policies {
namespace {

using counsel::v1::Finding;
using counsel::v1::Proposal;
using counsel::v1::Verdict;
using internal::Answer;
using internal::Evaluation;
using internal::Question;

constexpr std::string_view kFactsDomain = "constancia/facts/v1";

Finding MakeFinding(const Question& question, const Answer& answer, std::optional<Instant> next) {
  const policy::v1::Pack& pack = question.pack->member->pack->text();
  Finding finding;
  finding.set_jurisdiction(std::string(question.pack->jurisdiction));
  finding.set_rule_id(question.rule->id);
  finding.set_pack(pack.pack());
  finding.set_pack_version(pack.version());
  finding.set_step(static_cast<uint32_t>(question.rule->step));
  finding.set_severity(question.rule->severity);
  finding.set_debt(std::string(question.debt));
  switch (answer.result) {
    case Answer::Result::kNotInForce:
      break;
    case Answer::Result::kPass:
      finding.set_result(Finding::PASS);
      break;
    case Answer::Result::kFail:
      finding.set_result(Finding::FAIL);
      break;
    case Answer::Result::kExempt:
      finding.set_result(Finding::EXEMPT);
      break;
  }
  finding.set_exempted_by(std::string(answer.exempted_by));
  if (answer.limit > 0) {
    finding.set_count(static_cast<uint32_t>(answer.count));
    finding.set_limit(static_cast<uint32_t>(answer.limit));
    finding.set_window_from(absl::FormatCivilTime(answer.window.from));
    finding.set_window_to(absl::FormatCivilTime(answer.window.until));
  }
  finding.mutable_positions()->Assign(answer.positions.begin(), answer.positions.end());
  if (next) finding.set_next_allowed_at_micros(next->micros);
  if (answer.since) finding.set_since_micros(answer.since->micros);
  return finding;
}

// The facts that findings and duties rest on, and how they were read.
Hash DigestFacts(const Evaluation& evaluation, const Proposal& proposal, const Verdict& verdict,
                 const std::string& of_duties) {
  std::string bytes(kFactsDomain);
  AppendU8(&bytes, 0);
  const auto append = [&](std::string_view text) {
    AppendU32(&bytes, static_cast<uint32_t>(text.size()));
    bytes.append(text);
  };
  AppendU32(&bytes, static_cast<uint32_t>(proposal.zones_size()));
  for (const std::string& zone : proposal.zones()) append(zone);
  append(proposal.region());
  AppendU32(&bytes, static_cast<uint32_t>(verdict.calendars_size()));
  for (const auto& calendar : verdict.calendars()) {
    append(calendar.calendar());
    append(calendar.version());
  }
  AppendU32(&bytes, static_cast<uint32_t>(verdict.switches_size()));
  for (const auto& choice : verdict.switches()) {
    append(choice.switch_id());
    append(choice.value());
  }
  evaluation.AppendUsedFacts(&bytes);
  bytes += of_duties;
  return Sha256(bytes);
}

// Adds a finding for each rule in force, and what follows from them.
void Judge(const internal::ProposalView& proposal, Evaluation* evaluation, Verdict* verdict) {
  const Instant at = proposal.moment.at;
  std::string denied_by;
  std::string referred_by;
  std::optional<Instant> next = at;  // nothing is allowed before it
  for (const Question& question : evaluation->questions()) {
    const Answer answer = evaluation->Ask(question, at);
    if (answer.result == Answer::Result::kNotInForce) continue;
    const bool failed = answer.result == Answer::Result::kFail;
    const std::optional<Instant> passes = failed ? evaluation->NextPass(question, at) : at;
    *verdict->add_findings() = MakeFinding(question, answer, passes);
    if (!failed) continue;
    const bool denies = question.rule->denies();
    std::string* first = denies ? &denied_by : &referred_by;
    if (first->empty()) *first = question.rule->id;
    if (denies) next = next && passes ? std::optional(std::max(*next, *passes)) : std::nullopt;
  }
  if (!denied_by.empty()) {
    verdict->set_outcome(Verdict::DENY);
    verdict->set_rule(denied_by);
  } else if (!referred_by.empty()) {
    verdict->set_outcome(Verdict::REFER);
    verdict->set_rule(referred_by);
  }
  if (!denied_by.empty() && next) next = evaluation->NextAllowed(*next);
  verdict->clear_next_allowed_at_micros();
  if (next) verdict->set_next_allowed_at_micros(next->micros);
}

}  // namespace

absl::StatusOr<Verdict> Evaluate(const PackSet& packs, const counsel::v1::Facts& facts,
                                 const Proposal& proposal) {
  ASSIGN_OR_RETURN(const internal::ProposalView proposal_view,
                   internal::ReadProposal(proposal, packs.zones()));
  ASSIGN_OR_RETURN(const internal::FactsView facts_view,
                   internal::ReadFacts(facts, *proposal_view.zones.front()));
  ASSIGN_OR_RETURN(const std::vector<PackSet::Selected> selected,
                   packs.Select(proposal_view.jurisdictions));
  Evaluation evaluation(selected, facts_view, proposal_view);

  Verdict verdict;
  verdict.set_outcome(Verdict::ALLOW);
  verdict.set_next_allowed_at_micros(proposal.at_micros());
  verdict.set_tzdb_version(packs.zones().version());
  internal::DescribePacks(selected, &verdict);
  if (proposal_view.initiated_by == Initiator::kCollector) {
    Judge(proposal_view, &evaluation, &verdict);
  }
  std::string of_duties;
  if (proposal_view.initiated_by == Initiator::kCollector && !proposal_view.recorded &&
      verdict.outcome() != Verdict::DENY) {
    RETURN_IF_ERROR(internal::AddDuties(selected, proposal_view, facts, &verdict, &of_duties));
  }
  verdict.set_facts_digest(DigestFacts(evaluation, proposal, verdict, of_duties).str());
  return verdict;
}

}  // namespace constancia::policies
