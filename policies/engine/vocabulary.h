// The words rules are written in. Everything else is refused where it enters, so that a slip of the
// pen in a pack or a case cannot make a rule that never applies.
//
// Used by: pack.h, evaluate.h, case_file.h; the door, when it turns events into facts.
// Threads: any.

#ifndef CONSTANCIA_POLICIES_ENGINE_VOCABULARY_H_
#define CONSTANCIA_POLICIES_ENGINE_VOCABULARY_H_

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

// Tells whether `text` is the word of a record: served_in_lawsuit, stop_email_work.
bool IsRecordWord(std::string_view text);

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_ENGINE_VOCABULARY_H_
