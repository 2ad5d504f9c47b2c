#include "policies/engine/internal/view.h"

#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <tuple>

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
  ASSIGN_OR_RETURN(view.party, Read<Party>(contact.party(), "party"));
  if (contact.has_permit_expires_at_micros()) {
    view.permit_until = {contact.permit_expires_at_micros()};
  } else {
    ASSIGN_OR_RETURN(view.outcome, Read<Outcome>(contact.outcome(), "outcome"));
  }
  return view;
}

absl::Status CheckWindows(const counsel::v1::Record& record) {
  for (const counsel::v1::WeekTime& time : record.windows()) {
    const bool days = std::all_of(time.weekdays().begin(), time.weekdays().end(),
                                  [](uint32_t day) { return day >= 1 && day <= 7; });
    if (!days || time.from_minute() >= time.to_minute() || time.to_minute() > 1'440) {
      return Refuse("windows", "days are 1 to 7, minutes 0 to 1440, the first before the second");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<RecordView> ReadRecord(const counsel::v1::Record& record,
                                      const absl::TimeZone& zone) {
  if (!IsRecordWord(record.word())) return Refuse("word", "not a record that rules know");
  if (!record.party().empty() && !ParseWord<Party>(record.party())) {
    return Refuse("party", "not a word that rules know");
  }
  RETURN_IF_ERROR(CheckWindows(record));
  RecordView view;
  view.moment = {{record.at_micros()}, record.position()};
  view.date = LocalDate(view.moment.at, zone);
  if (record.has_until_micros()) view.until = Instant{record.until_micros()};
  view.record = &record;
  return view;
}

// Seconds of the day at which the records' times begin and end.
std::vector<int> ReadingsOf(const std::vector<RecordView>& records) {
  std::set<int> readings;
  for (const RecordView& view : records) {
    for (const counsel::v1::WeekTime& time : view.record->windows()) {
      readings.insert(0);
      readings.insert(static_cast<int>(time.from_minute()) * 60);
      readings.insert(static_cast<int>(time.to_minute() % 1'440) * 60);
    }
  }
  return {readings.begin(), readings.end()};
}

}  // namespace

Instant WholeSecondFrom(Instant at) {
  const int64_t over = (at.micros % kMicrosPerSecond + kMicrosPerSecond) % kMicrosPerSecond;
  return {over == 0 ? at.micros : at.micros - over + kMicrosPerSecond};
}

bool RecordView::HoldsTime(absl::CivilSecond local) const {
  if (record->windows().empty()) return true;
  const uint32_t weekday = static_cast<uint32_t>(absl::GetWeekday(local)) + 1;
  const uint32_t minute = static_cast<uint32_t>(local.hour() * 60 + local.minute());
  return std::any_of(
      record->windows().begin(), record->windows().end(), [&](const counsel::v1::WeekTime& time) {
        const auto& days = time.weekdays();
        return (days.empty() || std::find(days.begin(), days.end(), weekday) != days.end()) &&
               time.from_minute() <= minute && minute < time.to_minute();
      });
}

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
  if (proposal.has_ended_at_micros()) view.ended_at = Instant{proposal.ended_at_micros()};
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
    absl::StatusOr<RecordView> record = ReadRecord(facts.records(i), zone);
    if (!record.ok()) return InField(record.status(), absl::StrCat("facts.records[", i, "]"));
    view.changes.push_back(WholeSecondFrom(record->moment.at));
    if (record->until) view.changes.push_back(WholeSecondFrom(*record->until));
    view.records.push_back(*std::move(record));
  }
  for (const counsel::v1::Condition& condition : facts.conditions()) {
    ConditionView read;
    read.from = {condition.has_from_micros() ? condition.from_micros()
                                             : std::numeric_limits<int64_t>::min()};
    read.until = {condition.has_until_micros() ? condition.until_micros()
                                               : std::numeric_limits<int64_t>::max()};
    read.condition = &condition;
    if (condition.has_from_micros()) view.changes.push_back(WholeSecondFrom(read.from));
    view.conditions.push_back(read);
  }
  std::sort(view.conditions.begin(), view.conditions.end(),
            [](const ConditionView& a, const ConditionView& b) {
              return std::tie(a.condition->word(), a.from, a.until) <
                     std::tie(b.condition->word(), b.from, b.until);
            });
  SortByMoment(&view.contacts);
  SortByMoment(&view.records);
  std::sort(view.changes.begin(), view.changes.end());
  view.record_readings = ReadingsOf(view.records);
  return view;
}

}  // namespace constancia::policies::internal
