#include "api/commands/ask_gate.h"

#include <optional>
#include <string>
#include <utility>

#include "api/commands/actor.h"
#include "api/commands/contact_facts.h"
#include "api/commands/messages.h"
#include "core/base/status.h"
#include "core/event/public_string.h"
#include "core/event/uuid.h"
#include "eventstore/projections/contact_ledger/contact_rows.h"

namespace constancia::api {

namespace {

// What every request that records a decision says: its id, and who acts.
template <typename Request>
absl::Status CheckDecides(const Caller& caller, const Request& request) {
  if (!IsId(request.request_id())) {
    return Error(error::v1::SCHEMA_INVALID, "1 to 64 of [A-Za-z0-9._-]; a UUID is best",
                 "request_id");
  }
  return CheckActor(caller, request.actor());
}

}  // namespace

absl::Status AskGate::MayAsk(const Caller& caller, Method method, std::string_view parent,
                             const v1::IntendedContact& contact) const {
  ASSIGN_OR_RETURN(View view, uses_.access->ViewFor(caller, method));
  RETURN_IF_ERROR(CheckTenant(caller, uses_.log->tenant(), parent));
  RETURN_IF_ERROR(view.CheckCase(contact.case_id()));
  return contact.party_id().empty() ? absl::OkStatus() : view.CheckPerson(contact.party_id());
}

absl::Status AskGate::MayCancel(const Caller& caller,
                                const v1::CancelPermitRequest& request) const {
  ASSIGN_OR_RETURN(View view, uses_.access->ViewFor(caller, "ContactService.CancelPermit"));
  RETURN_IF_ERROR(CheckTenant(caller, uses_.log->tenant(), request.parent()));
  if (view.SeesAllCases()) return absl::OkStatus();
  const DecisionRows rows(uses_.log);
  ASSIGN_OR_RETURN(const std::optional<casefile::v1::PermitState> permit,
                   eventstore::ReadPermit(rows.contacts, request.permit_id()));
  return view.CheckCase(permit.has_value() ? permit->case_id() : "");
}

absl::StatusOr<v1::CheckContactResponse> AskGate::Check(
    const Caller& caller, const v1::CheckContactRequest& request) const {
  RETURN_IF_ERROR(
      MayAsk(caller, "ContactService.CheckContact", request.parent(), request.contact()));
  Instant at = uses_.clock->Now();
  if (request.has_at()) {
    ASSIGN_OR_RETURN(at, ToInstant(request.at(), "at"));
  }
  ASSIGN_OR_RETURN(Advice advice, uses_.gate->Check(request.contact(), at));
  v1::CheckContactResponse response;
  *response.mutable_verdict() = std::move(advice.verdict);
  response.set_as_of(advice.as_of.value);
  return response;
}

void AskGate::Reserve(
    const Caller& caller, const v1::ReserveContactRequest& request,
    absl::AnyInvocable<void(absl::StatusOr<v1::ReserveContactResponse>)> done) const {
  absl::Status status =
      MayAsk(caller, "ContactService.ReserveContact", request.parent(), request.contact());
  if (status.ok()) status = CheckDecides(caller, request);
  if (!status.ok()) return done(std::move(status));
  uses_.gate->Reserve(request, std::string(caller.source()),
                      [done = std::move(done)](absl::StatusOr<Decision> decision) mutable {
                        if (!decision.ok()) return done(decision.status());
                        v1::ReserveContactResponse response;
                        response.set_decision_id(ToText(decision->receipt.event_id));
                        if (decision->expires_at.has_value()) {
                          response.set_permit_id(response.decision_id());
                          SetTimestamp(*decision->expires_at, response.mutable_expires_at());
                        }
                        *response.mutable_verdict() = std::move(decision->verdict);
                        SetReceipt(decision->receipt, response.mutable_receipt());
                        done(std::move(response));
                      });
}

void AskGate::Cancel(
    const Caller& caller, const v1::CancelPermitRequest& request,
    absl::AnyInvocable<void(absl::StatusOr<v1::CancelPermitResponse>)> done) const {
  absl::Status status = MayCancel(caller, request);
  if (status.ok()) status = CheckDecides(caller, request);
  if (!status.ok()) return done(std::move(status));
  uses_.gate->Cancel(request, std::string(caller.source()),
                     [done = std::move(done)](absl::StatusOr<eventstore::Receipt> receipt) mutable {
                       if (!receipt.ok()) return done(receipt.status());
                       v1::CancelPermitResponse response;
                       SetReceipt(*receipt, response.mutable_receipt());
                       done(std::move(response));
                     });
}

}  // namespace constancia::api
