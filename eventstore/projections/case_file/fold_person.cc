#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "constancia/event/v1/consent.pb.h"
#include "constancia/event/v1/negotiation.pb.h"
#include "constancia/event/v1/party.pb.h"
#include "core/base/time.h"
#include "eventstore/projections/case_file/facts.h"
#include "eventstore/projections/case_file/folds.h"

namespace constancia::eventstore {
namespace {

namespace ev = event::v1;
using casefile::v1::ContactPointFile;
using casefile::v1::Flag;
using casefile::v1::PersonFile;
using casefile::v1::Preference;

struct Person {
  PersonFile* file;
  std::map<std::string, ContactPointFile> points;
  std::vector<Preference> preferences;
  std::vector<Flag> flags;
};

void Register(const FactReader& fact, Person& state) {
  const auto registered = fact.Read<ev::PartyRegistered>();
  PersonFile* file = state.file;
  file->set_kind(registered.kind());
  *file->mutable_roles() = registered.roles();
  file->set_id_verified(registered.id_verified());
  if (!registered.language().empty()) file->set_language(registered.language());
  if (!registered.zone().empty()) file->set_zone(registered.zone());
  file->set_jurisdiction(registered.jurisdiction());
  file->set_registered_event_id(fact.event_id());
}

void DetermineZone(const FactReader& fact, Person& state) {
  const auto determined = fact.Read<ev::ZoneDetermined>();
  state.file->set_zone(determined.zone());
  state.file->set_region(determined.region());
  *state.file->mutable_candidate_zones() = determined.candidate_zones();
}

void AddPoint(const FactReader& fact, Person& state) {
  const auto added = fact.Read<ev::ContactPointAdded>();
  if (added.contact_point_id().empty()) return;
  ContactPointFile& point = state.points[added.contact_point_id()];
  point.set_kind(added.kind());
  point.set_owner_role(added.owner_role());
  point.set_place(added.place());
  point.set_provenance(added.provenance());
  point.set_provenance_source(added.provenance_source());
  point.set_provenance_date(added.provenance_date());
  point.set_provenance_method(added.provenance_method());
  point.set_quality(added.quality());
  *point.mutable_channels() = added.channels();
  point.set_added_event_id(fact.event_id());
  point.set_added_position(fact.position());
}

void VerifyPoint(const FactReader& fact, Person& state) {
  const auto verified = fact.Read<ev::ContactPointVerified>();
  if (verified.contact_point_id().empty()) return;
  ContactPointFile& point = state.points[verified.contact_point_id()];
  point.set_verification(verified.result());
  point.set_verified_date(fact.date());
  point.set_verified_event_id(fact.event_id());
  if (verified.result() == ev::VERIFICATION_RESULT_CONFIRMED) {
    point.clear_invalid_reason();
    point.clear_invalidated_event_id();
    point.clear_owner();
    point.clear_owner_event_id();
  }
}

void InvalidatePoint(const FactReader& fact, Person& state) {
  const auto invalidated = fact.Read<ev::ContactPointInvalidated>();
  if (invalidated.contact_point_id().empty()) return;
  ContactPointFile& point = state.points[invalidated.contact_point_id()];
  point.set_invalid_reason(invalidated.reason() == ev::INVALIDATION_REASON_UNSPECIFIED
                               ? ev::INVALIDATION_REASON_OTHER
                               : invalidated.reason());
  point.set_invalidated_event_id(fact.event_id());
}

void ChangeOwner(const FactReader& fact, Person& state) {
  const auto changed = fact.Read<ev::ContactPointOwnerChanged>();
  if (changed.contact_point_id().empty()) return;
  ContactPointFile& point = state.points[changed.contact_point_id()];
  point.set_owner(changed.new_owner());
  point.set_owner_event_id(fact.event_id());
}

// --- Consents and wishes

Preference* Prefer(const FactReader& fact, Preference::Kind kind, Person& state) {
  Preference& preference = state.preferences.emplace_back();
  preference.set_kind(kind);
  preference.set_since_micros(fact.at());
  preference.set_event_id(fact.event_id());
  return &preference;
}

template <typename Ends>
void End(Person& state, Ends ends) {
  std::erase_if(state.preferences, ends);
}

// A wish that names no channel, point or purpose speaks of all of them.
template <typename Value>
bool Covers(const Value& said, const Value& one) {
  return said == Value() || said == one;
}

void Grant(const FactReader& fact, Person& state) {
  const auto granted = fact.Read<ev::ConsentGranted>();
  End(state, [&](const Preference& one) {
    return one.kind() == Preference::CONSENT_REVOKED && one.channel() == granted.channel() &&
           one.purpose() == granted.purpose() &&
           Covers(one.contact_point_id(), granted.contact_point_id());
  });
  Preference* consent = Prefer(fact, Preference::CONSENT, state);
  consent->set_channel(granted.channel());
  consent->set_contact_point_id(granted.contact_point_id());
  consent->set_purpose(granted.purpose());
  consent->set_scope(granted.scope());
  consent->set_how(granted.how());
  *consent->mutable_obligation_ids() = granted.obligation_ids();
  if (granted.has_expires_at()) {
    consent->set_expires_at_micros(granted.expires_at().seconds() * kMicrosPerSecond +
                                   granted.expires_at().nanos() / 1'000);
  }
}

void Revoke(const FactReader& fact, Person& state) {
  const auto revoked = fact.Read<ev::ConsentRevoked>();
  End(state, [&](const Preference& one) {
    if (one.kind() != Preference::CONSENT) return false;
    if (!revoked.granted_event_id().empty()) return one.event_id() == revoked.granted_event_id();
    return Covers(revoked.channel(), one.channel()) && Covers(revoked.purpose(), one.purpose()) &&
           Covers(revoked.contact_point_id(), one.contact_point_id());
  });
  Preference* revocation = Prefer(fact, Preference::CONSENT_REVOKED, state);
  revocation->set_channel(revoked.channel());
  revocation->set_contact_point_id(revoked.contact_point_id());
  revocation->set_purpose(revoked.purpose());
  revocation->set_how(revoked.how());
  *revocation->mutable_obligation_ids() = revoked.obligation_ids();
}

// The last word on a channel stands.
template <typename Payload, Preference::Kind kKind>
void Authorise(const FactReader& fact, Person& state) {
  const auto said = fact.Read<Payload>();
  End(state, [&](const Preference& one) {
    return (one.kind() == Preference::CHANNEL_AUTHORISED ||
            one.kind() == Preference::CHANNEL_DEAUTHORISED) &&
           one.channel() == said.channel() &&
           Covers(said.contact_point_id(), one.contact_point_id());
  });
  Preference* preference = Prefer(fact, kKind, state);
  preference->set_channel(said.channel());
  preference->set_contact_point_id(said.contact_point_id());
  preference->set_how(said.how());
  *preference->mutable_obligation_ids() = said.obligation_ids();
  if constexpr (kKind == Preference::CHANNEL_AUTHORISED) preference->set_basis(said.basis());
}

void PreferTime(const FactReader& fact, Person& state) {
  const auto set = fact.Read<ev::PreferredTimeSet>();
  End(state, [](const Preference& one) { return one.kind() == Preference::PREFERRED_TIME; });
  Preference* preference = Prefer(fact, Preference::PREFERRED_TIME, state);
  *preference->mutable_windows() = set.windows();
  preference->set_waives_hours(set.waives_hours());
  preference->set_how(set.how());
}

void ReportInconvenient(const FactReader& fact, Person& state) {
  const auto reported = fact.Read<ev::InconvenientTimeOrPlaceReported>();
  Preference* preference = Prefer(fact, Preference::INCONVENIENT_TIME_OR_PLACE, state);
  *preference->mutable_windows() = reported.windows();
  preference->set_place(reported.place());
  preference->set_employer_prohibits(reported.employer_prohibits());
  preference->set_how(reported.how());
}

void StopMedium(const FactReader& fact, Person& state) {
  const auto stopped = fact.Read<ev::MediumStopRequested>();
  Preference* preference = Prefer(fact, Preference::MEDIUM_STOP, state);
  preference->set_channel(stopped.channel());
  preference->set_contact_point_id(stopped.contact_point_id());
  preference->set_how(stopped.how());
}

bool IsOf(const Preference& one, ev::PreferenceKind kind) {
  switch (kind) {
    case ev::PREFERENCE_KIND_CHANNEL_REQUEST:
      return one.kind() == Preference::MEDIUM_STOP;
    case ev::PREFERENCE_KIND_INCONVENIENT_TIME:
      return one.kind() == Preference::INCONVENIENT_TIME_OR_PLACE && !one.employer_prohibits();
    case ev::PREFERENCE_KIND_EMPLOYER_PROHIBITION:
      return one.kind() == Preference::INCONVENIENT_TIME_OR_PLACE && one.employer_prohibits();
    case ev::PREFERENCE_KIND_HOURS_WAIVER:
      return one.kind() == Preference::PREFERRED_TIME && one.waives_hours();
    case ev::PREFERENCE_KIND_FURTHER_CALLS:
      return one.kind() == Preference::CONSENT &&
             one.purpose() == ev::CONSENT_PURPOSE_FURTHER_CALLS;
    case ev::PREFERENCE_KIND_WORK_EMAIL:
      return one.kind() == Preference::CONSENT && one.scope() == ev::CONSENT_SCOPE_WORK_EMAIL;
    default:
      return false;
  }
}

void WithdrawPreference(const FactReader& fact, Person& state) {
  const auto withdrawn = fact.Read<ev::PreferenceWithdrawn>();
  End(state, [&](const Preference& one) {
    if (!withdrawn.preference_event_id().empty()) {
      return one.event_id() == withdrawn.preference_event_id();
    }
    return IsOf(one, withdrawn.of()) && Covers(withdrawn.channel(), one.channel());
  });
}

template <Preference::Kind kKind>
void SayRecording(const FactReader& fact, Person& state) {
  End(state, [](const Preference& one) {
    return one.kind() == Preference::RECORDING_CONSENT ||
           one.kind() == Preference::RECORDING_REFUSED;
  });
  Prefer(fact, kKind, state);
}

// --- Flags

Flag* Raise(const FactReader& fact, Flag::Kind kind, Person& state) {
  Flag& flag = state.flags.emplace_back();
  flag.set_kind(kind);
  flag.set_since_micros(fact.at());
  flag.set_event_id(fact.event_id());
  flag.set_party_id(state.file->party_id());
  return &flag;
}

// Ends the flag that `set_by` set; without it, those of the kind that stand, on the debts named.
void Lower(const FactReader& fact, Flag::Kind kind, const std::string& set_by,
           const google::protobuf::RepeatedPtrField<std::string>& debts, Person& state) {
  for (Flag& flag : state.flags) {
    if (flag.kind() != kind || flag.until_micros() != 0) continue;
    if (set_by.empty() ? !debts.empty() &&
                             !std::equal(debts.begin(), debts.end(), flag.obligation_ids().begin(),
                                         flag.obligation_ids().end())
                       : flag.event_id() != set_by) {
      continue;
    }
    flag.set_until_micros(fact.at());
    flag.set_ended_event_id(fact.event_id());
  }
}

const google::protobuf::RepeatedPtrField<std::string>& NoDebts() {
  static const auto* none = new google::protobuf::RepeatedPtrField<std::string>;
  return *none;
}

template <typename Payload, Flag::Kind kKind>
void EndRecorded(const FactReader& fact, Person& state) {
  const auto ended = fact.Read<Payload>();
  Lower(fact, kKind, ended.recorded_event_id(), ended.obligation_ids(), state);
}

const Handlers<Person>& Facts() {
  static const auto* handlers = new Handlers<Person>{
      {"PartyRegistered", Register},
      {"ZoneDetermined", DetermineZone},
      {"LanguagePreferenceSet",
       [](const FactReader& fact, Person& state) {
         state.file->set_language(fact.Read<ev::LanguagePreferenceSet>().language());
       }},
      {"PartyMerged",
       [](const FactReader& fact, Person& state) {
         state.file->set_merged_into_party_id(fact.Read<ev::PartyMerged>().into_party_id());
       }},
      {"PartyUnmerged",
       [](const FactReader&, Person& state) { state.file->clear_merged_into_party_id(); }},
      {"ContactPointAdded", AddPoint},
      {"ContactPointVerified", VerifyPoint},
      {"ContactPointInvalidated", InvalidatePoint},
      {"ContactPointOwnerChanged", ChangeOwner},
      {"ConsentGranted", Grant},
      {"ConsentRevoked", Revoke},
      {"ChannelAuthorised", Authorise<ev::ChannelAuthorised, Preference::CHANNEL_AUTHORISED>},
      {"ChannelDeauthorised", Authorise<ev::ChannelDeauthorised, Preference::CHANNEL_DEAUTHORISED>},
      {"PreferredTimeSet", PreferTime},
      {"InconvenientTimeOrPlaceReported", ReportInconvenient},
      {"MediumStopRequested", StopMedium},
      {"PreferenceWithdrawn", WithdrawPreference},
      {"RecordingConsentGiven", SayRecording<Preference::RECORDING_CONSENT>},
      {"RecordingConsentRefused", SayRecording<Preference::RECORDING_REFUSED>},
      {"VulnerabilityRecorded",
       [](const FactReader& fact, Person& state) {
         Raise(fact, Flag::VULNERABLE, state)
             ->set_last_date(fact.Read<ev::VulnerabilityRecorded>().until());
       }},
      {"VulnerabilityEnded",
       [](const FactReader& fact, Person& state) {
         Lower(fact, Flag::VULNERABLE, fact.Read<ev::VulnerabilityEnded>().recorded_event_id(),
               NoDebts(), state);
       }},
      {"DeathReported",
       [](const FactReader& fact, Person& state) {
         Raise(fact, Flag::DECEASED, state)->set_reason("REPORTED");
       }},
      {"DeathConfirmed",
       [](const FactReader& fact, Person& state) {
         Raise(fact, Flag::DECEASED, state)->set_reason("CONFIRMED");
       }},
      {"RepresentationRecorded",
       [](const FactReader& fact, Person& state) {
         const auto recorded = fact.Read<ev::RepresentationRecorded>();
         Flag* flag = Raise(fact, Flag::REPRESENTED, state);
         flag->set_about_id(recorded.attorney_party_id());
         if (recorded.scope() == ev::REPRESENTATION_SCOPE_NAMED_DEBTS) {
           *flag->mutable_obligation_ids() = recorded.obligation_ids();
         }
       }},
      {"RepresentationEnded", EndRecorded<ev::RepresentationEnded, Flag::REPRESENTED>},
      {"InsolvencyRecorded",
       [](const FactReader& fact, Person& state) {
         const auto recorded = fact.Read<ev::InsolvencyRecorded>();
         Flag* flag = Raise(fact, Flag::INSOLVENCY, state);
         flag->set_reason(ev::InsolvencyProcedure_Name(recorded.procedure()));
         flag->set_stay(recorded.stay());
         *flag->mutable_obligation_ids() = recorded.obligation_ids();
       }},
      {"InsolvencyEnded", EndRecorded<ev::InsolvencyEnded, Flag::INSOLVENCY>},
      {"CeaseContactRequested",
       [](const FactReader& fact, Person& state) {
         const auto requested = fact.Read<ev::CeaseContactRequested>();
         Flag* flag = Raise(fact, Flag::CEASE_CONTACT, state);
         if (requested.scope() != ev::CEASE_SCOPE_ALL_DEBTS) {
           *flag->mutable_obligation_ids() = requested.obligation_ids();
         }
       }},
      {"CeaseContactLifted",
       [](const FactReader& fact, Person& state) {
         const auto lifted = fact.Read<ev::CeaseContactLifted>();
         Lower(fact, Flag::CEASE_CONTACT, lifted.requested_event_id(), lifted.obligation_ids(),
               state);
       }},
      {"HardshipDeclared",
       [](const FactReader& fact, Person& state) {
         Raise(fact, Flag::HARDSHIP, state)
             ->set_last_date(fact.Read<ev::HardshipDeclared>().until());
       }},
  };
  return *handlers;
}

}  // namespace

bool ReadsPerson(std::string_view type) { return Facts().contains(type); }

void FoldPerson(const casefile::v1::FactList& facts, PersonFile* file) {
  PersonFile fresh;
  fresh.set_party_id(file->party_id());
  Person state{.file = &fresh, .points = {}, .preferences = {}, .flags = {}};
  FoldFacts(facts, Facts(), state);
  for (auto& [id, point] : state.points) {
    point.set_contact_point_id(id);
    *fresh.add_contact_points() = std::move(point);
  }
  std::sort(state.preferences.begin(), state.preferences.end(),
            [](const Preference& a, const Preference& b) {
              return std::tuple(a.since_micros(), std::string_view(a.event_id())) <
                     std::tuple(b.since_micros(), std::string_view(b.event_id()));
            });
  for (Preference& preference : state.preferences) {
    *fresh.add_preferences() = std::move(preference);
  }
  for (Flag& flag : state.flags) *fresh.add_flags() = std::move(flag);
  SortFlags(fresh.mutable_flags());
  *file = std::move(fresh);
}

}  // namespace constancia::eventstore
