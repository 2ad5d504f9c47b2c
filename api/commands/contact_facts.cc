#include "api/commands/contact_facts.h"

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>
#include <utility>

#include "core/base/status.h"
#include "core/case/rule_records.h"
#include "core/case/rule_words.h"
#include "eventstore/projections/case_file/case_file.h"
#include "eventstore/projections/contact_ledger/contact_ledger.h"
#include "eventstore/projections/contact_ledger/contact_rows.h"
#include "policies/engine/vocabulary.h"

namespace constancia::api {
namespace {

using casefile::v1::CaseFile;
using casefile::v1::LedgerContact;
using casefile::v1::LedgerRecord;
using counsel::v1::Condition;
using counsel::v1::Facts;
using counsel::v1::Proposal;

constexpr Instant kForEver{std::numeric_limits<int64_t>::max()};
// Holds for a contact point until it is invalidated, and again once it is confirmed.
constexpr char kPointValid[] = "contact_point_valid";

void AddDebts(const CaseFile& file, google::protobuf::RepeatedPtrField<std::string>* debts) {
  for (const auto& obligation : file.obligations()) *debts->Add() = obligation.obligation_id();
}

// Sets the rule's word for a person whom the case knows.
void SetPartyFrom(const CaseFile& file, std::string_view person, std::string* party) {
  const event::v1::PartyRole role = RoleIn(file, person);
  if (role != event::v1::PARTY_ROLE_UNSPECIFIED) *party = RuleParty(role);
}

counsel::v1::Record AsRecord(const LedgerRecord& said, const Proposal& proposal) {
  counsel::v1::Record record;
  record.set_position(said.position());
  record.set_at_micros(said.at_micros());
  record.set_word(said.word());
  record.set_person(said.person());
  *record.mutable_debts() = said.debts().empty() ? proposal.debts() : said.debts();
  record.set_case_id(said.case_id());
  record.set_party(said.party());
  for (const event::v1::TimeWindow& window : said.windows()) {
    counsel::v1::WeekTime* time = record.add_windows();
    *time->mutable_weekdays() = window.weekdays();
    time->set_from_minute(window.from_minute());
    time->set_to_minute(window.to_minute());
  }
  if (said.has_until_micros()) record.set_until_micros(said.until_micros());
  return record;
}

Condition* AddCondition(std::string_view word, const LedgerRecord& since, Facts* facts) {
  Condition* condition = facts->add_conditions();
  condition->set_word(std::string(word));
  *condition->mutable_debts() = since.debts();
  condition->set_from_micros(since.at_micros());
  condition->add_positions(since.position());
  return condition;
}

// What was done about those debts.
void AddActs(const CaseFile& file, const Proposal& proposal, Facts* facts) {
  const auto& debts = proposal.debts();
  for (const casefile::v1::DatedAct& done : file.acts()) {
    const auto& named = done.obligation_ids();
    if (!named.empty() &&
        std::find_first_of(named.begin(), named.end(), debts.begin(), debts.end()) == named.end()) {
      continue;
    }
    counsel::v1::Act* act = facts->add_acts();
    act->set_type(done.type());
    act->set_date(done.date());
    act->set_position(done.position());
  }
  for (const std::string& regime : file.regimes()) {
    if (IsCircumstance(regime)) facts->add_circumstances(regime);
  }
}

// What is known of a contact point: who supplied it, and when it could be used.
void AddPoint(const casefile::v1::RecordList& said, Facts* facts) {
  Condition* valid = facts->add_conditions();
  valid->set_word(kPointValid);
  for (const LedgerRecord& record : said.records()) {
    if (record.word() == "point_invalidated") {
      if (valid != nullptr) valid->set_until_micros(record.at_micros());
      valid = nullptr;
    } else if (record.word() == "point_confirmed") {
      if (valid == nullptr) valid = AddCondition(kPointValid, record, facts);
    } else {
      AddCondition(record.word(), record, facts);
    }
  }
}

}  // namespace

DecisionRows::DecisionRows(const eventstore::EventLog* log)
    : contacts(log, eventstore::ContactLedger::kName), cases(log, eventstore::CaseFiles::kName) {}

bool IsCircumstance(std::string_view regime) {
  return !regime.empty() && regime.front() >= 'a' && regime.front() <= 'z';
}

event::v1::PartyRole RoleIn(const CaseFile& file, std::string_view person) {
  if (file.party_id() == person) return event::v1::PARTY_ROLE_DEBTOR;
  for (const event::v1::CaseParty& party : file.parties()) {
    if (party.party_id() == person) return party.role();
  }
  return event::v1::PARTY_ROLE_UNSPECIFIED;
}

void FillFromCase(const CaseFile& file, Proposal* proposal) {
  proposal->set_creditor(file.creditor_id());
  proposal->set_case_id(file.case_id());
  proposal->set_region(file.region());
  if (proposal->debts().empty()) AddDebts(file, proposal->mutable_debts());
  if (proposal->zones().empty() && !file.zone().empty()) proposal->add_zones(file.zone());
}

absl::StatusOr<const CaseFile*> ContactFacts::Case(std::string_view case_id) {
  auto found = files_.find(case_id);
  if (found == files_.end()) {
    ASSIGN_OR_RETURN(std::optional<CaseFile> file, eventstore::ReadCaseFile(*cases_, case_id));
    found = files_.emplace(case_id, std::move(file)).first;
  }
  return found->second.has_value() ? &*found->second : nullptr;
}

std::vector<std::string> ContactFacts::Jurisdictions(const CaseFile& file) const {
  std::vector<std::string> loaded;
  const auto add = [&](const std::string& jurisdiction) {
    if (std::find(loaded.begin(), loaded.end(), jurisdiction) == loaded.end() &&
        packs_->Select({jurisdiction}).ok())
      loaded.push_back(jurisdiction);
  };
  for (const std::string& regime : file.regimes()) add(regime);
  if (!loaded.empty()) add(kHouseJurisdiction);
  return loaded;
}

absl::Status ContactFacts::AddContact(const LedgerContact& contact, Facts* facts) {
  counsel::v1::Contact* fact = facts->add_contacts();
  *fact = contact.contact();
  const bool role_said = contact.party_role() != event::v1::PARTY_ROLE_UNSPECIFIED;
  if (!contact.case_id().empty() &&
      (!role_said || fact->creditor().empty() || fact->debts().empty())) {
    ASSIGN_OR_RETURN(const CaseFile* file, Case(contact.case_id()));
    if (file == nullptr) return absl::OkStatus();
    if (!role_said) SetPartyFrom(*file, fact->person(), fact->mutable_party());
    if (fact->creditor().empty()) fact->set_creditor(file->creditor_id());
    if (fact->debts().empty()) AddDebts(*file, fact->mutable_debts());
  }
  return absl::OkStatus();
}

absl::Status ContactFacts::AddRecords(const Proposal& proposal, Facts* facts) {
  std::vector<std::string> owners = {PersonOwner(proposal.person())};
  if (!proposal.case_id().empty()) owners.push_back(CaseOwner(proposal.case_id()));
  for (const std::string& debt : proposal.debts()) owners.push_back(DebtOwner(debt));
  // One event may say the same under several owners.
  std::set<std::pair<uint64_t, std::string>> seen;
  for (const std::string& owner : owners) {
    ASSIGN_OR_RETURN(const casefile::v1::RecordList list,
                     eventstore::ReadRecords(*contacts_, owner));
    for (const LedgerRecord& said : list.records()) {
      if (!seen.emplace(said.position(), said.word()).second) continue;
      if (!policies::IsRecordWord(said.word())) {
        AddCondition(said.word(), said, facts);
        continue;
      }
      counsel::v1::Record* record = facts->add_records();
      *record = AsRecord(said, proposal);
      if (!record->party().empty()) continue;
      ASSIGN_OR_RETURN(const CaseFile* file, Case(proposal.case_id()));
      if (file != nullptr) SetPartyFrom(*file, record->person(), record->mutable_party());
      if (record->party().empty() && record->person() == proposal.person())
        record->set_party(proposal.party());
    }
  }
  return absl::OkStatus();
}

absl::Status ContactFacts::AddConditions(const Proposal& proposal,
                                         std::string_view contact_point_id,
                                         std::span<const std::string> conditions, Facts* facts) {
  for (const std::string& word : conditions) facts->add_conditions()->set_word(word);
  casefile::v1::RecordList point;
  if (!contact_point_id.empty()) {
    ASSIGN_OR_RETURN(point, eventstore::ReadRecords(
                                *contacts_, PointOwner(proposal.person(), contact_point_id)));
  }
  AddPoint(point, facts);
  return absl::OkStatus();
}

absl::StatusOr<Facts> ContactFacts::Gather(const Proposal& proposal, Instant now,
                                           std::string_view contact_point_id,
                                           std::span<const std::string> conditions) {
  Facts facts;
  const Instant since{proposal.party() == "locator" ? 0 : proposal.at_micros() - kFactsReachMicros};
  ASSIGN_OR_RETURN(const std::vector<LedgerContact> contacts,
                   eventstore::ReadContacts(*contacts_, proposal.person(), since, kForEver));
  for (const LedgerContact& contact : contacts) RETURN_IF_ERROR(AddContact(contact, &facts));
  ASSIGN_OR_RETURN(const casefile::v1::OpenPermits open,
                   eventstore::ReadOpenPermits(*contacts_, proposal.person()));
  for (const casefile::v1::PermitState& permit : open.permits()) {
    if (permit.expires_at_micros() <= now.micros) continue;
    counsel::v1::Contact* contact = facts.add_contacts();
    contact->set_position(permit.position());
    contact->set_at_micros(permit.granted_at_micros());
    contact->set_channel(permit.channel());
    contact->set_party(permit.party());
    contact->set_person(permit.person());
    *contact->mutable_debts() = permit.debts();
    contact->set_creditor(permit.creditor());
    contact->set_initiated_by("collector");
    contact->set_permit_expires_at_micros(permit.expires_at_micros());
  }
  RETURN_IF_ERROR(AddRecords(proposal, &facts));
  RETURN_IF_ERROR(AddConditions(proposal, contact_point_id, conditions, &facts));
  ASSIGN_OR_RETURN(const CaseFile* file, Case(proposal.case_id()));
  if (file != nullptr) AddActs(*file, proposal, &facts);
  return facts;
}

absl::StatusOr<std::optional<Proposal>> ContactFacts::Propose(const LedgerContact& contact) {
  const counsel::v1::Contact& made = contact.contact();
  if (made.initiated_by() != "collector" || contact.case_id().empty()) return std::nullopt;
  ASSIGN_OR_RETURN(const CaseFile* file, Case(contact.case_id()));
  if (file == nullptr) return std::nullopt;

  Proposal proposal;
  for (std::string& jurisdiction : Jurisdictions(*file))
    proposal.add_jurisdictions(std::move(jurisdiction));
  if (proposal.jurisdictions().empty()) return std::nullopt;
  proposal.set_at_micros(made.at_micros());
  proposal.set_channel(made.channel());
  proposal.set_party(made.party());
  if (contact.party_role() == event::v1::PARTY_ROLE_UNSPECIFIED)
    SetPartyFrom(*file, made.person(), proposal.mutable_party());
  proposal.set_person(made.person());
  *proposal.mutable_debts() = made.debts();
  proposal.set_purpose(std::string(RulePurpose(contact.purpose())));
  proposal.set_initiated_by(made.initiated_by());
  proposal.set_position(made.position());
  FillFromCase(*file, &proposal);
  if (proposal.debts().empty()) return std::nullopt;
  if (proposal.zones().empty()) proposal.add_zones(contact.zone());
  if (const auto ended = eventstore::EndOf(contact)) proposal.set_ended_at_micros(*ended);
  return std::optional<Proposal>(std::move(proposal));
}

absl::StatusOr<Facts> ContactFacts::Recall(const LedgerContact& contact, const Proposal& proposal,
                                           std::span<const LedgerContact> around) {
  const counsel::v1::Contact& made = contact.contact();
  Facts facts;
  std::vector<LedgerContact> all;
  if (proposal.party() == "locator") {
    ASSIGN_OR_RETURN(all, eventstore::ReadContacts(*contacts_, proposal.person(), Instant{0},
                                                   Instant{made.at_micros() + 1}));
    around = all;
  }
  const int64_t since = proposal.party() == "locator" ? 0 : made.at_micros() - kFactsReachMicros;
  const auto first = std::partition_point(
      around.begin(), around.end(),
      [&](const LedgerContact& other) { return other.contact().at_micros() < since; });
  for (auto other = first; other != around.end(); ++other) {
    const counsel::v1::Contact& fact = other->contact();
    if (std::tuple(fact.at_micros(), fact.position()) >=
        std::tuple(made.at_micros(), made.position()))
      break;
    RETURN_IF_ERROR(AddContact(*other, &facts));
  }
  RETURN_IF_ERROR(AddRecords(proposal, &facts));
  RETURN_IF_ERROR(AddConditions(
      proposal, contact.contact_point_id(),
      std::vector<std::string>(contact.conditions().begin(), contact.conditions().end()), &facts));
  return facts;
}

}  // namespace constancia::api
