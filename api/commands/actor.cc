#include "api/commands/actor.h"

#include "core/base/status.h"
#include "core/event/public_string.h"
#include "eventstore/log/append.h"

namespace constancia::api {

absl::Status CheckActor(const Caller& caller, const ledger::v1::Actor& actor) {
  if (actor.kind() == ledger::v1::ACTOR_KIND_UNSPECIFIED) {
    return Error(error::v1::ACTOR_REQUIRED, "say who acted: what kind of actor", "actor.kind");
  }
  if (actor.id().empty()) {
    return Error(error::v1::ACTOR_REQUIRED, "say who acted: the actor's id", "actor.id");
  }
  if (!actor.GetReflection()->GetUnknownFields(actor).empty()) {
    return Error(error::v1::SCHEMA_INVALID, "holds a field that is not in its schema", "actor");
  }
  if (!ledger::v1::ActorKind_IsValid(actor.kind())) {
    return Error(error::v1::SCHEMA_INVALID, "no actor is of this kind", "actor.kind");
  }
  RETURN_IF_ERROR(CheckPublicString(actor.id(), "actor.id"));
  if (!actor.role().empty()) RETURN_IF_ERROR(CheckPublicString(actor.role(), "actor.role"));
  if (!actor.session().empty())
    RETURN_IF_ERROR(CheckPublicString(actor.session(), "actor.session"));
  const bool himself = actor.kind() == ledger::v1::PERSON && actor.id() == caller.id;
  if (caller.kind != CallerKind::kSource && !himself) {
    return Error(error::v1::SCOPE_NOT_GRANTED,
                 "a person appends what he did himself: kind PERSON and the id of his certificate",
                 "actor");
  }
  // What the server adds to an append is known by this name.
  if (actor.kind() == ledger::v1::SYSTEM && actor.id() == eventstore::kOwnSource) {
    return Error(error::v1::SCOPE_NOT_GRANTED,
                 "the server itself acts under this name; use another", "actor.id");
  }
  return absl::OkStatus();
}

}  // namespace constancia::api
