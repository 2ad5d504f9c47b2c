#include "eventstore/projections/access/access_rows.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "constancia/event/v1/access.pb.h"
#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/legal.pb.h"
#include "constancia/event/v1/people.pb.h"
#include "constancia/event/v1/portfolio.pb.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/event/uuid.h"
#include "eventstore/log/event_log.h"

namespace constancia::eventstore {
namespace {

namespace ev = event::v1;
using casefile::v1::CallerAccess;
using casefile::v1::CaseScope;
using casefile::v1::GrantState;

constexpr std::string_view kCallers = "caller/";
constexpr std::string_view kCases = "case/";
constexpr std::string_view kParties = "party/";
constexpr std::string_view kAgents = "agent/";
constexpr std::string_view kGrants = "grant/";
constexpr std::string_view kGrantees = "grantee/";
constexpr std::string_view kProposals = "proposal/";
constexpr std::string_view kKeys = "key/";

std::string Key(std::string_view prefix, std::string_view name) {
  return absl::StrCat(ToAbsl(prefix), ToAbsl(name));
}

// No id holds a zero byte, so names and what follows them cannot be taken for one another.
std::string PairKey(std::string_view prefix, std::string_view first, std::string_view second) {
  std::string key = Key(prefix, first);
  key.push_back('\0');
  key.append(second);
  return key;
}

// One event while it is applied.
class Step {
 public:
  Step(const RecordedEvent& event, Rows* rows) : event_(event), rows_(rows) {}

  template <typename Payload>
  Payload Read() const {
    Payload payload;
    payload.ParseFromString(event_.header.public_payload());
    return payload;
  }

  Rows& rows() { return *rows_; }

  std::string event_id() const {
    const auto id = EventId::From(event_.header.event_id());
    return id.has_value() ? ToText(*id) : "";
  }

  template <typename Message, typename Change>
  void Edit(const std::string& key, Change change) {
    Message message;
    if (const auto row = rows_->Get(key); row.has_value()) message.ParseFromString(*row);
    change(&message);
    rows_->Put(key, message.SerializeAsString());
  }

  template <typename Change>
  void EditCase(const std::string& case_id, Change change) {
    if (!case_id.empty()) Edit<CaseScope>(Key(kCases, case_id), change);
  }

  void AddParty(const std::string& party_id, const std::string& case_id, CaseScope* scope) {
    if (!AddOnce(party_id, scope->mutable_party_ids())) return;
    rows_->Put(PairKey(kParties, party_id, case_id), "");
  }

  // Adds `text` in order unless it is empty or there.
  static bool AddOnce(const std::string& text,
                      google::protobuf::RepeatedPtrField<std::string>* all) {
    const auto at = std::lower_bound(all->begin(), all->end(), text);
    if (text.empty() || (at != all->end() && *at == text)) return false;
    const auto index = at - all->begin();
    *all->Add() = text;
    std::rotate(all->begin() + index, all->end() - 1, all->end());
    return true;
  }

  template <typename Payload>
  void Assign() {
    const auto payload = Read<Payload>();
    EditCase(payload.case_id(), [&](CaseScope* scope) {
      if (event_.header.occurred_at() < scope->assigned_at_micros()) return;
      scope->set_assigned_at_micros(event_.header.occurred_at());
      scope->set_agent_id(payload.agent_id());
      scope->set_team_id(payload.team_id());
      AddParty(payload.party_id(), payload.case_id(), scope);
    });
  }

  // What is prepared for court or is in court was once: who works on it goes on seeing it.
  void SetLitigation(const std::string& case_id) {
    EditCase(case_id, [](CaseScope* scope) { scope->set_litigation(true); });
  }

  // The proposal that this event follows from is no longer open.
  void EndProposal() {
    const auto cause = EventId::From(event_.header.causation_id());
    if (cause.has_value()) rows_->Delete(Key(kProposals, ToText(*cause)));
  }

 private:
  const RecordedEvent& event_;
  Rows* const rows_;
};

bool GoesToCourt(ev::Stage stage) {
  return stage == ev::STAGE_PRELEGAL || stage == ev::STAGE_LEGAL;
}

int64_t Micros(const google::protobuf::Timestamp& at) {
  return at.seconds() * kMicrosPerSecond + at.nanos() / 1000;
}

void ApplyCaseOpened(Step& step) {
  const auto opened = step.Read<ev::CaseOpened>();
  step.EditCase(opened.case_id(), [&](CaseScope* scope) {
    scope->set_creditor_id(opened.creditor_id());
    Step::AddOnce(opened.portfolio_id(), scope->mutable_portfolio_ids());
    step.AddParty(opened.party_id(), opened.case_id(), scope);
    for (const ev::CaseParty& party : opened.parties())
      step.AddParty(party.party_id(), opened.case_id(), scope);
    if (GoesToCourt(opened.stage())) scope->set_litigation(true);
  });
}

void ApplyObligationPlaced(Step& step) {
  const auto placed = step.Read<ev::ObligationPlaced>();
  step.EditCase(placed.case_id(), [&](CaseScope* scope) {
    if (scope->creditor_id().empty()) scope->set_creditor_id(placed.creditor_id());
    Step::AddOnce(placed.portfolio_id(), scope->mutable_portfolio_ids());
    step.AddParty(placed.party_id(), placed.case_id(), scope);
  });
}

void ApplyStageChanged(Step& step) {
  const auto changed = step.Read<ev::StageChanged>();
  if (GoesToCourt(changed.to_stage())) step.SetLitigation(changed.case_id());
}

void ApplyStageChangeProposed(Step& step) {
  const auto proposed = step.Read<ev::StageChangeProposed>();
  if (GoesToCourt(proposed.to_stage())) step.SetLitigation(proposed.case_id());
}

void ApplyLitigationProposed(Step& step) {
  step.SetLitigation(step.Read<ev::LitigationProposed>().case_id());
}

void ApplyAgentOnboarded(Step& step) {
  const auto onboarded = step.Read<ev::AgentOnboarded>();
  if (onboarded.agent_id().empty()) return;
  step.rows().Put(Key(kAgents, onboarded.agent_id()), onboarded.team_id());
}

void ApplyCallerRegistered(Step& step) {
  step.Edit<CallerAccess>(Key(kCallers, step.Read<ev::CallerRegistered>().caller()),
                          [](CallerAccess* caller) { caller->set_registered(true); });
}

void ApplyRoleGranted(Step& step) {
  const auto granted = step.Read<ev::RoleGranted>();
  step.EndProposal();
  step.Edit<CallerAccess>(Key(kCallers, granted.actor_id()), [&](CallerAccess* caller) {
    casefile::v1::RoleHeld* held = caller->add_roles();
    held->set_role(granted.role());
    *held->mutable_scope() = granted.scope();
    if (granted.has_until()) held->set_until_micros(Micros(granted.until()));
    held->set_event_id(step.event_id());
  });
}

void ApplyRoleRevoked(Step& step) {
  const auto revoked = step.Read<ev::RoleRevoked>();
  step.Edit<CallerAccess>(Key(kCallers, revoked.actor_id()), [&](CallerAccess* caller) {
    auto* roles = caller->mutable_roles();
    roles->erase(std::remove_if(roles->begin(), roles->end(),
                                [&](const auto& held) { return held.role() == revoked.role(); }),
                 roles->end());
  });
}

void ApplyProposed(Step& step) { step.rows().Put(Key(kProposals, step.event_id()), ""); }

void ApplyGrantIssued(Step& step) {
  const auto issued = step.Read<ev::AccessGrantIssued>();
  step.EndProposal();
  step.Edit<GrantState>(Key(kGrants, issued.grant_id()), [&](GrantState* grant) {
    grant->set_grant_id(issued.grant_id());
    grant->set_grantee_id(issued.grantee_id());
    *grant->mutable_streams() = issued.streams();
    *grant->mutable_creditor_ids() = issued.creditor_ids();
    grant->set_from_micros(Micros(issued.from_time()));
    grant->set_to_micros(Micros(issued.to_time()));
    grant->set_masking(issued.masking());
    grant->set_purpose(issued.purpose());
  });
  step.rows().Put(PairKey(kGrantees, issued.grantee_id(), issued.grant_id()), "");
}

void ApplyGrantRevoked(Step& step) {
  const auto revoked = step.Read<ev::AccessGrantRevoked>();
  step.Edit<GrantState>(Key(kGrants, revoked.grant_id()), [&](GrantState* grant) {
    grant->set_grant_id(revoked.grant_id());
    grant->set_revoked(true);
  });
}

void ApplyKeyRotated(Step& step) {
  const auto rotated = step.Read<ev::KeyRotated>();
  if (rotated.key_kind() != ev::KEY_KIND_SOURCE) return;
  step.rows().Put(PairKey(kKeys, rotated.owner(), rotated.new_key_id()), rotated.new_public_key());
}

void ApplyKeyRevoked(Step& step) {
  const auto revoked = step.Read<ev::KeyRevoked>();
  if (revoked.key_kind() != ev::KEY_KIND_SOURCE) return;
  step.rows().Delete(PairKey(kKeys, revoked.owner(), revoked.old_key_id()));
}

using Handler = void (*)(Step&);

const absl::flat_hash_map<std::string, Handler>& Handlers() {
  static const auto* handlers = [] {
    auto* made = new absl::flat_hash_map<std::string, Handler>;
    const auto add = [made](const google::protobuf::Descriptor* type, Handler handler) {
      made->emplace(type->full_name(), handler);
    };
    add(ev::CaseOpened::descriptor(), ApplyCaseOpened);
    add(ev::ObligationPlaced::descriptor(), ApplyObligationPlaced);
    add(ev::CaseAssigned::descriptor(), [](Step& step) { step.Assign<ev::CaseAssigned>(); });
    add(ev::CaseReassigned::descriptor(), [](Step& step) { step.Assign<ev::CaseReassigned>(); });
    add(ev::StageChanged::descriptor(), ApplyStageChanged);
    add(ev::StageChangeProposed::descriptor(), ApplyStageChangeProposed);
    add(ev::LitigationProposed::descriptor(), ApplyLitigationProposed);
    add(ev::AgentOnboarded::descriptor(), ApplyAgentOnboarded);
    add(ev::CallerRegistered::descriptor(), ApplyCallerRegistered);
    add(ev::RoleGranted::descriptor(), ApplyRoleGranted);
    add(ev::RoleRevoked::descriptor(), ApplyRoleRevoked);
    add(ev::RoleProposed::descriptor(), ApplyProposed);
    add(ev::AccessGrantProposed::descriptor(), ApplyProposed);
    add(ev::AccessGrantIssued::descriptor(), ApplyGrantIssued);
    add(ev::AccessGrantRevoked::descriptor(), ApplyGrantRevoked);
    add(ev::KeyRotated::descriptor(), ApplyKeyRotated);
    add(ev::KeyRevoked::descriptor(), ApplyKeyRevoked);
    return made;
  }();
  return *handlers;
}

template <typename Message>
absl::StatusOr<Message> Parse(const std::string& row) {
  Message message;
  if (!message.ParseFromString(row)) {
    return Error(error::v1::DAMAGED, "a row of the projection access does not parse");
  }
  return message;
}

template <typename Message>
absl::StatusOr<std::optional<Message>> ReadMessage(const RowSource& rows, const std::string& key) {
  ASSIGN_OR_RETURN(const std::optional<std::string> row, rows.Read(key));
  if (!row.has_value()) return std::optional<Message>();
  ASSIGN_OR_RETURN(Message message, Parse<Message>(*row));
  return std::optional<Message>(std::move(message));
}

// What stands behind `first` in the keys of pairs.
absl::StatusOr<std::vector<std::string>> SecondsOf(const RowSource& rows, std::string_view prefix,
                                                   std::string_view first) {
  const std::string from = PairKey(prefix, first, "");
  std::string to = from;
  to.back() = '\1';
  ASSIGN_OR_RETURN(const std::vector<RowSource::Row> found, rows.Scan(from, from, to));
  std::vector<std::string> seconds;
  for (const RowSource::Row& row : found) seconds.push_back(row.first.substr(from.size()));
  return seconds;
}

}  // namespace

void AccessRows::Apply(const RecordedEvent& event, Rows& rows) const {
  const auto handler = Handlers().find(event.header.type());
  if (handler == Handlers().end()) return;
  Step step(event, &rows);
  handler->second(step);
}

absl::StatusOr<CallerAccess> ReadCaller(const RowSource& rows, std::string_view caller) {
  ASSIGN_OR_RETURN(std::optional<CallerAccess> found,
                   ReadMessage<CallerAccess>(rows, Key(kCallers, caller)));
  return std::move(found).value_or(CallerAccess());
}

absl::StatusOr<std::optional<CaseScope>> ReadCaseScope(const RowSource& rows,
                                                       std::string_view case_id) {
  return ReadMessage<CaseScope>(rows, Key(kCases, case_id));
}

absl::StatusOr<std::vector<std::string>> ReadCasesOf(const RowSource& rows,
                                                     std::string_view party_id) {
  return SecondsOf(rows, kParties, party_id);
}

absl::StatusOr<std::string> ReadTeamOf(const RowSource& rows, std::string_view agent_id) {
  ASSIGN_OR_RETURN(std::optional<std::string> team, rows.Read(Key(kAgents, agent_id)));
  return std::move(team).value_or("");
}

absl::StatusOr<std::optional<GrantState>> ReadGrant(const RowSource& rows,
                                                    std::string_view grant_id) {
  return ReadMessage<GrantState>(rows, Key(kGrants, grant_id));
}

absl::StatusOr<std::vector<GrantState>> ReadGrantsOf(const RowSource& rows,
                                                     std::string_view grantee) {
  ASSIGN_OR_RETURN(const std::vector<std::string> ids, SecondsOf(rows, kGrantees, grantee));
  std::vector<GrantState> grants;
  for (const std::string& id : ids) {
    ASSIGN_OR_RETURN(std::optional<GrantState> grant, ReadGrant(rows, id));
    if (grant.has_value()) grants.push_back(*std::move(grant));
  }
  return grants;
}

absl::StatusOr<bool> IsOpenProposal(const RowSource& rows, std::string_view event_id) {
  ASSIGN_OR_RETURN(const std::optional<std::string> row, rows.Read(Key(kProposals, event_id)));
  return row.has_value();
}

absl::StatusOr<std::vector<RegisteredKey>> ReadSourceKeys(const RowSource& rows) {
  std::string to(kKeys);
  ++to.back();
  ASSIGN_OR_RETURN(const std::vector<RowSource::Row> found, rows.Scan(kKeys, kKeys, to));
  std::vector<RegisteredKey> keys;
  for (const RowSource::Row& row : found) {
    const size_t zero = row.first.find('\0');
    keys.push_back({.source = row.first.substr(kKeys.size(), zero - kKeys.size()),
                    .key_id = row.first.substr(zero + 1),
                    .public_key = row.second});
  }
  return keys;
}

absl::StatusOr<std::vector<std::pair<std::string, CallerAccess>>> ListCallers(
    const EventLog& log, std::string_view after, size_t limit) {
  const std::string from = after.empty() ? std::string(kCallers) : Key(kCallers, after) + '\0';
  ASSIGN_OR_RETURN(const EventLog::RowList list,
                   log.ScanRows(AccessRows::kName, kCallers, from, limit));
  std::vector<std::pair<std::string, CallerAccess>> callers;
  for (const auto& [key, row] : list.rows) {
    ASSIGN_OR_RETURN(CallerAccess caller, Parse<CallerAccess>(row));
    callers.emplace_back(key.substr(kCallers.size()), std::move(caller));
  }
  return callers;
}

absl::StatusOr<std::vector<GrantState>> ListGrants(const EventLog& log, std::string_view after,
                                                   size_t limit) {
  const std::string from = after.empty() ? std::string(kGrants) : Key(kGrants, after) + '\0';
  ASSIGN_OR_RETURN(const EventLog::RowList list,
                   log.ScanRows(AccessRows::kName, kGrants, from, limit));
  std::vector<GrantState> grants;
  for (const auto& [key, row] : list.rows) {
    ASSIGN_OR_RETURN(GrantState grant, Parse<GrantState>(row));
    grants.push_back(std::move(grant));
  }
  return grants;
}

}  // namespace constancia::eventstore
