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

using Scope = RecordScope;

// What opens, and what ends it.
constexpr RecordWord kRecordWords[] = {
    {"served_in_lawsuit", Scope::kDebt, {"suit_ended"}},
    {"insolvency_opened", Scope::kPerson, {"insolvency_ended"}},
    {"cease_written", Scope::kDebt, {"cease_lifted"}},
    {"attorney_represented", Scope::kDebtAndPerson, {"representation_ended"}},
    {"dispute_written", Scope::kDebt, {"verification_sent", "dispute_resolved"}},
    {"employer_prohibits", Scope::kPerson, {"employer_allows"}},
    {"hours_waiver", Scope::kPerson, {"waiver_ended"}},
    {"info_requested", Scope::kPerson, {}},
    {"breathing_space_opened", Scope::kPerson, {"breathing_space_ended"}},
    {"consent_calls", Scope::kDebtAndPerson, {"consent_ended"}},
    {"consent_email_work", Scope::kPerson, {"consent_ended"}},
    {"visit_authorised_microcredit", Scope::kPerson, {"revoked_visit"}},
    {"inconvenient_time", Scope::kPerson, {"request_withdrawn_time"}},
    // Words of house rules. A suspension is resumed by its own reason.
    {"suspended_dispute", Scope::kCase, {"resumed_dispute"}},
    {"suspended_complaint", Scope::kCase, {"resumed_complaint"}},
    {"suspended_insolvency", Scope::kCase, {"resumed_insolvency"}},
    {"suspended_deceased", Scope::kCase, {"resumed_deceased"}},
    {"suspended_court_order", Scope::kCase, {"resumed_court_order"}},
    {"suspended_creditor_instruction", Scope::kCase, {"resumed_creditor_instruction"}},
    {"suspended_vulnerability", Scope::kCase, {"resumed_vulnerability"}},
    {"case_closed", Scope::kCase, {"case_reopened"}},
    {"complaint_received", Scope::kCase, {"complaint_closed"}},
    {"dispute_opened", Scope::kDebt, {"dispute_resolved"}},
    {"promise_made", Scope::kDebt, {"promise_ended"}},
    {"cease_requested", Scope::kPerson, {"cease_lifted"}},
    {"wrong_party", Scope::kPerson, {"party_confirmed"}},
    {"vulnerable", Scope::kPerson, {"vulnerability_ended"}},
    {"deceased", Scope::kPerson, {}},
    {"hardship_declared", Scope::kPerson, {}},
};
// Followed by a channel.
constexpr RecordWord kRecordPrefixes[] = {
    {"stop_", Scope::kPerson, {"authorised_"}},
    {"revoked_", Scope::kPerson, {"authorised_"}},
    {"authorised_", Scope::kPerson, {"revoked_"}},
    {"reasonable_request_", Scope::kPerson, {"request_withdrawn_"}},
};
constexpr std::string_view kEndsRequest = "request_withdrawn_";

bool Has(const std::array<std::string_view, 2>& words, std::string_view text) {
  return !text.empty() && std::find(words.begin(), words.end(), text) != words.end();
}

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

const RecordWord* FindOpeningWord(std::string_view word) {
  const auto* found = std::find_if(std::begin(kRecordWords), std::end(kRecordWords),
                                   [&](const RecordWord& one) { return one.word == word; });
  return found == std::end(kRecordWords) ? nullptr : found;
}

const RecordWord* FindOpeningPrefix(std::string_view prefix) {
  const auto* found = std::find_if(std::begin(kRecordPrefixes), std::end(kRecordPrefixes),
                                   [&](const RecordWord& one) { return one.word == prefix; });
  return found == std::end(kRecordPrefixes) ? nullptr : found;
}

std::optional<Channel> ChannelOfRecord(std::string_view word, std::string_view prefix) {
  if (!word.starts_with(prefix)) return std::nullopt;
  return ParseWord<Channel>(word.substr(prefix.size()));
}

bool IsRecordWord(std::string_view text) {
  const auto opens_or_ends = [&](const RecordWord& one) {
    return one.word == text || Has(one.ended_by, text);
  };
  if (std::any_of(std::begin(kRecordWords), std::end(kRecordWords), opens_or_ends)) return true;
  return ChannelOfRecord(text, kEndsRequest) ||
         std::any_of(
             std::begin(kRecordPrefixes), std::end(kRecordPrefixes),
             [&](const RecordWord& one) { return ChannelOfRecord(text, one.word).has_value(); });
}

}  // namespace constancia::policies
