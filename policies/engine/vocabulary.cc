#include "policies/engine/vocabulary.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace constancia::policies {
namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, kChannelCount> kChannelWords = {
    "call", "call_work", "voicemail_drop", "visit",  "visit_work", "sms",
    "im",   "email",     "email_work",     "letter", "social_dm"};
constexpr std::array<std::string_view, kPartyCount> kPartyWords = {
    "debtor",   "codebtor",  "guarantor",   "spouse", "attorney",
    "employer", "reference", "third_party", "locator"};
constexpr std::array<std::string_view, kOutcomeCount> kOutcomeWords = {
    "answered",  "spoke", "no_answer", "voicemail",      "no_one_home", "sent",
    "delivered", "read",  "busy",      "not_in_service", "failed",      "bounced"};
constexpr std::array<std::string_view, kPurposeCount> kPurposeWords = {
    "COLLECTION",           "REMINDER_BEFORE_DUE", "INFORMATION_REQUESTED_BY_DEBTOR",
    "PAYMENT_CONFIRMATION", "LEGAL_NOTICE",        "COMPLAINT_ANSWER",
    "BUREAU_NOTICE",        "SKIP_TRACING",        "SURVEY"};
constexpr std::array<std::string_view, 4> kInitiatorWords = {"collector", "debtor", "court",
                                                             "creditor"};

constexpr std::string_view kRecordWords[] = {
    "served_in_lawsuit",      "suit_ended",
    "insolvency_opened",      "insolvency_ended",
    "cease_written",          "cease_lifted",
    "attorney_represented",   "representation_ended",
    "dispute_written",        "verification_sent",
    "dispute_resolved",       "employer_prohibits",
    "employer_allows",        "hours_waiver",
    "waiver_ended",           "info_requested",
    "breathing_space_opened", "breathing_space_ended",
    "consent_calls",          "consent_email_work",
    "consent_ended",          "visit_authorised_microcredit",
    "inconvenient_time",      "request_withdrawn_time"};
// Of the house rules: what the company itself heeds, in pairs of what opens and what ends it. A
// suspension is resumed by its own reason.
constexpr std::string_view kHouseRecordWords[] = {"suspended_dispute",
                                                  "resumed_dispute",  //
                                                  "suspended_complaint",
                                                  "resumed_complaint",  //
                                                  "suspended_insolvency",
                                                  "resumed_insolvency",  //
                                                  "suspended_deceased",
                                                  "resumed_deceased",  //
                                                  "suspended_court_order",
                                                  "resumed_court_order",  //
                                                  "suspended_creditor_instruction",
                                                  "resumed_creditor_instruction",  //
                                                  "suspended_vulnerability",
                                                  "resumed_vulnerability",  //
                                                  "case_closed",
                                                  "case_reopened",  //
                                                  "dispute_opened",
                                                  "dispute_resolved",  //
                                                  "complaint_received",
                                                  "complaint_closed",  //
                                                  "cease_requested",
                                                  "cease_lifted",  //
                                                  "wrong_party",
                                                  "party_confirmed",  //
                                                  "vulnerable",
                                                  "vulnerability_ended",  //
                                                  "promise_made",
                                                  "promise_ended",  //
                                                  "deceased",
                                                  "hardship_declared"};
// Followed by a channel.
constexpr std::string_view kRecordPrefixes[] = {"stop_", "revoked_", "authorised_",
                                                "reasonable_request_", "request_withdrawn_"};

template <typename Word, size_t kCount>
std::optional<Word> FindWord(const std::array<std::string_view, kCount>& words,
                             std::string_view text) {
  const auto found = std::find(words.begin(), words.end(), text);
  if (found == words.end()) return std::nullopt;
  return static_cast<Word>(found - words.begin());
}

}  // namespace

template <>
std::optional<Channel> ParseWord<Channel>(std::string_view text) {
  return FindWord<Channel>(kChannelWords, text);
}
template <>
std::optional<Party> ParseWord<Party>(std::string_view text) {
  return FindWord<Party>(kPartyWords, text);
}
template <>
std::optional<Outcome> ParseWord<Outcome>(std::string_view text) {
  return FindWord<Outcome>(kOutcomeWords, text);
}
template <>
std::optional<Purpose> ParseWord<Purpose>(std::string_view text) {
  return FindWord<Purpose>(kPurposeWords, text);
}
template <>
std::optional<Initiator> ParseWord<Initiator>(std::string_view text) {
  return FindWord<Initiator>(kInitiatorWords, text);
}

bool IsRecordWord(std::string_view text) {
  const auto is_one_of = [text](const auto& words) {
    return std::find(std::begin(words), std::end(words), text) != std::end(words);
  };
  if (is_one_of(kRecordWords) || is_one_of(kHouseRecordWords)) return true;
  return std::any_of(std::begin(kRecordPrefixes), std::end(kRecordPrefixes),
                     [&](std::string_view prefix) {
                       return text.starts_with(prefix) &&
                              ParseWord<Channel>(text.substr(prefix.size())).has_value();
                     });
}

}  // namespace constancia::policies
