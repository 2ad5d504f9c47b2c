// One evaluation: rules asked about one proposal at any instant, and what their answers rested on.

#ifndef CONSTANCIA_POLICIES_ENGINE_INTERNAL_EVALUATION_H_
#define CONSTANCIA_POLICIES_ENGINE_INTERNAL_EVALUATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/hash.h"
#include "policies/engine/internal/view.h"
#include "policies/engine/pack_set.h"
#include "policies/engine/rule.h"

namespace constancia::policies::internal {

// What is asked: one rule of one pack, about one debt when the rule looks at debts.
struct Question {
  const Rule* rule = nullptr;
  const PackSet::Selected* pack = nullptr;
  std::string_view debt;
  // The exemptions that may lift it: a part of the evaluation's list.
  size_t exemptions_begin = 0;
  size_t exemptions_end = 0;
};

struct Answer {
  enum class Result { kNotInForce, kPass, kFail, kExempt };

  Result result = Result::kNotInForce;
  std::string_view exempted_by;
  int count = 0;
  int limit = 0;  // above 0 when the rule counts; then `window` is what it counted in
  DateInterval window;
  std::vector<uint64_t> positions;  // ascending
  std::optional<Instant> since;     // of the latest record or conversation that makes it fail
};

// Asks the rules of `packs` about a proposal, at its own instant or as if it were begun at another,
// the facts staying as they are.
class Evaluation {
 public:
  // All arguments outlive it.
  Evaluation(const std::vector<PackSet::Selected>& packs, const FactsView& facts,
             const ProposalView& proposal);

  // Every rule of every pack that may judge the proposal on some date, in the order of evaluation.
  const std::vector<Question>& questions() const { return questions_; }

  Answer Ask(const Question& question, Instant now);

  // Returns the first whole second from `now` on (or `now`) at which the rule does not fail;
  // nothing when there is none within the dates that are looked at.
  std::optional<Instant> NextPass(const Question& question, Instant now);

  // Returns the first instant from `now` on at which no rule denies.
  std::optional<Instant> NextAllowed(Instant now);

  // Appends every contact, record and condition that an answer so far rested on, in order, as bytes
  // that are equal when they are.
  void AppendUsedFacts(std::string* out) const;

 private:
  // A contact that an exemption may cover: the proposal, or one that is counted.
  struct Subject {
    Moment moment;
    absl::CivilDay date;
    Channel channel;
    Party party;
    std::string_view person;
    const counsel::v1::Contact* contact = nullptr;  // null for the proposal
  };
  // A record as a rule looks for it.
  struct Wanted {
    std::string_view opened_by;  // a word, or what stands before a channel when of_family
    bool of_family = false;
    RecordScope scope = RecordScope::kPerson;
    bool couple = false;
  };

  void AddQuestions(const PackSet::Selected& pack, const Rule& rule);

  Answer AskWindow(const Question& question, const Window& window, Instant now);
  Answer AskCount(const Question& question, const Count& count, Instant now);
  Answer AskThreshold(const Question& question, const Count& count, const Count::Threshold& one,
                      Instant now);
  Answer AskQuiet(const Question& question, const QuietAfter& quiet, Instant now);
  Answer AskStatusBar(const Question& question, const StatusBar& status_bar, Instant now);
  Answer AskChannelBar(const Question& question, const ChannelBar& bar, Instant now);
  Answer AskPrecondition(const Precondition& precondition, Instant now);
  Answer AskOverrun(const Overrun& overrun);

  bool InForce(const Question& question, Instant now);
  bool StandsAside(const Question& question, absl::CivilDay date) const;
  // Tells whether a standing record of `word` names a time that holds that reading of a clock; then
  // `answer` says which.
  bool ClosedByRecord(const RecordWord& word, const Question& question, absl::CivilSecond local,
                      Instant now, Answer* answer);

  // The exemption that lifts the question's rule for `subject`; null when none does. Times that a
  // record names are read in `zone`. `counting`: exemptions whose contacts count are passed over.
  const Exemption* FindExemption(const Question& question, const Subject& subject,
                                 const absl::TimeZone& zone, Instant now, bool counting);
  bool IsReply(const Exemption& exemption, const Subject& subject, Instant now);
  bool IsCovered(const Exemption& exemption, const Question& question, const Subject& subject,
                 const absl::TimeZone& zone, Instant now);
  // Tells whether the standing record at `index` covers `subject`.
  bool Lasts(const Exemption& exemption, const Question& question, size_t index,
             const Subject& subject, const absl::TimeZone& zone, Instant now);

  // Calls `use` with the index of each record that stands at `now`: opened, not ended by one of
  // `ended_by`, not run out.
  template <typename EndedBy, typename Use>
  void ForEachStanding(const Wanted& wanted, const EndedBy& ended_by, const Question& question,
                       Instant now, Use use);
  // Tells whether a record is of `word`, within what is wanted.
  bool Matches(std::string_view word, const RecordView& view, const Wanted& wanted,
               const Question& question) const;

  bool SameKey(Key key, const ContactView& contact, std::string_view debt) const;
  bool IsItself(const ContactView& contact) const {
    return proposal_.recorded && contact.moment.position == proposal_.moment.position;
  }
  Subject SubjectAt(Instant now);

  // Returns the first instant after `now` at which the rule's answer may turn to better.
  std::optional<Instant> NextChange(const Question& question, Instant now);
  bool DependsOnDate(const Question& question) const;

  absl::CivilSecond LocalAt(size_t zone, Instant now);
  absl::CivilDay DateAt(Instant now) { return absl::CivilDay(LocalAt(0, now)); }

  const std::vector<PackSet::Selected>& packs_;
  const FactsView& facts_;
  const ProposalView& proposal_;
  const std::string reply_id_;
  const absl::CivilDay last_date_;
  std::vector<Question> questions_;
  std::vector<const Exemption*> exemptions_;
  std::vector<bool> used_contacts_;
  std::vector<bool> used_records_;
  std::vector<bool> used_conditions_;
  // The last reading of each zone's clock: rules are asked about one instant after another.
  struct Reading {
    std::optional<Instant> at;
    absl::CivilSecond local;
  };
  std::vector<Reading> readings_;
};

}  // namespace constancia::policies::internal

#endif  // CONSTANCIA_POLICIES_ENGINE_INTERNAL_EVALUATION_H_
