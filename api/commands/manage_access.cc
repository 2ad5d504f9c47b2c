#include "api/commands/manage_access.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "api/commands/limits.h"
#include "api/commands/messages.h"
#include "constancia/event/v1/access.pb.h"
#include "constancia/event/v1/people.pb.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/crypto/ed25519.h"
#include "core/event/parting.h"
#include "core/event/public_string.h"
#include "core/event/sealing.h"
#include "eventstore/projections/access/access_rows.h"

namespace constancia::api {
namespace {

namespace ev = event::v1;
using eventstore::RecordedEvent;
using v1::AccessChange;

const Stream kLedgerStream = {.kind = ledger::v1::STREAM_KIND_LEDGER, .name = "ledger"};

// Roles that one person alone gives to nobody.
constexpr Roles kTwoPeople = {Role::kCompliance, Role::kLegal, Role::kRecordsManager};

absl::Status Invalid(std::string_view message, std::string_view field) {
  return Error(error::v1::SCHEMA_INVALID, message, field);
}

absl::Status SecondPerson(std::string_view message, std::string_view field) {
  return Error(error::v1::SECOND_PERSON_REQUIRED, message, field);
}

absl::Status CheckOptionalCode(const std::string& code, std::string_view field) {
  return code.empty() ? absl::OkStatus() : CheckPublicString(code, field);
}

// The id of "person/ana": whom it concerns, in whatever way he calls.
absl::StatusOr<std::string> IdOf(const std::string& caller, std::string_view field) {
  const absl::StatusOr<Caller> parsed = ParseCallerName(caller, "tenant");
  if (parsed.ok() && parsed->kind != CallerKind::kSource) return parsed->id;
  return Invalid("people are named person/<id> or operator/<id>, as in their certificates", field);
}

absl::Status CheckScope(const google::protobuf::RepeatedPtrField<std::string>& scope, Role role) {
  if (scope.size() > kRoleScopesMax) {
    return Error(error::v1::LIMIT_EXCEEDED, absl::StrCat("at most ", kRoleScopesMax, " of them"),
                 "scope");
  }
  const auto is = [](const std::string& item, std::string_view kind) {
    return item.starts_with(kind) && IsId(std::string_view(item).substr(kind.size()));
  };
  for (int i = 0; i < scope.size(); ++i) {
    const bool owner = is(scope[i], "creditor/") || is(scope[i], "portfolio/");
    if (owner || (is(scope[i], "team/") && role != Role::kCreditorViewer)) continue;
    return Invalid("name creditor/<id>, portfolio/<id> or, for who works in one, team/<id>",
                   absl::StrCat("scope[", i, "]"));
  }
  if (role == Role::kCreditorViewer && scope.empty()) {
    return Invalid("say whose cases: a creditor sees its own only", "scope");
  }
  return absl::OkStatus();
}

int64_t Micros(const google::protobuf::Timestamp& at) {
  return at.seconds() * kMicrosPerSecond + at.nanos() / 1000;
}

void AddApproval(const std::string& who, Role role, Instant at, std::string_view meaning,
                 google::protobuf::RepeatedPtrField<ev::Approval>* approvals) {
  ev::Approval* approval = approvals->Add();
  approval->set_actor_id(who);
  approval->set_role(std::string(RoleName(role)));
  SetTimestamp(at, approval->mutable_approved_at());
  approval->set_meaning(std::string(meaning));
}

template <typename Payload>
std::optional<Payload> As(const RecordedEvent& event) {
  Payload payload;
  if (event.header.type() != payload.GetDescriptor()->full_name() ||
      !payload.ParseFromString(event.header.public_payload())) {
    return std::nullopt;
  }
  return payload;
}

bool IsProposal(const RecordedEvent& event) {
  return As<ev::RoleProposed>(event).has_value() || As<ev::AccessGrantProposed>(event).has_value();
}

template <typename List>
bool SameItems(const List& one, const List& other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end());
}

std::string CauseOf(const RecordedEvent& event) {
  const auto cause = EventId::From(event.header.causation_id());
  return cause.has_value() ? ToText(*cause) : "";
}

v1::Grant::State StateOf(const casefile::v1::GrantState& grant, Instant now) {
  if (grant.revoked()) return v1::Grant::REVOKED;
  if (now.micros < grant.from_micros()) return v1::Grant::NOT_BEGUN;
  return now.micros < grant.to_micros() ? v1::Grant::LIVE : v1::Grant::EXPIRED;
}

absl::StatusOr<size_t> PageSizeOf(uint32_t asked) {
  if (asked > kPageSizeMax) {
    return Error(error::v1::LIMIT_EXCEEDED, absl::StrCat("a page has at most ", kPageSizeMax),
                 "page_size");
  }
  return asked == 0 ? kPageSizeDefault : asked;
}

// Tokens of pages are names.
absl::StatusOr<std::string> AfterOf(const std::string& token) {
  const auto after = HexDecode(token);
  if (!after.has_value()) return Invalid("not a token that was given out", "page_token");
  return *after;
}

}  // namespace

absl::Status ManageAccess::Check(const Caller& caller, Method method, std::string_view parent,
                                 const std::string& request_id) const {
  RETURN_IF_ERROR(uses_.access->Check(caller, method));
  RETURN_IF_ERROR(CheckTenant(caller, uses_.log->tenant(), parent));
  if (IsId(request_id)) return absl::OkStatus();
  return Invalid("1 to 64 of [A-Za-z0-9._-]; a UUID is best", "request_id");
}

absl::StatusOr<std::optional<AccessChange>> ManageAccess::Repeated(
    const Caller& caller, const std::string& request_id,
    const std::function<bool(const RecordedEvent&)>& same) const {
  const eventstore::LogReader& reader = uses_.log->reader();
  ASSIGN_OR_RETURN(const auto first, reader.FindRequest(caller.source(), request_id));
  if (!first.has_value()) return std::optional<AccessChange>();
  ASSIGN_OR_RETURN(const RecordedEvent event, reader.ReadEvent(first->receipts.front().position));
  if (event.header.actor().id() != caller.id || !same(event)) {
    return Error(error::v1::IDEMPOTENCY_CONFLICT,
                 "the request id was used for something else; use a new one", "request_id");
  }
  AccessChange change;
  change.set_state(IsProposal(event) ? AccessChange::PROPOSED : AccessChange::DONE);
  change.set_event_id(ToText(first->receipts.front().event_id));
  if (const auto issued = As<ev::AccessGrantIssued>(event); issued.has_value())
    change.set_grant_id(issued->grant_id());
  SetReceipt(first->receipts.front(), change.mutable_receipt());
  return std::optional<AccessChange>(std::move(change));
}

absl::StatusOr<StreamVersion> ManageAccess::VersionOf(const std::string& agent) const {
  return uses_.log->reader().VersionOf({.kind = ledger::v1::STREAM_KIND_AGENT, .name = agent});
}

absl::StatusOr<AccessChange> ManageAccess::Record(const Caller& caller,
                                                  const std::string& request_id,
                                                  const Change& change) const {
  const EventType* type = uses_.catalogue->Find(change.payload->GetTypeName());
  absl::StatusOr<Parts> parts = PartPayload(*type->descriptor, change.payload->SerializeAsString());
  if (!parts.ok()) return parts.status();
  eventstore::EventDraft draft;
  draft.event_id = change.event_id;
  draft.type = type->name;
  draft.retention_class = type->retention_class;
  draft.occurred_at = uses_.clock->Now();
  draft.zone = "Etc/UTC";
  draft.actor.set_kind(ledger::v1::PERSON);
  draft.actor.set_id(caller.id);
  draft.causation_id = change.cause;
  draft.public_part = std::move(parts->public_part);
  draft.personal_part = std::move(parts->personal_part);
  eventstore::AppendRequest append;
  if (!change.agent.empty()) {
    const Stream agent{.kind = ledger::v1::STREAM_KIND_AGENT, .name = change.agent};
    draft.streams.push_back(agent);
    if (!draft.personal_part.empty()) draft.subject = 0;
    if (change.expected.has_value())
      append.expectations.push_back({.stream = agent, .version = *change.expected});
  }
  draft.streams.push_back(kLedgerStream);
  append.source = std::string(caller.source());
  append.request_id = request_id;
  append.drafts.push_back(std::move(draft));
  ASSIGN_OR_RETURN(const eventstore::AppendResult result,
                   uses_.log->AppendAndWait(std::move(append)));
  AccessChange done;
  done.set_state(AccessChange::DONE);
  done.set_event_id(ToText(result.receipts.front().event_id));
  SetReceipt(result.receipts.front(), done.mutable_receipt());
  return done;
}

absl::StatusOr<AccessChange> ManageAccess::RegisterCaller(
    const Caller& caller, const v1::RegisterCallerRequest& request) const {
  RETURN_IF_ERROR(
      Check(caller, "AccessService.RegisterCaller", request.parent(), request.request_id()));
  ASSIGN_OR_RETURN(const std::string id, IdOf(request.caller(), "caller"));
  ASSIGN_OR_RETURN(std::optional<AccessChange> before,
                   Repeated(caller, request.request_id(), [&](const RecordedEvent& event) {
                     const auto registered = As<ev::CallerRegistered>(event);
                     return registered.has_value() && registered->caller() == request.caller();
                   }));
  if (before.has_value()) return *std::move(before);
  ev::CallerRegistered registered;
  registered.set_caller(request.caller());
  return Record(caller, request.request_id(),
                {.payload = &registered, .agent = id, .event_id = {}, .cause = {}, .expected = {}});
}

absl::StatusOr<AccessChange> ManageAccess::GrantRole(const Caller& caller,
                                                     const v1::GrantRoleRequest& request) const {
  RETURN_IF_ERROR(Check(caller, "AccessService.GrantRole", request.parent(), request.request_id()));
  if (!request.approves().empty()) return ApproveRole(caller, request);
  ASSIGN_OR_RETURN(const std::string id, IdOf(request.caller(), "caller"));
  const std::optional<Role> role = ParseRole(request.role());
  if (!role.has_value() || *role == Role::kIntegrator || *role == Role::kRegulator) {
    return Invalid("not a role that a person is given; a regulator gets a grant", "role");
  }
  RETURN_IF_ERROR(CheckScope(request.scope(), *role));
  RETURN_IF_ERROR(CheckOptionalCode(request.reason(), "reason"));
  ASSIGN_OR_RETURN(
      std::optional<AccessChange> before,
      Repeated(caller, request.request_id(), [&](const RecordedEvent& event) {
        const auto is_same = [&](const auto& given) {
          return given.has_value() && given->actor_id() == request.caller() &&
                 given->role() == request.role() && SameItems(given->scope(), request.scope()) &&
                 Micros(given->until()) == Micros(request.until()) &&
                 given->reason() == request.reason();
        };
        return is_same(As<ev::RoleGranted>(event)) || is_same(As<ev::RoleProposed>(event));
      }));
  if (before.has_value()) return *std::move(before);
  if (id == caller.id) return SecondPerson("nobody gives himself a role", "caller");
  const Instant now = uses_.clock->Now();
  if (request.has_until()) {
    ASSIGN_OR_RETURN(const Instant until, ToInstant(request.until(), "until"));
    if (until <= now) return Invalid("lies in the past", "until");
  }
  ASSIGN_OR_RETURN(const StreamVersion version, VersionOf(id));
  const eventstore::StoredRows rows(uses_.log, eventstore::AccessRows::kName);
  ASSIGN_OR_RETURN(const auto known, eventstore::ReadCaller(rows, request.caller()));
  if (!known.registered() && !uses_.access->settings().contains(request.caller())) {
    return Error(error::v1::NOT_FOUND, "no such caller is registered; register it first", "caller");
  }
  if (kTwoPeople.Has(*role)) {
    ev::RoleProposed proposed;
    proposed.set_actor_id(request.caller());
    proposed.set_role(request.role());
    *proposed.mutable_scope() = request.scope();
    if (request.has_until()) *proposed.mutable_until() = request.until();
    proposed.set_reason(request.reason());
    proposed.set_proposed_by(caller.id);
    ASSIGN_OR_RETURN(
        AccessChange change,
        Record(
            caller, request.request_id(),
            {.payload = &proposed, .agent = id, .event_id = {}, .cause = {}, .expected = version}));
    change.set_state(AccessChange::PROPOSED);
    return change;
  }
  ev::RoleGranted granted;
  granted.set_actor_id(request.caller());
  granted.set_role(request.role());
  *granted.mutable_scope() = request.scope();
  if (request.has_until()) *granted.mutable_until() = request.until();
  granted.set_reason(request.reason());
  granted.set_agent_id(id);
  AddApproval(caller.id, Role::kAdmin, now, "grants-role", granted.mutable_approvals());
  return Record(
      caller, request.request_id(),
      {.payload = &granted, .agent = id, .event_id = {}, .cause = {}, .expected = version});
}

absl::StatusOr<RecordedEvent> ManageAccess::ReadProposal(const std::string& event_id,
                                                         std::string_view type) const {
  const auto id = ParseEventId(event_id);
  if (!id.ok()) return InField(id.status(), "approves");
  const eventstore::LogReader& reader = uses_.log->reader();
  const eventstore::StoredRows rows(uses_.log, eventstore::AccessRows::kName);
  ASSIGN_OR_RETURN(const bool open, eventstore::IsOpenProposal(rows, ToText(*id)));
  ASSIGN_OR_RETURN(const std::optional<Position> position, reader.FindEvent(*id));
  if (open && position.has_value()) {
    ASSIGN_OR_RETURN(RecordedEvent event, reader.ReadEvent(*position));
    if (event.header.type() == type) return event;
  }
  return Error(error::v1::NOT_FOUND, "no such proposal waits for a second person", "approves");
}

absl::StatusOr<AccessChange> ManageAccess::ApproveRole(const Caller& caller,
                                                       const v1::GrantRoleRequest& request) const {
  ASSIGN_OR_RETURN(std::optional<AccessChange> before,
                   Repeated(caller, request.request_id(), [&](const RecordedEvent& event) {
                     return As<ev::RoleGranted>(event).has_value() &&
                            CauseOf(event) == request.approves();
                   }));
  if (before.has_value()) return *std::move(before);
  ev::RoleProposed proposed;
  ASSIGN_OR_RETURN(const RecordedEvent proposal,
                   ReadProposal(request.approves(), proposed.GetDescriptor()->full_name()));
  proposed.ParseFromString(proposal.header.public_payload());
  ASSIGN_OR_RETURN(const std::string id, IdOf(proposed.actor_id(), "approves"));
  if (caller.id == proposed.proposed_by() || caller.id == id) {
    return SecondPerson("who proposed it, and whom it is for, cannot approve it", "approves");
  }
  // Read before the proposal is looked at again, as the expectation of the append.
  ASSIGN_OR_RETURN(const StreamVersion version, VersionOf(id));
  RETURN_IF_ERROR(ReadProposal(request.approves(), proposed.GetDescriptor()->full_name()).status());
  ev::RoleGranted granted;
  granted.set_actor_id(proposed.actor_id());
  granted.set_role(proposed.role());
  *granted.mutable_scope() = proposed.scope();
  if (proposed.has_until()) *granted.mutable_until() = proposed.until();
  granted.set_reason(proposed.reason());
  granted.set_agent_id(id);
  AddApproval(proposed.proposed_by(), Role::kAdmin, {proposal.header.occurred_at()},
              "proposes-role", granted.mutable_approvals());
  AddApproval(caller.id, Role::kAdmin, uses_.clock->Now(), "approves-role",
              granted.mutable_approvals());
  return Record(caller, request.request_id(),
                {.payload = &granted,
                 .agent = id,
                 .event_id = {},
                 .cause = EventId::From(proposal.header.event_id()),
                 .expected = version});
}

absl::StatusOr<AccessChange> ManageAccess::RevokeRole(const Caller& caller,
                                                      const v1::RevokeRoleRequest& request) const {
  RETURN_IF_ERROR(
      Check(caller, "AccessService.RevokeRole", request.parent(), request.request_id()));
  ASSIGN_OR_RETURN(const std::string id, IdOf(request.caller(), "caller"));
  RETURN_IF_ERROR(CheckOptionalCode(request.reason(), "reason"));
  ASSIGN_OR_RETURN(std::optional<AccessChange> before,
                   Repeated(caller, request.request_id(), [&](const RecordedEvent& event) {
                     const auto revoked = As<ev::RoleRevoked>(event);
                     return revoked.has_value() && revoked->actor_id() == request.caller() &&
                            revoked->role() == request.role();
                   }));
  if (before.has_value()) return *std::move(before);
  ASSIGN_OR_RETURN(const StreamVersion version, VersionOf(id));
  const eventstore::StoredRows rows(uses_.log, eventstore::AccessRows::kName);
  ASSIGN_OR_RETURN(const auto known, eventstore::ReadCaller(rows, request.caller()));
  const bool held = std::any_of(known.roles().begin(), known.roles().end(),
                                [&](const auto& role) { return role.role() == request.role(); });
  if (!held) {
    return Error(error::v1::NOT_FOUND,
                 "the caller was not given this role here; roles of the settings are changed there",
                 "role");
  }
  ev::RoleRevoked revoked;
  revoked.set_actor_id(request.caller());
  revoked.set_role(request.role());
  revoked.set_reason(request.reason());
  revoked.set_agent_id(id);
  AddApproval(caller.id, Role::kAdmin, uses_.clock->Now(), "revokes-role",
              revoked.mutable_approvals());
  return Record(
      caller, request.request_id(),
      {.payload = &revoked, .agent = id, .event_id = {}, .cause = {}, .expected = version});
}

absl::StatusOr<AccessChange> ManageAccess::IssueGrant(const Caller& caller,
                                                      const v1::IssueGrantRequest& request) const {
  RETURN_IF_ERROR(
      Check(caller, "AccessService.IssueGrant", request.parent(), request.request_id()));
  if (!request.approves().empty()) return ApproveGrant(caller, request);
  ASSIGN_OR_RETURN(const std::string id, IdOf(request.grantee(), "grantee"));
  if (request.streams_size() > kGrantStreamsMax || request.creditor_ids_size() > kRoleScopesMax) {
    return Error(error::v1::LIMIT_EXCEEDED, "at most 64 streams and 32 creditors", "streams");
  }
  if (request.streams().empty() && request.creditor_ids().empty()) {
    return Invalid("say what may be read: cases, debtors or creditors", "streams");
  }
  for (int i = 0; i < request.streams_size(); ++i) {
    const absl::StatusOr<Stream> stream = ParseStream(request.streams(i));
    if (!stream.ok() || (stream->kind != ledger::v1::STREAM_KIND_CASE &&
                         stream->kind != ledger::v1::STREAM_KIND_DEBTOR)) {
      return Invalid("name case/<id> or debtor/<id>", absl::StrCat("streams[", i, "]"));
    }
  }
  for (int i = 0; i < request.creditor_ids_size(); ++i)
    RETURN_IF_ERROR(CheckId(request.creditor_ids(i), absl::StrCat("creditor_ids[", i, "]")));
  if (!ev::Masking_IsValid(request.masking())) return Invalid("no such masking", "masking");
  RETURN_IF_ERROR(CheckPublicString(request.purpose(), "purpose"));
  RETURN_IF_ERROR(CheckPublicString(request.legal_basis(), "legal_basis"));
  const Instant now = uses_.clock->Now();
  Instant from = now;
  if (request.has_from_time()) {
    ASSIGN_OR_RETURN(from, ToInstant(request.from_time(), "from_time"));
  }
  if (!request.has_to_time()) return Invalid("a grant ends: say when", "to_time");
  ASSIGN_OR_RETURN(const Instant to, ToInstant(request.to_time(), "to_time"));
  if (to <= from || to <= now) return Invalid("the grant would end before it begins", "to_time");
  ASSIGN_OR_RETURN(std::optional<AccessChange> before,
                   Repeated(caller, request.request_id(), [&](const RecordedEvent& event) {
                     const auto proposed = As<ev::AccessGrantProposed>(event);
                     return proposed.has_value() && proposed->grantee_id() == request.grantee() &&
                            SameItems(proposed->streams(), request.streams()) &&
                            SameItems(proposed->creditor_ids(), request.creditor_ids()) &&
                            Micros(proposed->to_time()) == Micros(request.to_time()) &&
                            proposed->masking() == request.masking();
                   }));
  if (before.has_value()) return *std::move(before);
  if (id == caller.id) return SecondPerson("nobody gives himself a grant", "grantee");
  ev::AccessGrantProposed proposed;
  proposed.set_grantee_id(request.grantee());
  proposed.set_grantee(request.grantee_name());
  *proposed.mutable_streams() = request.streams();
  *proposed.mutable_creditor_ids() = request.creditor_ids();
  SetTimestamp(from, proposed.mutable_from_time());
  SetTimestamp(to, proposed.mutable_to_time());
  proposed.set_masking(request.masking());
  proposed.set_purpose(request.purpose());
  proposed.set_legal_basis(request.legal_basis());
  proposed.set_proposed_by(caller.id);
  ASSIGN_OR_RETURN(
      AccessChange change,
      Record(caller, request.request_id(),
             {.payload = &proposed, .agent = id, .event_id = {}, .cause = {}, .expected = {}}));
  change.set_state(AccessChange::PROPOSED);
  return change;
}

absl::StatusOr<AccessChange> ManageAccess::ApproveGrant(
    const Caller& caller, const v1::IssueGrantRequest& request) const {
  ASSIGN_OR_RETURN(std::optional<AccessChange> before,
                   Repeated(caller, request.request_id(), [&](const RecordedEvent& event) {
                     return As<ev::AccessGrantIssued>(event).has_value() &&
                            CauseOf(event) == request.approves();
                   }));
  if (before.has_value()) return *std::move(before);
  ev::AccessGrantProposed proposed;
  ASSIGN_OR_RETURN(const RecordedEvent proposal,
                   ReadProposal(request.approves(), proposed.GetDescriptor()->full_name()));
  proposed.ParseFromString(proposal.header.public_payload());
  ASSIGN_OR_RETURN(const std::string id, IdOf(proposed.grantee_id(), "approves"));
  if (caller.id == proposed.proposed_by() || caller.id == id) {
    return SecondPerson("who proposed it, and whom it is for, cannot approve it", "approves");
  }
  ASSIGN_OR_RETURN(const StreamVersion version, VersionOf(id));
  RETURN_IF_ERROR(ReadProposal(request.approves(), proposed.GetDescriptor()->full_name()).status());
  if (proposal.header.has_sealed()) {
    absl::StatusOr<OpenedPersonal> opened = uses_.log->reader().OpenPersonal(proposal);
    if (opened.ok()) {
      ev::AccessGrantProposed personal;
      personal.ParseFromString(opened->personal_part);
      proposed.set_grantee(personal.grantee());
    } else if (ReasonOf(opened.status()) != error::v1::PERSONAL_PART_ERASED) {
      return opened.status();
    }
  }
  const Instant now = uses_.clock->Now();
  const EventId event_id = NewEventId(now, *uses_.random);
  ev::AccessGrantIssued issued;
  issued.set_grant_id(ToText(event_id));
  issued.set_grantee_id(proposed.grantee_id());
  issued.set_grantee(proposed.grantee());
  *issued.mutable_streams() = proposed.streams();
  *issued.mutable_creditor_ids() = proposed.creditor_ids();
  *issued.mutable_from_time() = proposed.from_time();
  *issued.mutable_to_time() = proposed.to_time();
  issued.set_masking(proposed.masking());
  issued.set_purpose(proposed.purpose());
  issued.set_legal_basis(proposed.legal_basis());
  AddApproval(proposed.proposed_by(), Role::kCompliance, {proposal.header.occurred_at()},
              "proposes-grant", issued.mutable_approvals());
  AddApproval(caller.id, Role::kCompliance, now, "approves-grant", issued.mutable_approvals());
  ASSIGN_OR_RETURN(AccessChange change, Record(caller, request.request_id(),
                                               {.payload = &issued,
                                                .agent = id,
                                                .event_id = event_id,
                                                .cause = EventId::From(proposal.header.event_id()),
                                                .expected = version}));
  change.set_grant_id(issued.grant_id());
  return change;
}

absl::StatusOr<AccessChange> ManageAccess::RevokeGrant(
    const Caller& caller, const v1::RevokeGrantRequest& request) const {
  RETURN_IF_ERROR(
      Check(caller, "AccessService.RevokeGrant", request.parent(), request.request_id()));
  RETURN_IF_ERROR(CheckOptionalCode(request.reason(), "reason"));
  ASSIGN_OR_RETURN(std::optional<AccessChange> before,
                   Repeated(caller, request.request_id(), [&](const RecordedEvent& event) {
                     const auto revoked = As<ev::AccessGrantRevoked>(event);
                     return revoked.has_value() && revoked->grant_id() == request.grant_id();
                   }));
  if (before.has_value()) return *std::move(before);
  const eventstore::StoredRows rows(uses_.log, eventstore::AccessRows::kName);
  ASSIGN_OR_RETURN(const auto grant, eventstore::ReadGrant(rows, request.grant_id()));
  if (!grant.has_value() || grant->revoked()) {
    return Error(error::v1::NOT_FOUND, "no grant of this id stands", "grant_id");
  }
  ASSIGN_OR_RETURN(const std::string id, IdOf(grant->grantee_id(), "grant_id"));
  ev::AccessGrantRevoked revoked;
  revoked.set_grant_id(request.grant_id());
  revoked.set_reason(request.reason());
  ASSIGN_OR_RETURN(
      AccessChange change,
      Record(caller, request.request_id(),
             {.payload = &revoked, .agent = id, .event_id = {}, .cause = {}, .expected = {}}));
  change.set_grant_id(request.grant_id());
  return change;
}

absl::StatusOr<AccessChange> ManageAccess::RegisterSourceKey(
    const Caller& caller, const v1::RegisterSourceKeyRequest& request) const {
  RETURN_IF_ERROR(
      Check(caller, "AccessService.RegisterSourceKey", request.parent(), request.request_id()));
  RETURN_IF_ERROR(CheckId(request.source(), "source"));
  const auto key = PublicKey::From(request.public_key());
  if (!key.has_value()) return Invalid("an Ed25519 key is 32 bytes", "public_key");
  if (IsLowOrder(*key))
    return Invalid("a key of low order: anybody could sign for it", "public_key");
  const std::string key_id = SourceKeyId(request.source(), *key);
  ASSIGN_OR_RETURN(std::optional<AccessChange> before,
                   Repeated(caller, request.request_id(), [&](const RecordedEvent& event) {
                     const auto rotated = As<ev::KeyRotated>(event);
                     return rotated.has_value() && rotated->owner() == request.source() &&
                            rotated->new_public_key() == request.public_key();
                   }));
  if (before.has_value()) return *std::move(before);
  if (uses_.source_keys->Find(request.source(), key_id).has_value()) {
    return Error(error::v1::EXISTS_ALREADY, "the source has a key of this id already",
                 "public_key");
  }
  ev::KeyRotated registered;
  registered.set_key_kind(ev::KEY_KIND_SOURCE);
  registered.set_owner(request.source());
  registered.set_new_key_id(key_id);
  registered.set_new_public_key(request.public_key());
  AddApproval(caller.id, Role::kAdmin, uses_.clock->Now(), "registers-key",
              registered.mutable_approvals());
  ASSIGN_OR_RETURN(
      AccessChange change,
      Record(caller, request.request_id(),
             {.payload = &registered, .agent = {}, .event_id = {}, .cause = {}, .expected = {}}));
  // Of two who registered it at once, one was first.
  if (!uses_.source_keys->Find(request.source(), key_id).has_value())
    RETURN_IF_ERROR(uses_.source_keys->Register(request.source(), *key));
  return change;
}

absl::StatusOr<AccessChange> ManageAccess::RevokeSourceKey(
    const Caller& caller, const v1::RevokeSourceKeyRequest& request) const {
  RETURN_IF_ERROR(
      Check(caller, "AccessService.RevokeSourceKey", request.parent(), request.request_id()));
  RETURN_IF_ERROR(CheckOptionalCode(request.reason(), "reason"));
  ASSIGN_OR_RETURN(std::optional<AccessChange> before,
                   Repeated(caller, request.request_id(), [&](const RecordedEvent& event) {
                     const auto revoked = As<ev::KeyRevoked>(event);
                     return revoked.has_value() && revoked->owner() == request.source() &&
                            revoked->old_key_id() == request.key_id();
                   }));
  if (before.has_value()) return *std::move(before);
  const eventstore::StoredRows rows(uses_.log, eventstore::AccessRows::kName);
  ASSIGN_OR_RETURN(const auto keys, eventstore::ReadSourceKeys(rows));
  const bool known = std::any_of(keys.begin(), keys.end(), [&](const auto& key) {
    return key.source == request.source() && key.key_id == request.key_id();
  });
  if (!known) {
    return Error(error::v1::NOT_FOUND,
                 "no such key was registered here; keys of the settings are removed there",
                 "key_id");
  }
  ev::KeyRevoked revoked;
  revoked.set_key_kind(ev::KEY_KIND_SOURCE);
  revoked.set_owner(request.source());
  revoked.set_old_key_id(request.key_id());
  revoked.set_reason(request.reason());
  AddApproval(caller.id, Role::kAdmin, uses_.clock->Now(), "revokes-key",
              revoked.mutable_approvals());
  ASSIGN_OR_RETURN(
      AccessChange change,
      Record(caller, request.request_id(),
             {.payload = &revoked, .agent = {}, .event_id = {}, .cause = {}, .expected = {}}));
  uses_.source_keys->Remove(request.source(), request.key_id());
  return change;
}

absl::StatusOr<v1::ListRolesResponse> ManageAccess::ListRoles(
    const Caller& caller, const v1::ListRolesRequest& request) const {
  RETURN_IF_ERROR(uses_.access->Check(caller, "AccessService.ListRoles"));
  RETURN_IF_ERROR(CheckTenant(caller, uses_.log->tenant(), request.parent()));
  ASSIGN_OR_RETURN(const size_t size, PageSizeOf(request.page_size()));
  ASSIGN_OR_RETURN(const std::string after, AfterOf(request.page_token()));
  ASSIGN_OR_RETURN(auto given, eventstore::ListCallers(*uses_.log, after, size));
  std::map<std::string, casefile::v1::CallerAccess> callers(given.begin(), given.end());
  for (const auto& [name, roles] : uses_.access->settings()) {
    // Behind the last caller of this page they come with a later one.
    const bool later = given.size() == size && name > given.back().first;
    if (name > after && !later) callers.try_emplace(name);
  }
  v1::ListRolesResponse response;
  for (const auto& [name, access] : callers) {
    if (response.callers_size() == static_cast<int>(size)) break;
    v1::CallerRoles* entry = response.add_callers();
    entry->set_caller(name);
    entry->set_registered(access.registered());
    const Roles settings = uses_.access->SettingsRolesOf(name);
    for (int i = 0; i < static_cast<int>(Role::kCaller); ++i) {
      const Role role = static_cast<Role>(i);
      if (settings.Has(role)) entry->add_settings_roles(std::string(RoleName(role)));
    }
    for (const casefile::v1::RoleHeld& held : access.roles()) {
      v1::HeldRole* role = entry->add_roles();
      role->set_role(held.role());
      *role->mutable_scope() = held.scope();
      if (held.until_micros() != 0) SetTimestamp({held.until_micros()}, role->mutable_until());
      role->set_event_id(held.event_id());
    }
  }
  if (response.callers_size() == static_cast<int>(size)) {
    response.set_next_page_token(HexEncode(response.callers(response.callers_size() - 1).caller()));
  }
  return response;
}

absl::StatusOr<v1::ListGrantsResponse> ManageAccess::ListGrants(
    const Caller& caller, const v1::ListGrantsRequest& request) const {
  RETURN_IF_ERROR(uses_.access->Check(caller, "AccessService.ListGrants"));
  RETURN_IF_ERROR(CheckTenant(caller, uses_.log->tenant(), request.parent()));
  ASSIGN_OR_RETURN(const size_t size, PageSizeOf(request.page_size()));
  ASSIGN_OR_RETURN(const std::string after, AfterOf(request.page_token()));
  ASSIGN_OR_RETURN(const auto grants, eventstore::ListGrants(*uses_.log, after, size));
  v1::ListGrantsResponse response;
  const Instant now = uses_.clock->Now();
  for (const casefile::v1::GrantState& grant : grants) {
    v1::Grant* entry = response.add_grants();
    entry->set_grant_id(grant.grant_id());
    entry->set_state(StateOf(grant, now));
    entry->set_grantee(grant.grantee_id());
    *entry->mutable_streams() = grant.streams();
    *entry->mutable_creditor_ids() = grant.creditor_ids();
    SetTimestamp({grant.from_micros()}, entry->mutable_from_time());
    SetTimestamp({grant.to_micros()}, entry->mutable_to_time());
    entry->set_masking(grant.masking());
    entry->set_purpose(grant.purpose());
  }
  if (grants.size() == size) response.set_next_page_token(HexEncode(grants.back().grant_id()));
  return response;
}

}  // namespace constancia::api
