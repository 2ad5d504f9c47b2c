// What counsel is asked about a contact: the proposal in the words of rules, and the facts around
// it, out of the rows of the inline projections.
//
// One assembly for contacts intended, contacts recorded, and contacts replayed under other packs:
// so the gate and the judgement after the fact cannot differ. It reads short ranges of rows, those
// of the longest window, and never history. (Only contacts with a `locator` are read back to the
// first: the law allows one, ever.)
//
// Preconditions hold by what is recorded (caller_id_shown, address_from_debtor,
// address_from_creditor, contact_point_valid, assignment_notified) or by the word of who asks,
// which is recorded with the decision.
//
// Used by: gate, judge_contacts, read_contact_ledger, policy replay.
// Threads: an object belongs to one.

#ifndef CONSTANCIA_API_COMMANDS_CONTACT_FACTS_H_
#define CONSTANCIA_API_COMMANDS_CONTACT_FACTS_H_

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "constancia/casefile/v1/case_file.pb.h"
#include "constancia/casefile/v1/contact_ledger.pb.h"
#include "constancia/counsel/v1/verdict.pb.h"
#include "core/base/time.h"
#include "eventstore/projections/row_source.h"
#include "policies/engine/pack_set.h"

namespace constancia::api {

// Reaches back beyond the longest window of any rule: thirty dates, or a calendar month.
inline constexpr int64_t kFactsReachMicros = int64_t{62} * 86'400 * kMicrosPerSecond;

// The company's own rules, asked behind those of every case where they are loaded.
inline constexpr char kHouseJurisdiction[] = "HOUSE";

// The rows of a log that decisions are taken over.
struct DecisionRows {
  // `log` outlives them.
  explicit DecisionRows(const eventstore::EventLog* log);

  const eventstore::StoredRows contacts;
  const eventstore::StoredRows cases;
};

class ContactFacts {
 public:
  // Rows of the contact ledger and of the case files. All outlive the object.
  ContactFacts(const eventstore::RowSource* contacts, const eventstore::RowSource* cases,
               const policies::PackSet* packs)
      : contacts_(contacts), cases_(cases), packs_(packs) {}

  ContactFacts(const DecisionRows& rows, const policies::PackSet* packs)
      : ContactFacts(&rows.contacts, &rows.cases, packs) {}

  // The file of a case; null when none of its events is there. Lives as long as the object.
  absl::StatusOr<const casefile::v1::CaseFile*> Case(std::string_view case_id);

  // Those of the regimes whose packs are loaded, the house behind them. Empty when none is.
  std::vector<std::string> Jurisdictions(const casefile::v1::CaseFile& file) const;

  // The facts around an intended contact: every contact from the longest window on, the permits
  // that hold at `now`, the records that bind the person, the debts or the case, what was done in
  // the case that duties follow from, and, of the preconditions, `conditions` and what is known of
  // the contact point.
  absl::StatusOr<counsel::v1::Facts> Gather(const counsel::v1::Proposal& proposal, Instant now,
                                            std::string_view contact_point_id,
                                            std::span<const std::string> conditions);

  // Adds what is known of the preconditions of `proposal`, for facts gathered without any.
  absl::Status AddConditions(const counsel::v1::Proposal& proposal,
                             std::string_view contact_point_id,
                             std::span<const std::string> conditions, counsel::v1::Facts* facts);

  // The proposal that a recorded contact was, at its own start. Nothing when nobody can be asked
  // about it: the collector did not begin it, or its case, the regimes of that, or the debts are
  // not known.
  absl::StatusOr<std::optional<counsel::v1::Proposal>> Propose(
      const casefile::v1::LedgerContact& contact);

  // The facts around that proposal: the contacts that began before it; permits of others do not
  // count, since only contacts break rules. `around` holds the person's contacts in order, those of
  // the reach before it at least.
  absl::StatusOr<counsel::v1::Facts> Recall(const casefile::v1::LedgerContact& contact,
                                            const counsel::v1::Proposal& proposal,
                                            std::span<const casefile::v1::LedgerContact> around);

 private:
  absl::Status AddContact(const casefile::v1::LedgerContact& contact, counsel::v1::Facts* facts);
  absl::Status AddRecords(const counsel::v1::Proposal& proposal, counsel::v1::Facts* facts);

  const eventstore::RowSource* const contacts_;
  const eventstore::RowSource* const cases_;
  const policies::PackSet* const packs_;
  std::map<std::string, std::optional<casefile::v1::CaseFile>, std::less<>> files_;
};

// Tells whether a regime of a case, or what allows a charge, is a code and no jurisdiction or rule:
// small_debt, agreement. Those begin with a country.
bool IsCircumstance(std::string_view regime);

// The role of a person whom the case knows; unspecified for others.
event::v1::PartyRole RoleIn(const casefile::v1::CaseFile& file, std::string_view person);

// Puts what the case says where the proposal says nothing.
void FillFromCase(const casefile::v1::CaseFile& file, counsel::v1::Proposal* proposal);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_CONTACT_FACTS_H_
