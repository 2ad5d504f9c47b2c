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
};

struct Answer {
  enum class Result { kNotInForce, kPass, kFail, kExempt };

  Result result = Result::kNotInForce;
  std::string_view exempted_by;
  int count = 0;
  int limit = 0;  // above 0 when the rule counts; then `window` is what it counted in
  DateInterval window;
  std::vector<uint64_t> positions;
};

// Asks the rules of `packs` about a proposal, at its own instant or as if it were begun at another,
// the facts staying as they are.
class Evaluation {
 public:
  // All arguments outlive it.
  Evaluation(const std::vector<PackSet::Selected>& packs, const FactsView& facts,
             const ProposalView& proposal);

  // Every rule of every pack, in the order of evaluation.
  const std::vector<Question>& questions() const { return questions_; }

  Answer Ask(const Question& question, Instant now);

  // Returns the first whole second from `now` on (or `now`) at which the rule does not fail;
  // nothing when there is none within the dates that are looked at.
  std::optional<Instant> NextPass(const Question& question, Instant now);

  // Returns the first instant from the proposal's on at which no rule denies.
  std::optional<Instant> NextAllowed();

  // Appends every contact and record that an answer so far rested on, in order, as bytes that are
  // the same for the same facts.
  void AppendUsedFacts(std::string* out) const;

 private:
  Answer AskWindow(const Question& question, const Window& window, Instant now) const;
  Answer AskCount(const Question& question, const Count& count, Instant now);
  Answer AskStatusBar(const Question& question, const StatusBar& status_bar, Instant now);

  bool InForce(const Question& question, Instant now) const;
  bool StandsAside(const Question& question, absl::CivilDay date) const;
  // The exemption that lifts `rule` for a contact begun at `moment`; null when none does.
  const Exemption* FindExemption(const Rule& rule, Channel channel, std::string_view person,
                                 Moment moment, absl::CivilDay date, Instant now);
  bool IsReply(const Exemption& exemption, Channel channel, std::string_view person, Moment moment,
               Instant now);
  bool SameKey(const Count& count, const ContactView& contact, std::string_view debt) const;
  bool InScope(StatusBar::Scope scope, const counsel::v1::Record& record,
               std::string_view debt) const;
  // Returns the first instant after `now` at which the rule's answer may turn to better.
  std::optional<Instant> NextChange(const Question& question, Instant now) const;

  absl::CivilDay DateAt(Instant now) const { return LocalDate(now, *proposal_.zones.front()); }

  const std::vector<PackSet::Selected>& packs_;
  const FactsView& facts_;
  const ProposalView& proposal_;
  const std::string reply_id_;
  const absl::CivilDay last_date_;
  std::vector<Question> questions_;
  std::vector<bool> used_contacts_;
  std::vector<bool> used_records_;
};

}  // namespace constancia::policies::internal

#endif  // CONSTANCIA_POLICIES_ENGINE_INTERNAL_EVALUATION_H_
