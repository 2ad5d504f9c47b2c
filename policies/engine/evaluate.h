// The decision: may this be done, under these packs, the facts being these?
//
// A pure function: no disk, no clock, no randomness, no global state. The same arguments give the
// same bytes, on any machine and in any process time zone, so that a decision can be repeated years
// later and a month replayed under another pack.
//
// Order of evaluation: step, then pack, then the order of the pack's text. DENY when a rule that
// denies fails (`rule` is the first one), else REFER when a review rule fails, else ALLOW. Every
// rule in force has a finding; one that depends on the debt has a finding for each debt.
//
// A recorded contact is judged the same way, as a proposal with a position: what began before it is
// counted, and it does not count itself.
//
// Used by: api/commands (gate, and after the fact), case_file.h.
// Threads: any.

#ifndef CONSTANCIA_POLICIES_ENGINE_EVALUATE_H_
#define CONSTANCIA_POLICIES_ENGINE_EVALUATE_H_

#include "absl/status/statusor.h"
#include "constancia/counsel/v1/verdict.pb.h"
#include "policies/engine/pack_set.h"

namespace constancia::policies {

// How far ahead next_allowed_at looks, in local dates.
inline constexpr int kNextAllowedDatesMax = 400;

// Fails with SCHEMA_INVALID when the proposal or a fact uses a word that rules do not know, names a
// zone that does not exist, or the proposal lacks what it must have; with NOT_FOUND when one of its
// jurisdictions has no pack. A denial is not a failure.
absl::StatusOr<counsel::v1::Verdict> Evaluate(const PackSet& packs, const counsel::v1::Facts& facts,
                                              const counsel::v1::Proposal& proposal);

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_ENGINE_EVALUATE_H_
