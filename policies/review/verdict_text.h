// Why counsel answered as it did, as a person would say it, in es, pt or en.
//
// A rule of the house is called one, never law. Where the packs at hand are not the very texts that
// were used, the explanation says so.
//
// Used by: the command `policy explain`.
// Threads: any.

#ifndef CONSTANCIA_POLICIES_REVIEW_VERDICT_TEXT_H_
#define CONSTANCIA_POLICIES_REVIEW_VERDICT_TEXT_H_

#include <string>
#include <string_view>
#include <vector>

#include "constancia/counsel/v1/verdict.pb.h"
#include "constancia/event/v1/gate.pb.h"
#include "policies/engine/explain.h"
#include "policies/engine/pack_set.h"

namespace constancia::policies {

// One rule that did not pass.
struct ReasonText {
  std::string rule;
  std::string standing;  // what sort of rule it is: a prohibition of law, a rule of the house
  std::string sentence;  // what it says about this contact; "" when `packs` lacks that version
  std::string law;       // what it says of all contacts
  std::string citation;
  std::string mark;  // what was read of it, and how sure that is
};

struct VerdictText {
  std::string headline;
  std::vector<ReasonText> reasons;  // the one that decides first
  std::vector<std::string> notes;   // what was lifted, from when it is allowed, what was consulted
};

// Explains the answer `verdict` to `proposal`. `packs` need not be those it was given under.
VerdictText ExplainVerdict(const PackSet& packs, const counsel::v1::Proposal& proposal,
                           const counsel::v1::Verdict& verdict, Language language);

// Explains what `verdict` found about conduct: an act of that local date, written 2025-03-10.
VerdictText ExplainConductVerdict(const PackSet& packs, std::string_view date,
                                  const counsel::v1::Verdict& verdict, Language language);

// Explains a recorded violation, the rule it names first. `act` is what was done, as far as it is
// known: at_micros, channel, party and zones of a contact; at_micros and zones of any other act.
VerdictText ExplainViolation(const PackSet& packs, const counsel::v1::Proposal& act,
                             const event::v1::ViolationDetected& violation, Language language);

// Writes it as paragraphs.
std::string ToText(const VerdictText& text, Language language);

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_REVIEW_VERDICT_TEXT_H_
