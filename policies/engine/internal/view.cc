#include "policies/engine/internal/view.h"

#include <algorithm>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace constancia::policies::internal {
namespace {

absl::Status Refuse(std::string_view field, std::string_view what) {
  return Error(error::v1::SCHEMA_INVALID, what, field);
}

template <typename Word>
absl::StatusOr<Word> Read(const std::string& text, std::string_view field) {
  const std::optional<Word> word = ParseWord<Word>(text);
  if (!word) return Refuse(field, "not a word that rules know");
  return *word;
}

Instant WholeSecondFrom(Instant at) {
  const int64_t over = (at.micros % kMicrosPerSecond + kMicrosPerSecond) % kMicrosPerSecond;
  return {over == 0 ? at.micros : at.micros - over + kMicrosPerSecond};
}

template <typename View>
void SortByMoment(std::vector<View>* views) {
  std::sort(views->begin(), views->end(),
            [](const View& a, const View& b) { return a.moment < b.moment; });
}

absl::StatusOr<ContactView> ReadContact(const counsel::v1::Contact& contact,
                                        const absl::TimeZone& zone) {
  ContactView view;
  view.moment = {{contact.at_micros()}, contact.position()};
  view.date = LocalDate(view.moment.at, zone);
  view.contact = &contact;
  ASSIGN_OR_RETURN(view.channel, Read<Channel>(contact.channel(), "channel"));
  ASSIGN_OR_RETURN(view.initiated_by, Read<Initiator>(contact.initiated_by(), "initiated_by"));
  if (contact.has_permit_expires_at_micros()) {
    view.permit_until = {contact.permit_expires_at_micros()};
  } else {
    ASSIGN_OR_RETURN(view.outcome, Read<Outcome>(contact.outcome(), "outcome"));
  }
  return view;
}

}  // namespace

absl::StatusOr<ProposalView> ReadProposal(const counsel::v1::Proposal& proposal,
                                          const ZoneTable& zones) {
  ProposalView view;
  view.recorded = proposal.has_position();
  view.moment.at = {proposal.at_micros()};
  view.moment.position = view.recorded ? proposal.position() : std::numeric_limits<uint64_t>::max();
  if (!proposal.initiated_by().empty()) {
    ASSIGN_OR_RETURN(view.initiated_by,
                     Read<Initiator>(proposal.initiated_by(), "proposal.initiated_by"));
  }
  // A person may come by ways that no rule has a word for; that is never judged.
  if (view.initiated_by == Initiator::kCollector) {
    ASSIGN_OR_RETURN(view.channel, Read<Channel>(proposal.channel(), "proposal.channel"));
    ASSIGN_OR_RETURN(view.party, Read<Party>(proposal.party(), "proposal.party"));
  }
  if (!proposal.purpose().empty()) {
    ASSIGN_OR_RETURN(view.purpose, Read<Purpose>(proposal.purpose(), "proposal.purpose"));
  }
  if (proposal.person().empty()) return Refuse("proposal.person", "a proposal names a person");
  if (proposal.debts().empty()) return Refuse("proposal.debts", "a proposal is about a debt");
  if (proposal.zones().empty()) return Refuse("proposal.zones", "a proposal names a time zone");
  if (proposal.jurisdictions().empty()) {
    return Refuse("proposal.jurisdictions", "a proposal names a jurisdiction");
  }
  view.person = proposal.person();
  view.creditor = proposal.creditor();
  view.case_id = proposal.case_id();
  view.region = proposal.region();
  view.debts.assign(proposal.debts().begin(), proposal.debts().end());
  std::sort(view.debts.begin(), view.debts.end());
  view.debts.erase(std::unique(view.debts.begin(), view.debts.end()), view.debts.end());
  view.jurisdictions.assign(proposal.jurisdictions().begin(), proposal.jurisdictions().end());
  for (const std::string& name : proposal.zones()) {
    const absl::TimeZone* zone = zones.Find(name);
    if (zone == nullptr) {
      return Refuse("proposal.zones",
                    absl::StrCat("no such zone in tzdata ", zones.version(), "; use an IANA name"));
    }
    view.zones.push_back(zone);
  }
  return view;
}

absl::StatusOr<FactsView> ReadFacts(const counsel::v1::Facts& facts, const absl::TimeZone& zone) {
  FactsView view;
  view.contacts.reserve(static_cast<size_t>(facts.contacts_size()));
  for (int i = 0; i < facts.contacts_size(); ++i) {
    absl::StatusOr<ContactView> contact = ReadContact(facts.contacts(i), zone);
    if (!contact.ok()) {
      return InField(contact.status(), absl::StrCat("facts.contacts[", i, "]"));
    }
    view.changes.push_back(WholeSecondFrom(contact->moment.at));
    if (!contact->outcome) view.changes.push_back(WholeSecondFrom(contact->permit_until));
    view.contacts.push_back(*std::move(contact));
  }
  for (int i = 0; i < facts.records_size(); ++i) {
    const counsel::v1::Record& record = facts.records(i);
    if (!IsRecordWord(record.word())) {
      return Refuse(absl::StrCat("facts.records[", i, "].word"), "not a record that rules know");
    }
    view.records.push_back({{{record.at_micros()}, record.position()}, &record});
    view.changes.push_back(WholeSecondFrom(view.records.back().moment.at));
  }
  SortByMoment(&view.contacts);
  SortByMoment(&view.records);
  std::sort(view.changes.begin(), view.changes.end());
  return view;
}

}  // namespace constancia::policies::internal
