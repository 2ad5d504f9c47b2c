#include "eventstore/projections/case_file/case_file.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "constancia/casefile/v1/case_rows.pb.h"
#include "constancia/event/v1/correction.pb.h"
#include "constancia/event/v1/values.pb.h"
#include "core/base/status.h"
#include "core/case/promise.h"
#include "core/event/uuid.h"
#include "eventstore/projections/case_file/case_rows.h"
#include "eventstore/projections/case_file/facts.h"
#include "eventstore/projections/case_file/folds.h"
#include "eventstore/projections/case_file/tallies.h"

namespace constancia::eventstore {
namespace {

namespace ev = event::v1;
using casefile::v1::CaseActivity;
using casefile::v1::CaseFile;
using casefile::v1::Correction;
using casefile::v1::Fact;
using casefile::v1::FactList;
using casefile::v1::FactPlace;
using casefile::v1::PersonFile;

constexpr std::string_view kPackage = "constancia.event.v1.";

std::string_view ShortName(std::string_view type) {
  if (type.starts_with(kPackage)) type.remove_prefix(kPackage.size());
  return type;
}

bool IsFact(std::string_view type) {
  const auto concerns = Concerns();
  return IsTallied(type) || ReadsPerson(type) ||
         std::any_of(concerns.begin(), concerns.end(),
                     [&](const Concern& concern) { return concern.reads(type); });
}

// The rows that lead to a case: the lists it stands in, and its public keys.
std::set<std::string> LeadsTo(const CaseFile& file) {
  std::set<std::string> keys;
  const std::string& id = file.case_id();
  const auto list = [&](const char* field, const std::string& value) {
    if (!value.empty()) {
      keys.insert(case_row::Key(case_row::kList, absl::StrCat(field, value), id));
    }
  };
  if (file.stage() != ev::STAGE_UNSPECIFIED) list("stage=", absl::StrCat(file.stage()));
  if (file.state() != casefile::v1::CASE_STATE_UNSPECIFIED) {
    list("state=", absl::StrCat(file.state()));
  }
  list("creditor=", file.creditor_id());
  list("agent=", file.agent_id());
  const auto key = [&](std::string_view kind, std::string_view value) {
    if (value.empty()) return;
    std::string row = case_row::Key(case_row::kKey, value, kind);
    row.push_back('\0');
    keys.insert(row.append(id));
  };
  key("party", file.party_id());
  for (const auto& one : file.parties()) key("party", one.party_id());
  for (const auto& one : file.obligations()) {
    key("obligation", one.obligation_id());
    key("title", one.title_id());
  }
  for (const auto& one : file.promises()) key("promise", one.promise_id());
  for (const auto& one : file.agreements()) key("agreement", one.agreement_id());
  for (const auto& one : file.disputes()) key("dispute", one.dispute_id());
  for (const auto& one : file.complaints()) key("complaint", one.complaint_id());
  for (const auto& one : file.dockets()) key("docket", one.docket_id());
  return keys;
}

// Applies one event to rows. Files and counts are read once and written at the end.
class Folder {
 public:
  explicit Folder(Rows& rows) : rows_(rows) {}

  void CountEvent(const ledger::v1::StreamPlace& place, const RecordedEvent& event,
                  std::string_view type) {
    CaseActivity& activity = Activity(place.name());
    activity.set_events(std::max(activity.events(), place.sequence() + 1));
    activity.set_last_occurred_at_micros(
        std::max(activity.last_occurred_at_micros(), event.header.occurred_at()));
    if (type == "ContactDenied") activity.set_denials(activity.denials() + 1);
    if (type == "ViolationDetected") activity.set_violations(activity.violations() + 1);
    if (type == "ViolationCleared") {
      activity.set_violations_cleared(activity.violations_cleared() + 1);
    }
  }

  void Enter(const RecordedEvent& event, std::string_view type) {
    const ledger::v1::EventHeader& header = event.header;
    const std::string key = case_row::Key(case_row::kPlace, header.event_id());
    auto place = case_row::Load<FactPlace>(rows_, key);
    place.set_position(event.position.value);
    place.set_at_micros(header.occurred_at());
    place.set_offset_minutes(header.offset_minutes());
    place.set_actor_id(header.actor().id());
    for (const ledger::v1::StreamPlace& stream : header.streams()) {
      if (stream.kind() == ledger::v1::STREAM_KIND_CASE) place.add_case_ids(stream.name());
      if (stream.kind() == ledger::v1::STREAM_KIND_DEBTOR && place.stream_party_id().empty()) {
        place.set_stream_party_id(stream.name());
      }
    }
    if (!place.annulled()) {
      const Correction correction = std::move(*place.mutable_correction());
      place.clear_correction();
      if (place.corrected_by() == 0) {
        Fact fact;
        fact.set_type(std::string(type));
        fact.set_at_micros(header.occurred_at());
        fact.set_public_part(header.public_payload());
        PutIn(header.event_id(), std::move(fact), &place);
      } else {
        PutIn(header.event_id(), Corrected(correction, place), &place);
      }
    }
    case_row::Store(rows_, key, place);
  }

  void Annul(const ev::EventAnnulled& annulled) {
    const auto id = ParseEventId(annulled.target_event_id());
    if (!id.ok()) return;
    const std::string key = case_row::Key(case_row::kPlace, id->view());
    auto place = case_row::Load<FactPlace>(rows_, key);
    if (!place.annulled()) TakeOut(&place);
    place.set_annulled(true);
    place.clear_correction();
    case_row::Store(rows_, key, place);
  }

  void Correct(const ev::EventCorrected& corrected, Position position) {
    const auto id = ParseEventId(corrected.target_event_id());
    if (!id.ok()) return;
    const std::string key = case_row::Key(case_row::kPlace, id->view());
    auto place = case_row::Load<FactPlace>(rows_, key);
    if (position.value < place.corrected_by()) return;
    place.set_corrected_by(position.value);
    Correction correction;
    correction.set_type(std::string(ShortName(corrected.corrected_type())));
    correction.set_public_part(corrected.corrected_public());
    if (corrected.has_corrected_occurred_at()) {
      correction.set_at_micros(corrected.corrected_occurred_at().seconds() * kMicrosPerSecond +
                               corrected.corrected_occurred_at().nanos() / 1'000);
    }
    if (place.position() != 0 && !place.annulled()) {
      TakeOut(&place);
      PutIn(id->view(), Corrected(correction, place), &place);
    } else if (!place.annulled()) {
      *place.mutable_correction() = std::move(correction);
    }
    case_row::Store(rows_, key, place);
  }

  void Write() {
    for (auto& [id, work] : cases_) {
      work.file.clear_case_id();
      const bool empty = work.file.ByteSizeLong() == 0;
      work.file.set_case_id(id);
      const std::string file_key = case_row::Key(case_row::kFile, id);
      if (empty) {
        rows_.Delete(file_key);
      } else {
        case_row::Store(rows_, file_key, work.file);
      }
      const std::set<std::string> leads = LeadsTo(work.file);
      for (const std::string& key : work.leads) {
        if (!leads.contains(key)) rows_.Delete(key);
      }
      for (const std::string& key : leads) {
        if (!work.leads.contains(key)) rows_.Put(key, "");
      }
    }
    for (const auto& [id, activity] : activities_) {
      case_row::Store(rows_, case_row::Key(case_row::kActivity, id), activity);
    }
  }

 private:
  struct Work {
    CaseFile file;
    std::set<std::string> leads;
  };

  CaseFile& File(const std::string& case_id) {
    const auto [work, fresh] = cases_.try_emplace(case_id);
    if (fresh) {
      const std::string key = case_row::Key(case_row::kFile, case_id);
      work->second.file = case_row::Load<CaseFile>(rows_, key);
      if (!work->second.file.case_id().empty()) work->second.leads = LeadsTo(work->second.file);
    }
    return work->second.file;
  }

  CaseActivity& Activity(const std::string& case_id) {
    const auto [activity, fresh] = activities_.try_emplace(case_id);
    if (fresh) {
      activity->second =
          case_row::Load<CaseActivity>(rows_, case_row::Key(case_row::kActivity, case_id));
    }
    return activity->second;
  }

  static Fact Corrected(const Correction& correction, const FactPlace& place) {
    Fact fact;
    fact.set_type(correction.type());
    fact.set_at_micros(correction.has_at_micros() ? correction.at_micros() : place.at_micros());
    fact.set_public_part(correction.public_part());
    return fact;
  }

  // Puts the version in force where it belongs.
  void PutIn(std::string_view event_id, Fact fact, FactPlace* place) {
    fact.set_event_id(std::string(event_id));
    fact.set_position(place->position());
    fact.set_offset_minutes(place->offset_minutes());
    fact.set_actor_id(place->actor_id());
    place->set_type(fact.type());
    if (IsTallied(fact.type())) {
      const std::vector<std::string> tallies = TalliesOf(fact);
      if (!tallies.empty()) {
        place->set_date(LocalDate(fact.at_micros(), fact.offset_minutes()));
        for (const std::string& id : place->case_ids()) {
          Count(id, fact, tallies, &Activity(id), rows_);
        }
      }
    }
    for (const Concern& concern : Concerns()) {
      if (!concern.reads(fact.type())) continue;
      for (const std::string& id : place->case_ids()) {
        Change(concern, id, [&](FactList* facts) { InsertFact(facts, fact); });
      }
    }
    if (ReadsPerson(fact.type())) {
      const auto about = FactReader(fact).Read<ev::About>();
      place->set_party_id(about.party_id().empty() ? place->stream_party_id() : about.party_id());
      ChangePerson(place->party_id(), [&](FactList* facts) { InsertFact(facts, fact); });
    }
  }

  // Takes out what PutIn has put in.
  void TakeOut(FactPlace* place) {
    const auto erase = [&](FactList* facts) { EraseFact(facts, place->position()); };
    if (!place->date().empty()) {
      for (const std::string& id : place->case_ids()) {
        Uncount(id, place->date(), place->position(), &Activity(id), rows_);
      }
      place->clear_date();
    }
    for (const Concern& concern : Concerns()) {
      if (!concern.reads(place->type())) continue;
      for (const std::string& id : place->case_ids()) Change(concern, id, erase);
    }
    if (ReadsPerson(place->type())) ChangePerson(place->party_id(), erase);
    place->clear_type();
    place->clear_party_id();
  }

  template <typename Edit>
  void Change(const Concern& concern, const std::string& case_id, Edit edit) {
    const std::string key = case_row::Key(concern.key, case_id);
    auto facts = case_row::Load<FactList>(rows_, key);
    edit(&facts);
    StoreFacts(key, facts);
    CaseFile& file = File(case_id);
    file.set_case_id(case_id);
    concern.fold(facts, &file);
    CountPayments(&file);
  }

  template <typename Edit>
  void ChangePerson(const std::string& party_id, Edit edit) {
    if (party_id.empty()) return;
    const std::string key = case_row::Key(case_row::kPersonFacts, party_id);
    auto facts = case_row::Load<FactList>(rows_, key);
    edit(&facts);
    StoreFacts(key, facts);
    const std::string person_key = case_row::Key(case_row::kPerson, party_id);
    if (facts.facts().empty()) return rows_.Delete(person_key);
    PersonFile person;
    person.set_party_id(party_id);
    FoldPerson(facts, &person);
    case_row::Store(rows_, person_key, person);
  }

  // Without facts there is no row: as if there never had been any.
  void StoreFacts(std::string_view key, const FactList& facts) {
    if (facts.facts().empty()) return rows_.Delete(key);
    case_row::Store(rows_, key, facts);
  }

  Rows& rows_;
  std::map<std::string, Work> cases_;
  std::map<std::string, CaseActivity> activities_;
};

template <typename Message>
absl::Status Parse(const std::string& bytes, Message* message) {
  if (message->ParseFromString(bytes)) return absl::OkStatus();
  return Error(error::v1::DAMAGED, "a row of the case files does not parse");
}

template <typename Message>
absl::StatusOr<std::optional<Message>> ReadMessage(const RowSource& rows, std::string_view key) {
  ASSIGN_OR_RETURN(const std::optional<std::string> row, rows.Read(key));
  if (!row.has_value()) return std::optional<Message>();
  std::optional<Message> message(std::in_place);
  RETURN_IF_ERROR(Parse(*row, &*message));
  return message;
}

bool IsOf(const casefile::v1::Flag& flag, const CaseFile& file) {
  if (flag.obligation_ids().empty()) return true;
  return std::any_of(file.obligations().begin(), file.obligations().end(), [&](const auto& debt) {
    return std::find(flag.obligation_ids().begin(), flag.obligation_ids().end(),
                     debt.obligation_id()) != flag.obligation_ids().end();
  });
}

// Adds the persons of a case, and those of their flags that concern it.
absl::Status AddPersons(const RowSource& rows, CaseFile* file) {
  std::set<std::string> ids{file->party_id()};
  for (const auto& party : file->parties()) ids.insert(party.party_id());
  for (const std::string& id : ids) {
    if (id.empty()) continue;
    ASSIGN_OR_RETURN(PersonFile person, ReadPerson(rows, id));
    for (const casefile::v1::Flag& flag : person.flags()) {
      if (IsOf(flag, *file)) *file->add_flags() = flag;
    }
    *file->add_persons() = std::move(person);
  }
  SortFlags(file->mutable_flags());
  return absl::OkStatus();
}

absl::Status NoSuchCase() {
  return Error(error::v1::NOT_FOUND, "no event of that case is recorded", "case_id");
}

// Rows of nothing, to fold into.
class NoRows final : public RowSource {
 public:
  absl::StatusOr<std::optional<std::string>> Read(std::string_view) const override {
    return std::optional<std::string>();
  }
  absl::StatusOr<std::vector<Row>> Scan(std::string_view, std::string_view,
                                        std::string_view) const override {
    return std::vector<Row>();
  }
};

// Applies what of a stream counts and is not applied yet.
absl::Status ApplyStream(const LogReader& reader, const Stream& stream, const AsOf& as_of,
                         std::set<uint64_t>* applied, AppendedRows* rows) {
  constexpr size_t kPage = 256;
  for (uint64_t from = 0;; from += kPage) {
    ASSIGN_OR_RETURN(const std::vector<RecordedEvent> events,
                     reader.ReadStream(stream, Sequence{from}, kPage));
    for (const RecordedEvent& event : events) {
      if (event.position.value >= as_of.before.value ||
          event.header.recorded_at() > as_of.known_at.micros) {
        return absl::OkStatus();
      }
      if (applied->insert(event.position.value).second) CaseFiles().Apply(event, *rows);
    }
    if (events.size() < kPage) return absl::OkStatus();
  }
}

// What lists are kept of, the one with the fewest cases first.
std::string ListPrefix(const CaseFilter& filter) {
  std::string list;
  if (!filter.agent_id.empty()) {
    list = absl::StrCat("agent=", filter.agent_id);
  } else if (!filter.creditor_id.empty()) {
    list = absl::StrCat("creditor=", filter.creditor_id);
  } else if (filter.stage != ev::STAGE_UNSPECIFIED) {
    list = absl::StrCat("stage=", filter.stage);
  } else if (filter.state != casefile::v1::CASE_STATE_UNSPECIFIED) {
    list = absl::StrCat("state=", filter.state);
  } else {
    return std::string(1, case_row::kActivity);
  }
  return case_row::Key(case_row::kList, list, "");
}

bool Passes(const CaseFilter& filter, const CaseFile& file) {
  return (filter.stage == ev::STAGE_UNSPECIFIED || filter.stage == file.stage()) &&
         (filter.state == casefile::v1::CASE_STATE_UNSPECIFIED || filter.state == file.state()) &&
         (filter.creditor_id.empty() || filter.creditor_id == file.creditor_id()) &&
         (filter.agent_id.empty() || filter.agent_id == file.agent_id());
}

}  // namespace

void CaseFiles::Apply(const RecordedEvent& event, Rows& rows) const {
  const std::string_view type = ShortName(event.header.type());
  Folder folder(rows);
  for (const ledger::v1::StreamPlace& place : event.header.streams()) {
    if (place.kind() == ledger::v1::STREAM_KIND_CASE) folder.CountEvent(place, event, type);
  }
  if (type == "EventAnnulled") {
    ev::EventAnnulled annulled;
    annulled.ParseFromString(event.header.public_payload());
    folder.Annul(annulled);
  } else if (type == "EventCorrected") {
    ev::EventCorrected corrected;
    corrected.ParseFromString(event.header.public_payload());
    folder.Correct(corrected, event.position);
  } else if (IsFact(type)) {
    folder.Enter(event, type);
  }
  folder.Write();
}

absl::StatusOr<std::optional<CaseFile>> ReadCaseFile(const RowSource& rows,
                                                     std::string_view case_id) {
  ASSIGN_OR_RETURN(const std::optional<CaseActivity> activity,
                   ReadMessage<CaseActivity>(rows, case_row::Key(case_row::kActivity, case_id)));
  if (!activity.has_value()) return std::optional<CaseFile>();
  ASSIGN_OR_RETURN(std::optional<CaseFile> file,
                   ReadMessage<CaseFile>(rows, case_row::Key(case_row::kFile, case_id)));
  if (!file.has_value()) file.emplace().set_case_id(std::string(case_id));
  ShowTallies(*activity, &*file);
  return file;
}

absl::StatusOr<PersonFile> ReadPerson(const RowSource& rows, std::string_view party_id) {
  ASSIGN_OR_RETURN(std::optional<PersonFile> person,
                   ReadMessage<PersonFile>(rows, case_row::Key(case_row::kPerson, party_id)));
  if (!person.has_value()) person.emplace().set_party_id(std::string(party_id));
  return *std::move(person);
}

absl::StatusOr<CaseView> ReadCase(const EventLog& log, std::string_view case_id) {
  // Before the rows are read: they may be ahead of it, never behind.
  ASSIGN_OR_RETURN(const EventLog::Row row,
                   log.ReadRow(CaseFiles::kName, case_row::Key(case_row::kActivity, case_id)));
  const StoredRows rows(&log, CaseFiles::kName);
  ASSIGN_OR_RETURN(std::optional<CaseFile> file, ReadCaseFile(rows, case_id));
  if (!file.has_value()) return NoSuchCase();
  RETURN_IF_ERROR(AddPersons(rows, &*file));
  return CaseView{.file = *std::move(file), .as_of = row.as_of};
}

absl::StatusOr<CaseView> ReadCaseAsOf(const LogReader& reader, std::string_view case_id,
                                      const AsOf& as_of) {
  const Position end{std::min(as_of.before.value, reader.end().value)};
  const NoRows nothing;
  AppendedRows rows(&nothing);
  std::set<uint64_t> applied;
  const Stream stream{ledger::v1::STREAM_KIND_CASE, std::string(case_id)};
  RETURN_IF_ERROR(ApplyStream(reader, stream, as_of, &applied, &rows));
  ASSIGN_OR_RETURN(std::optional<CaseFile> file, ReadCaseFile(rows, case_id));
  if (!file.has_value()) return NoSuchCase();
  std::set<std::string> persons{file->party_id()};
  for (const auto& party : file->parties()) persons.insert(party.party_id());
  for (const std::string& id : persons) {
    if (id.empty()) continue;
    const Stream person{ledger::v1::STREAM_KIND_DEBTOR, id};
    RETURN_IF_ERROR(ApplyStream(reader, person, as_of, &applied, &rows));
  }
  ASSIGN_OR_RETURN(file, ReadCaseFile(rows, case_id));
  RETURN_IF_ERROR(AddPersons(rows, &*file));
  return CaseView{.file = *std::move(file), .as_of = end};
}

absl::StatusOr<CasePage> ListCases(const EventLog& log, const CaseFilter& filter,
                                   std::string_view after, size_t limit) {
  constexpr size_t kLookedAtMax = 10'000;
  const StoredRows rows(&log, CaseFiles::kName);
  const std::string prefix = ListPrefix(filter);
  std::string from = after.empty() ? prefix : absl::StrCat(prefix, std::string(after)) + '\0';
  CasePage page;
  for (size_t looked_at = 0; looked_at < kLookedAtMax && page.files.size() < limit;) {
    ASSIGN_OR_RETURN(const EventLog::RowList list,
                     log.ScanRows(CaseFiles::kName, prefix, from, limit));
    if (looked_at == 0) page.as_of = list.as_of;
    page.next.clear();
    for (const auto& [key, value] : list.rows) {
      std::string id = key.substr(prefix.size());
      ++looked_at;
      ASSIGN_OR_RETURN(std::optional<CaseFile> file, ReadCaseFile(rows, id));
      if (file.has_value() && Passes(filter, *file)) page.files.push_back(*std::move(file));
      page.next = std::move(id);
      if (page.files.size() == limit) return page;
    }
    if (list.rows.size() < limit) page.next.clear();
    if (page.next.empty()) break;
    from = absl::StrCat(prefix, page.next) + '\0';
  }
  return page;
}

absl::StatusOr<CaseKeys> FindCases(const EventLog& log, std::string_view id, size_t limit) {
  CaseKeys keys;
  ASSIGN_OR_RETURN(const EventLog::Row row,
                   log.ReadRow(CaseFiles::kName, case_row::Key(case_row::kActivity, id)));
  keys.as_of = row.as_of;
  if (row.value.has_value()) keys.found.push_back({std::string(id), "case"});
  const std::string prefix = case_row::Key(case_row::kKey, id, "");
  ASSIGN_OR_RETURN(const EventLog::RowList list,
                   log.ScanRows(CaseFiles::kName, prefix, "", limit + 1));
  for (const auto& [key, value] : list.rows) {
    const std::string_view rest = std::string_view(key).substr(prefix.size());
    const size_t end = rest.find('\0');
    if (end == std::string_view::npos) continue;
    keys.found.push_back({std::string(rest.substr(end + 1)), std::string(rest.substr(0, end))});
  }
  keys.more = keys.found.size() > limit;
  if (keys.more) keys.found.resize(limit);
  return keys;
}

}  // namespace constancia::eventstore
