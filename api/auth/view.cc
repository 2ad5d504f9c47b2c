#include "api/auth/view.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "constancia/event/v1/case.pb.h"
#include "core/base/status.h"
#include "eventstore/projections/access/access_rows.h"

namespace constancia::api {
namespace {

using casefile::v1::CaseScope;
using casefile::v1::GrantState;

bool Holds(const google::protobuf::RepeatedPtrField<std::string>& all, std::string_view text) {
  return std::find(all.begin(), all.end(), text) != all.end();
}

bool Names(std::string_view item, std::string_view kind, std::string_view id) {
  return item.size() == kind.size() + id.size() && item.starts_with(kind) && item.ends_with(id);
}

// Whether the role sees nothing that is not narrowed by more than the scope it was given for.
bool AlwaysNarrowed(Role role) {
  return role == Role::kAgent || role == Role::kLegal || role == Role::kCreditorViewer ||
         role == Role::kRegulator;
}

bool GrantCovers(const GrantState& grant, std::string_view case_id, const CaseScope& scope) {
  if (Holds(grant.creditor_ids(), scope.creditor_id()) && !scope.creditor_id().empty()) return true;
  for (const std::string& stream : grant.streams()) {
    if (Names(stream, "case/", case_id)) return true;
    for (const std::string& party : scope.party_ids()) {
      if (Names(stream, "debtor/", party)) return true;
    }
  }
  return false;
}

event::v1::Masking MaskingOf(const View::Hold& hold) {
  if (hold.role == Role::kRegulator) return hold.grant->masking();
  return hold.role == Role::kCreditorViewer ? event::v1::MASKING_PARTIAL : event::v1::MASKING_FULL;
}

// How much is shown, from nothing on.
int Openness(event::v1::Masking masking) {
  switch (masking) {
    case event::v1::MASKING_FULL:
      return 3;
    case event::v1::MASKING_PARTIAL:
      return 2;
    case event::v1::MASKING_TOKEN:
      return 1;
    default:
      return 0;
  }
}

// Notes between the company and its lawyers.
bool IsPrivileged(const ledger::v1::EventHeader& header) {
  if (header.type() != event::v1::NoteAdded::descriptor()->full_name()) return false;
  event::v1::NoteAdded note;
  note.ParseFromString(header.public_payload());
  return note.category() == event::v1::NOTE_CATEGORY_PRIVILEGED;
}

absl::Status OutOfScope(const Caller& caller, std::string_view what) {
  return Error(error::v1::SCOPE_NOT_GRANTED,
               absl::StrCat(caller.name(), " may not see this ", ToAbsl(what),
                            ", or there is none of this id"),
               "", {{"caller", caller.name()}});
}

}  // namespace

uint64_t View::HoldsOnAll() const {
  uint64_t bits = 0;
  for (size_t i = 0; i < holds_.size(); ++i) {
    if (!AlwaysNarrowed(holds_[i].role) && holds_[i].scope.empty()) bits |= uint64_t{1} << i;
  }
  return bits;
}

bool View::SeesAllCases() const { return HoldsOnAll() != 0; }

std::optional<std::string> View::OnlySource() const {
  for (const Hold& hold : holds_) {
    if (hold.role != Role::kIntegrator) return std::nullopt;
  }
  return std::string(caller_.source());
}

absl::StatusOr<const std::optional<CaseScope>*> View::ScopeOf(std::string_view case_id) {
  if (const auto known = scopes_.find(case_id); known != scopes_.end()) return &known->second;
  std::optional<CaseScope> scope;
  if (rows_ != nullptr) {
    ASSIGN_OR_RETURN(scope, eventstore::ReadCaseScope(*rows_, case_id));
  }
  return &scopes_.emplace(case_id, std::move(scope)).first->second;
}

absl::StatusOr<bool> View::Covers(const Hold& hold, std::string_view case_id,
                                  const CaseScope& scope) {
  if (hold.role == Role::kAgent && scope.agent_id() != caller_.id) return false;
  if (hold.role == Role::kLegal && !scope.litigation()) return false;
  if (hold.role == Role::kCreditorViewer && hold.scope.empty()) return false;
  if (hold.role == Role::kRegulator) return GrantCovers(*hold.grant, case_id, scope);
  if (hold.scope.empty()) return true;
  for (const std::string& item : hold.scope) {
    if (Names(item, "creditor/", scope.creditor_id()) || Names(item, "team/", scope.team_id())) {
      return true;
    }
    for (const std::string& portfolio : scope.portfolio_ids()) {
      if (Names(item, "portfolio/", portfolio)) return true;
    }
    if (!item.starts_with("team/") || scope.agent_id().empty()) continue;
    ASSIGN_OR_RETURN(const std::string team, eventstore::ReadTeamOf(*rows_, scope.agent_id()));
    if (Names(item, "team/", team)) return true;
  }
  return false;
}

absl::StatusOr<uint64_t> View::HoldsOnCase(std::string_view case_id) {
  if (const auto known = cases_.find(case_id); known != cases_.end()) return known->second;
  uint64_t bits = HoldsOnAll();
  ASSIGN_OR_RETURN(const std::optional<CaseScope>* scope, ScopeOf(case_id));
  for (size_t i = 0; scope->has_value() && i < holds_.size(); ++i) {
    ASSIGN_OR_RETURN(const bool covers, Covers(holds_[i], case_id, **scope));
    if (covers) bits |= uint64_t{1} << i;
  }
  cases_.emplace(case_id, bits);
  return bits;
}

absl::StatusOr<uint64_t> View::HoldsOnPerson(std::string_view party_id) {
  if (const auto known = people_.find(party_id); known != people_.end()) return known->second;
  uint64_t bits = HoldsOnAll();
  for (size_t i = 0; i < holds_.size(); ++i) {
    if (!holds_[i].grant.has_value()) continue;
    for (const std::string& stream : holds_[i].grant->streams()) {
      if (Names(stream, "debtor/", party_id)) bits |= uint64_t{1} << i;
    }
  }
  if (rows_ != nullptr) {
    ASSIGN_OR_RETURN(const std::vector<std::string> cases,
                     eventstore::ReadCasesOf(*rows_, party_id));
    for (const std::string& case_id : cases) {
      ASSIGN_OR_RETURN(const uint64_t holds, HoldsOnCase(case_id));
      bits |= holds;
    }
  }
  people_.emplace(party_id, bits);
  return bits;
}

absl::StatusOr<bool> View::SeesCase(std::string_view case_id) {
  if (SeesAllCases()) return true;
  ASSIGN_OR_RETURN(const uint64_t holds, HoldsOnCase(case_id));
  return holds != 0;
}

absl::StatusOr<bool> View::SeesPerson(std::string_view party_id) {
  if (SeesAllCases()) return true;
  ASSIGN_OR_RETURN(const uint64_t holds, HoldsOnPerson(party_id));
  return holds != 0;
}

absl::Status View::CheckCase(std::string_view case_id) {
  ASSIGN_OR_RETURN(const bool sees, SeesCase(case_id));
  return sees ? absl::OkStatus() : OutOfScope(caller_, "case");
}

absl::Status View::CheckPerson(std::string_view party_id) {
  ASSIGN_OR_RETURN(const bool sees, SeesPerson(party_id));
  return sees ? absl::OkStatus() : OutOfScope(caller_, "person");
}

absl::StatusOr<View::Sight> View::SightOf(const ledger::v1::EventHeader& header) {
  if (OnlySource().has_value()) {
    if (header.source() != caller_.source()) return Sight{};
    return Sight{.seen = true, .masking = event::v1::MASKING_FULL};
  }
  uint64_t bits = HoldsOnAll();
  bool names_case = false;
  for (const ledger::v1::StreamPlace& place : header.streams()) {
    if (place.kind() != ledger::v1::STREAM_KIND_CASE) continue;
    names_case = true;
    ASSIGN_OR_RETURN(const uint64_t holds, HoldsOnCase(place.name()));
    bits |= holds;
  }
  for (const ledger::v1::StreamPlace& place : header.streams()) {
    if (names_case || place.kind() != ledger::v1::STREAM_KIND_DEBTOR) continue;
    ASSIGN_OR_RETURN(const uint64_t holds, HoldsOnPerson(place.name()));
    bits |= holds;
  }
  const bool privileged = IsPrivileged(header);
  Sight sight{.seen = bits != 0};
  for (size_t i = 0; i < holds_.size(); ++i) {
    if ((bits >> i & 1) == 0) continue;
    if (privileged && holds_[i].role != Role::kLegal) continue;
    const event::v1::Masking masking = MaskingOf(holds_[i]);
    if (Openness(masking) > Openness(sight.masking)) sight.masking = masking;
  }
  return sight;
}

std::string View::GrantId() const {
  for (const Hold& hold : holds_) {
    if (hold.role != Role::kRegulator) return "";
  }
  return holds_.front().grant->grant_id();
}

}  // namespace constancia::api
