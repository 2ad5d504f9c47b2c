// Who is said to have acted: the same check for whatever a caller causes.
//
// Used by: record_events, ask_gate.
// Threads: any.

#ifndef CONSTANCIA_API_COMMANDS_ACTOR_H_
#define CONSTANCIA_API_COMMANDS_ACTOR_H_

#include "absl/status/status.h"
#include "api/auth/caller.h"
#include "constancia/ledger/v1/header.pb.h"

namespace constancia::api {

// Fails, naming "actor" or a field below it, with ACTOR_REQUIRED when kind or id is missing; with
// SCHEMA_INVALID or PERSONAL_DATA_MISPLACED when a field is no id or is not in the schema; and with
// SCOPE_NOT_GRANTED when a person or an operator names anybody but himself, and when a source names
// the server.
absl::Status CheckActor(const Caller& caller, const ledger::v1::Actor& actor);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_ACTOR_H_
