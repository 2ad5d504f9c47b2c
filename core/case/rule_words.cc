#include "core/case/rule_words.h"

namespace constancia {

using event::v1::Channel;
using event::v1::Direction;
using event::v1::Initiator;
using event::v1::PartyRole;
using event::v1::Place;
using event::v1::Purpose;
using event::v1::Reach;

namespace {

bool IsVoice(std::string_view channel) {
  return channel == "call" || channel == "call_work" || channel == "voicemail_drop";
}

bool IsVisit(std::string_view channel) { return channel == "visit" || channel == "visit_work"; }

}  // namespace

std::string_view RuleChannel(Channel channel, Place place, bool prerecorded, Direction direction) {
  const bool at_work = place == event::v1::PLACE_WORK;
  switch (channel) {
    case event::v1::CHANNEL_VOICE_CALL:
    case event::v1::CHANNEL_IVR:
    case event::v1::CHANNEL_VOICE_BOT:
      if (prerecorded) return "voicemail_drop";
      return at_work ? "call_work" : "call";
    case event::v1::CHANNEL_VISIT:
      return at_work ? "visit_work" : "visit";
    case event::v1::CHANNEL_SMS:
      return "sms";
    case event::v1::CHANNEL_CHATBOT_WEB:
      if (direction == event::v1::DIRECTION_INBOUND) return "";
      return "im";
    case event::v1::CHANNEL_WHATSAPP:
    case event::v1::CHANNEL_MESSAGING_OTHER:
    case event::v1::CHANNEL_PUSH:
      return "im";
    case event::v1::CHANNEL_EMAIL:
    case event::v1::CHANNEL_LETTER_ELECTRONIC:
      return at_work ? "email_work" : "email";
    case event::v1::CHANNEL_LETTER_POSTAL:
    case event::v1::CHANNEL_FAX:
      return "letter";
    case event::v1::CHANNEL_SOCIAL_DM:
      return "social_dm";
    default:
      return "";
  }
}

std::string_view RuleFamily(std::string_view rule_channel) {
  if (IsVoice(rule_channel)) return "call";
  if (IsVisit(rule_channel)) return "visit";
  if (rule_channel == "email_work") return "email";
  return rule_channel;
}

std::string_view RuleParty(PartyRole role) {
  switch (role) {
    case event::v1::PARTY_ROLE_DEBTOR:
    case event::v1::PARTY_ROLE_HEIR:
      return "debtor";
    case event::v1::PARTY_ROLE_CO_DEBTOR:
      return "codebtor";
    case event::v1::PARTY_ROLE_GUARANTOR:
      return "guarantor";
    case event::v1::PARTY_ROLE_SPOUSE:
      return "spouse";
    case event::v1::PARTY_ROLE_ATTORNEY:
    case event::v1::PARTY_ROLE_LEGAL_REPRESENTATIVE:
    case event::v1::PARTY_ROLE_AUTHORISED_THIRD:
      return "attorney";
    case event::v1::PARTY_ROLE_EMPLOYER:
      return "employer";
    case event::v1::PARTY_ROLE_REFERENCE:
      return "reference";
    case event::v1::PARTY_ROLE_LOCATOR:
      return "locator";
    default:
      return "third_party";
  }
}

std::string_view RuleOutcome(Reach reach, std::string_view rule_channel) {
  const bool voice = IsVoice(rule_channel);
  const bool visit = IsVisit(rule_channel);
  const std::string_view attempted = voice ? "no_answer" : visit ? "no_one_home" : "sent";
  switch (reach) {
    case event::v1::REACH_RIGHT_PARTY:
    case event::v1::REACH_CO_OBLIGOR:
    case event::v1::REACH_AUTHORISED_THIRD:
      return voice ? "answered" : "spoke";
    case event::v1::REACH_VOICEMAIL:
      return "voicemail";
    case event::v1::REACH_NOBODY_HOME:
    case event::v1::REACH_ACCESS_REFUSED:
      return "no_one_home";
    case event::v1::REACH_INVALID_NUMBER:
    case event::v1::REACH_OUT_OF_SERVICE:
      return "not_in_service";
    case event::v1::REACH_SENT:
      return "sent";
    case event::v1::REACH_DELIVERED:
      return "delivered";
    case event::v1::REACH_READ:
    case event::v1::REACH_REPLIED:
      return "read";
    case event::v1::REACH_BOUNCED:
    case event::v1::REACH_RETURNED:
      return "bounced";
    case event::v1::REACH_BUSY:
      return "busy";
    case event::v1::REACH_BLOCKED_BY_RECIPIENT:
      return "failed";
    default:
      // Somebody else answered, the line broke, or nothing is known yet: an attempt.
      return attempted;
  }
}

std::string_view RuleInitiator(Initiator initiator, Direction direction) {
  switch (initiator) {
    case event::v1::INITIATOR_DEBTOR:
      return "debtor";
    case event::v1::INITIATOR_COURT:
      return "court";
    case event::v1::INITIATOR_CREDITOR:
      return "creditor";
    case event::v1::INITIATOR_COLLECTOR:
      return "collector";
    default:
      return direction == event::v1::DIRECTION_INBOUND ? "debtor" : "collector";
  }
}

std::string_view RulePurpose(Purpose purpose) {
  switch (purpose) {
    case event::v1::PURPOSE_REMINDER_BEFORE_DUE:
      return "REMINDER_BEFORE_DUE";
    case event::v1::PURPOSE_INFORMATION_REQUESTED_BY_DEBTOR:
      return "INFORMATION_REQUESTED_BY_DEBTOR";
    case event::v1::PURPOSE_PAYMENT_CONFIRMATION:
      return "PAYMENT_CONFIRMATION";
    case event::v1::PURPOSE_LEGAL_NOTICE:
      return "LEGAL_NOTICE";
    case event::v1::PURPOSE_COMPLAINT_ANSWER:
      return "COMPLAINT_ANSWER";
    case event::v1::PURPOSE_BUREAU_NOTICE:
      return "BUREAU_NOTICE";
    case event::v1::PURPOSE_SKIP_TRACING:
      return "SKIP_TRACING";
    case event::v1::PURPOSE_SURVEY:
      return "SURVEY";
    default:
      return "COLLECTION";
  }
}

}  // namespace constancia
