// The words rules are written in. Everything else is refused where it enters, so that a slip of the
// pen in a pack or a case cannot make a rule that never applies.
//
// Used by: pack.h, evaluate.h, case_file.h; the door, when it turns events into facts.
// Threads: any.

#ifndef CONSTANCIA_POLICIES_ENGINE_VOCABULARY_H_
#define CONSTANCIA_POLICIES_ENGINE_VOCABULARY_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace constancia::policies {

enum class Channel : uint8_t {
  kCall,
  kCallWork,
  kVoicemailDrop,
  kVisit,
  kVisitWork,
  kSms,
  kIm,
  kEmail,
  kEmailWork,
  kLetter,
  kSocialDm,
};
inline constexpr int kChannelCount = 11;

enum class Party : uint8_t {
  kDebtor,
  kCodebtor,
  kGuarantor,
  kSpouse,
  kAttorney,
  kEmployer,
  kReference,
  kThirdParty,
  kLocator,
};
inline constexpr int kPartyCount = 9;

enum class Outcome : uint8_t {
  kAnswered,
  kSpoke,
  kNoAnswer,
  kVoicemail,
  kNoOneHome,
  kSent,
  kDelivered,
  kRead,
  kBusy,
  kNotInService,
  kFailed,
  kBounced,
};
inline constexpr int kOutcomeCount = 12;

enum class Purpose : uint8_t {
  kCollection,
  kReminderBeforeDue,
  kInformationRequestedByDebtor,
  kPaymentConfirmation,
  kLegalNotice,
  kComplaintAnswer,
  kBureauNotice,
  kSkipTracing,
  kSurvey,
};
inline constexpr int kPurposeCount = 9;

enum class Initiator : uint8_t { kCollector, kDebtor, kCourt, kCreditor };

// A set of words of one kind.
template <typename Word>
class WordSet {
 public:
  constexpr WordSet() = default;
  template <typename... Words>
  static constexpr WordSet Of(Words... words) {
    WordSet set;
    (set.Add(words), ...);
    return set;
  }
  static constexpr WordSet All(int count) {
    WordSet set;
    set.bits_ = static_cast<uint16_t>((1u << count) - 1);
    return set;
  }

  constexpr void Add(const WordSet& words) { bits_ = static_cast<uint16_t>(bits_ | words.bits_); }
  constexpr void Add(Word word) { bits_ = static_cast<uint16_t>(bits_ | Bit(word)); }
  constexpr void Remove(Word word) { bits_ = static_cast<uint16_t>(bits_ & ~Bit(word)); }
  constexpr bool Has(Word word) const { return (bits_ & Bit(word)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }

 private:
  static constexpr unsigned Bit(Word word) { return 1u << static_cast<unsigned>(word); }

  uint16_t bits_ = 0;
};

using Channels = WordSet<Channel>;
using Parties = WordSet<Party>;
using Outcomes = WordSet<Outcome>;
using Purposes = WordSet<Purpose>;

inline constexpr Channels kAllChannels = Channels::All(kChannelCount);
inline constexpr Parties kAllParties = Parties::All(kPartyCount);
inline constexpr Purposes kAllPurposes = Purposes::All(kPurposeCount);

// What counts unless a rule says otherwise: what rang, arrived or found a door.
inline constexpr Outcomes kCountedOutcomes =
    Outcomes::Of(Outcome::kAnswered, Outcome::kSpoke, Outcome::kNoAnswer, Outcome::kVoicemail,
                 Outcome::kNoOneHome, Outcome::kSent, Outcome::kDelivered, Outcome::kRead);

// Channels on which a message can be answered by a message.
inline constexpr Channels kReplyChannels =
    Channels::Of(Channel::kIm, Channel::kSms, Channel::kEmail);

// Each reads one word exactly as rules write it, and gives nothing for any other.
template <typename Word>
std::optional<Word> ParseWord(std::string_view text);
template <>
std::optional<Channel> ParseWord<Channel>(std::string_view text);
template <>
std::optional<Party> ParseWord<Party>(std::string_view text);
template <>
std::optional<Outcome> ParseWord<Outcome>(std::string_view text);
template <>
std::optional<Purpose> ParseWord<Purpose>(std::string_view text);
template <>
std::optional<Initiator> ParseWord<Initiator>(std::string_view text);

// What a record binds: its debts towards everybody, its person whatever the debt, its person about
// its debts, or its case.
enum class RecordScope : uint8_t { kDebt, kPerson, kDebtAndPerson, kCase };

// A record that opens something, and what ends it. It binds from its instant.
//
// served_in_lawsuit        debt    suit_ended
// insolvency_opened        person  insolvency_ended
// cease_written            debt    cease_lifted
// attorney_represented     both    representation_ended
// dispute_written          debt    verification_sent, dispute_resolved
// employer_prohibits       person  employer_allows
// hours_waiver             person  waiver_ended
// info_requested           person
// breathing_space_opened   person  breathing_space_ended
// stop_<channel>, revoked_<channel>
//                          person  authorised_<channel>
// authorised_<channel>     person  revoked_<channel>
// reasonable_request_<channel>
//                          person  request_withdrawn_<channel>
// consent_calls            both    consent_ended
// consent_email_work       person  consent_ended
// visit_authorised_microcredit
//                          person  revoked_visit
// inconvenient_time        person  request_withdrawn_time
//
// A channel stands for its family. Words of the company's own rules:
//
// suspended_<reason>: dispute, complaint, insolvency, deceased, court_order,
//   creditor_instruction, vulnerability
//                          case    resumed_<reason>
// case_closed              case    case_reopened
// complaint_received       case    complaint_closed
// dispute_opened           debt    dispute_resolved
// promise_made             debt    promise_ended
// cease_requested          person  cease_lifted
// wrong_party              person  party_confirmed
// vulnerable               person  vulnerability_ended
// deceased, hardship_declared
//                          person
struct RecordWord {
  std::string_view word;
  RecordScope scope = RecordScope::kPerson;
  std::array<std::string_view, 2> ended_by;  // "" where there are fewer
};

// The entry of a word that opens; null for any other.
const RecordWord* FindOpeningWord(std::string_view word);

// The entry of a prefix that a channel follows (stop_); its ended_by are prefixes too. Null for any
// other.
const RecordWord* FindOpeningPrefix(std::string_view prefix);

// The channel that stands behind `prefix` in `word`; nothing when it is not so made.
std::optional<Channel> ChannelOfRecord(std::string_view word, std::string_view prefix);

// Tells whether `text` is the word of a record: served_in_lawsuit, suit_ended, stop_email_work.
bool IsRecordWord(std::string_view text);

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_ENGINE_VOCABULARY_H_
