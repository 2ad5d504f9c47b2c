// From what events say to the words rules are written in.
//
// Events tell sixteen channels, thirteen roles and twenty-one ways an attempt can end; the law
// knows calls, visits and letters, debtors and third parties, answered and unanswered. The mapping
// is a function of the event alone, so it is the same before a contact and after it.
//
// Used by: eventstore/projections/contact_ledger, api/commands.

#ifndef CONSTANCIA_CORE_CASE_RULE_WORDS_H_
#define CONSTANCIA_CORE_CASE_RULE_WORDS_H_

#include <string_view>

#include "constancia/event/v1/common.pb.h"

namespace constancia {

// The rule's channel: call, call_work, voicemail_drop, visit, visit_work, sms, im, email,
// email_work, letter, social_dm. Empty for a contact that no rule judges: the person came (portal,
// office, inbound web chat).
std::string_view RuleChannel(event::v1::Channel channel, event::v1::Place place, bool prerecorded,
                             event::v1::Direction direction);

// The family a rule's channel belongs to, named by its first: call (call, call_work,
// voicemail_drop), visit (visit, visit_work), email (email, email_work), every other channel alone.
std::string_view RuleFamily(std::string_view rule_channel);

// The rule's party: debtor, codebtor, guarantor, spouse, attorney, employer, reference, locator,
// third_party. Whoever is not known is a third party.
std::string_view RuleParty(event::v1::PartyRole role);

// The rule's outcome of an attempt on `rule_channel` that ended with `reach`: answered, spoke,
// no_answer, no_one_home, voicemail, sent, delivered, read, bounced, busy, not_in_service, failed.
// Before a completion is known `reach` is unspecified, and the attempt counts as made: no_answer,
// no_one_home or sent.
std::string_view RuleOutcome(event::v1::Reach reach, std::string_view rule_channel);

// Who began, in the rule's word: collector, debtor, court, creditor.
std::string_view RuleInitiator(event::v1::Initiator initiator, event::v1::Direction direction);

// The name of a purpose as rules write it: COLLECTION when it is not said.
std::string_view RulePurpose(event::v1::Purpose purpose);

}  // namespace constancia

#endif  // CONSTANCIA_CORE_CASE_RULE_WORDS_H_
