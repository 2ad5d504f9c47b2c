#include "core/case/rule_records.h"

#include <algorithm>
#include <functional>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/consent.pb.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/legal.pb.h"
#include "constancia/event/v1/negotiation.pb.h"
#include "constancia/event/v1/notice.pb.h"
#include "constancia/event/v1/party.pb.h"
#include "constancia/event/v1/rights.pb.h"
#include "core/base/civil_date.h"
#include "core/base/status.h"
#include "core/base/time.h"
#include "core/case/rule_words.h"
#include "core/case/said_instant.h"

namespace constancia {
namespace {

namespace ev = event::v1;

// One channel of each family: what says nothing of channels is about all of them.
constexpr std::string_view kFamilies[] = {"call",  "visit",  "sms",      "im",
                                          "email", "letter", "social_dm"};

// Collects the words of one event, each bound to the person, the debts or the case it is about.
class Words {
 public:
  explicit Words(int32_t offset_minutes) : offset_minutes_(offset_minutes) {}

  template <typename Payload>
  void Begin(const Payload& payload) {
    about_.person = payload.party_id();
    if constexpr (requires { payload.case_id(); }) about_.case_id = payload.case_id();
    if constexpr (requires { payload.party_role(); }) {
      if (payload.party_role() != ev::PARTY_ROLE_UNSPECIFIED)
        about_.party = RuleParty(payload.party_role());
    }
    if constexpr (requires { payload.obligation_ids(); }) {
      about_.debts.assign(payload.obligation_ids().begin(), payload.obligation_ids().end());
    }
  }

  // Binds the person.
  RuleRecord* Person(std::string_view word) {
    return about_.person.empty() ? &nobody_ : Add(word, {PersonOwner(about_.person)});
  }

  // Binds the person in every debt.
  void PersonForAllDebts(std::string_view word) { Person(word)->debts.clear(); }

  // Binds the debts named; when none is, every debt of the case, else of the person.
  RuleRecord* Debts(std::string_view word) {
    std::vector<std::string> owners;
    for (const std::string& debt : about_.debts) owners.push_back(DebtOwner(debt));
    if (!owners.empty()) return Add(word, std::move(owners));
    if (!about_.case_id.empty()) return Add(word, {CaseOwner(about_.case_id)});
    return Person(word);
  }

  // Binds the case.
  RuleRecord* Case(std::string_view word) {
    return about_.case_id.empty() ? &nobody_ : Add(word, {CaseOwner(about_.case_id)});
  }

  // Tells something of a contact point of the person.
  void Point(std::string_view word, std::string_view contact_point) {
    if (!about_.person.empty() && !contact_point.empty())
      Add(word, {PointOwner(about_.person, contact_point)});
  }

  // `prefix` with the rule's channel; with every family's when the event names no channel.
  void Channel(std::string_view prefix, ev::Channel channel) {
    const auto person = [&](std::string_view name) {
      Person(absl::StrCat(ToAbsl(prefix), ToAbsl(name)));
    };
    if (channel == ev::CHANNEL_UNSPECIFIED) {
      for (const std::string_view family : kFamilies) person(family);
      return;
    }
    const std::string_view name =
        RuleChannel(channel, ev::PLACE_PERSONAL, false, ev::DIRECTION_OUTBOUND);
    if (!name.empty()) person(name);
  }

  // The first instant of `date` (YYYY-MM-DD), or of the date after it; nothing when it is no date.
  std::optional<int64_t> StartOf(const std::string& date) const { return Midnight(date, 0); }
  std::optional<int64_t> EndOf(const std::string& date) const { return Midnight(date, 1); }

  std::vector<RuleRecord> Take() { return std::move(records_); }

 private:
  std::optional<int64_t> Midnight(const std::string& date, int days) const {
    const absl::StatusOr<CivilDate> day = CivilDate::Parse(date);
    if (!day.ok()) return std::nullopt;
    return ((day->DaysSinceEpoch() + days) * 86'400 - offset_minutes_ * int64_t{60}) *
           kMicrosPerSecond;
  }

  RuleRecord* Add(std::string_view word, std::vector<std::string> owners) {
    RuleRecord record = about_;
    record.word = word;
    record.owners = std::move(owners);
    records_.push_back(std::move(record));
    return &records_.back();
  }

  const int32_t offset_minutes_;
  RuleRecord about_;
  RuleRecord nobody_;  // takes what is said of nobody
  std::vector<RuleRecord> records_;
};

// The windows as rules read them. One that ends before it begins goes on into the next day, as in
// "not from 22 to 8"; days and minutes that do not exist are left out: what was recorded is never
// refused for them, and must not stand in the way of later questions.
std::vector<ev::TimeWindow> Readable(
    const google::protobuf::RepeatedPtrField<ev::TimeWindow>& windows) {
  constexpr uint32_t kMinutesOfDay = 1'440;
  constexpr uint32_t kDaysOfWeek = 7;
  std::vector<ev::TimeWindow> readable;
  const auto add = [&](const ev::TimeWindow& window, uint32_t days_later, uint32_t from,
                       uint32_t to) {
    if (from >= to) return;
    ev::TimeWindow part;
    for (const uint32_t day : window.weekdays()) {
      if (day < 1 || day > kDaysOfWeek) continue;
      part.add_weekdays((day - 1 + days_later) % kDaysOfWeek + 1);
    }
    if (part.weekdays().empty() != window.weekdays().empty()) return;
    part.set_from_minute(from);
    part.set_to_minute(to);
    readable.push_back(std::move(part));
  };
  for (const ev::TimeWindow& window : windows) {
    const uint32_t from = window.from_minute();
    const uint32_t to = std::min(window.to_minute(), kMinutesOfDay);
    if (from >= kMinutesOfDay) continue;
    if (from < to) {
      add(window, 0, from, to);
    } else if (from > to) {
      add(window, 0, from, kMinutesOfDay);
      add(window, 1, 0, to);
    }
  }
  return readable;
}

void SetUntil(std::optional<int64_t> until, RuleRecord* record) { record->until_micros = until; }

std::optional<int64_t> MicrosOf(bool has, const google::protobuf::Timestamp& at) {
  if (!has) return std::nullopt;
  return constancia::MicrosOf(at);
}

bool IsWritten(ev::StatementForm how) { return how == ev::STATEMENT_FORM_WRITTEN; }

bool IsServed(ev::ServiceResult result) {
  return result == ev::SERVICE_RESULT_SERVED || result == ev::SERVICE_RESULT_SERVED_BY_LAW;
}

bool IsPause(ev::InsolvencyProcedure procedure) {
  return procedure == ev::INSOLVENCY_PROCEDURE_BREATHING_SPACE;
}

// Consents to be contacted; others allow something else.
bool IsForContact(ev::ConsentPurpose purpose) {
  return purpose == ev::CONSENT_PURPOSE_UNSPECIFIED || purpose == ev::CONSENT_PURPOSE_CONTACT;
}

// The reasons that mean no contact meanwhile; "" for the others.
std::string_view SuspensionWord(ev::SuspensionReason reason) {
  switch (reason) {
    case ev::SUSPENSION_REASON_DISPUTE:
      return "dispute";
    case ev::SUSPENSION_REASON_COMPLAINT:
      return "complaint";
    case ev::SUSPENSION_REASON_INSOLVENCY:
      return "insolvency";
    case ev::SUSPENSION_REASON_DECEASED:
      return "deceased";
    case ev::SUSPENSION_REASON_COURT_ORDER:
      return "court_order";
    case ev::SUSPENSION_REASON_CREDITOR_INSTRUCTION:
      return "creditor_instruction";
    case ev::SUSPENSION_REASON_VULNERABILITY:
      return "vulnerability";
    default:
      return "";
  }
}

using Tell = std::function<void(std::string_view, Words&)>;
using Row = std::pair<std::string_view, Tell>;

template <typename Payload>
Row On(void (*say)(const Payload&, Words&)) {
  return {std::string_view(Payload::descriptor()->name()),
          [say](std::string_view public_part, Words& words) {
            Payload payload;
            if (!payload.ParseFromArray(public_part.data(), static_cast<int>(public_part.size())))
              return;
            words.Begin(payload);
            say(payload, words);
          }};
}

// The table. A line says: this event, these words.
const absl::flat_hash_map<std::string_view, Tell>& Table() {
  static const auto* table = new absl::flat_hash_map<std::string_view, Tell>{
      // Courts and insolvency.
      On<ev::ServiceOfProcess>([](const auto& e, Words& words) {
        if (IsServed(e.result())) words.Debts("served_in_lawsuit");
      }),
      On<ev::DocketActRecorded>([](const auto& e, Words& words) {
        if (e.effect() == ev::DOCKET_EFFECT_ENDS) words.Debts("suit_ended");
      }),
      On<ev::ClaimWithdrawn>([](const auto&, Words& words) { words.Debts("suit_ended"); }),
      On<ev::InsolvencyRecorded>([](const auto& e, Words& words) {
        words.Person(IsPause(e.procedure()) ? "breathing_space_opened" : "insolvency_opened");
      }),
      On<ev::InsolvencyEnded>([](const auto& e, Words& words) {
        words.Person(IsPause(e.procedure()) ? "breathing_space_ended" : "insolvency_ended");
      }),

      // The person and who speaks for him.
      On<ev::RepresentationRecorded>([](const auto& e, Words& words) {
        if (e.scope() == ev::REPRESENTATION_SCOPE_ALL_DEBTS) {
          words.PersonForAllDebts("attorney_represented");
        } else {
          words.Person("attorney_represented");
        }
      }),
      On<ev::RepresentationEnded>(
          [](const auto&, Words& words) { words.Person("representation_ended"); }),
      On<ev::DeathReported>([](const auto&, Words& words) { words.Person("deceased"); }),
      On<ev::DeathConfirmed>([](const auto&, Words& words) { words.Person("deceased"); }),
      On<ev::VulnerabilityRecorded>([](const auto& e, Words& words) {
        SetUntil(words.EndOf(e.until()), words.Person("vulnerable"));
      }),
      On<ev::VulnerabilityEnded>(
          [](const auto&, Words& words) { words.Person("vulnerability_ended"); }),
      On<ev::HardshipDeclared>([](const auto& e, Words& words) {
        SetUntil(words.EndOf(e.until()), words.Person("hardship_declared"));
      }),

      // Contact points.
      On<ev::ContactPointAdded>([](const auto& e, Words& words) {
        if (e.provenance() == ev::ADDRESS_PROVENANCE_DEBTOR)
          words.Point("address_from_debtor", e.contact_point_id());
        if (e.provenance() == ev::ADDRESS_PROVENANCE_CREDITOR)
          words.Point("address_from_creditor", e.contact_point_id());
      }),
      On<ev::ContactPointInvalidated>([](const auto& e, Words& words) {
        words.Point("point_invalidated", e.contact_point_id());
      }),
      On<ev::ContactPointOwnerChanged>([](const auto& e, Words& words) {
        words.Point("point_invalidated", e.contact_point_id());
      }),
      On<ev::ContactPointVerified>([](const auto& e, Words& words) {
        if (e.result() == ev::VERIFICATION_RESULT_CONFIRMED)
          words.Point("point_confirmed", e.contact_point_id());
        if (e.result() == ev::VERIFICATION_RESULT_REFUTED)
          words.Point("point_invalidated", e.contact_point_id());
      }),

      // Consents and authorisations.
      On<ev::ConsentGranted>([](const auto& e, Words& words) {
        const std::optional<int64_t> until = MicrosOf(e.has_expires_at(), e.expires_at());
        if (e.purpose() == ev::CONSENT_PURPOSE_FURTHER_CALLS)
          return SetUntil(until, words.Person("consent_calls"));
        if (e.scope() == ev::CONSENT_SCOPE_WORK_EMAIL)
          return SetUntil(until, words.Person("consent_email_work"));
        if (IsForContact(e.purpose())) words.Channel("authorised_", e.channel());
      }),
      On<ev::ConsentRevoked>([](const auto& e, Words& words) {
        if (e.purpose() == ev::CONSENT_PURPOSE_FURTHER_CALLS) words.Person("consent_ended");
        if (IsForContact(e.purpose())) words.Channel("revoked_", e.channel());
      }),
      On<ev::ChannelAuthorised>([](const auto& e, Words& words) {
        words.Channel("authorised_", e.channel());
        if (e.channel() == ev::CHANNEL_VISIT && e.basis() == ev::CHANNEL_BASIS_MICROCREDIT)
          words.Person("visit_authorised_microcredit");
      }),
      On<ev::ChannelDeauthorised>(
          [](const auto& e, Words& words) { words.Channel("revoked_", e.channel()); }),

      // Requests and preferences. Whether a request to stop binds as such or as a reasonable
      // request
      // is for the packs to say.
      On<ev::MediumStopRequested>([](const auto& e, Words& words) {
        words.Channel("stop_", e.channel());
        words.Channel("reasonable_request_", e.channel());
      }),
      On<ev::CeaseContactRequested>([](const auto& e, Words& words) {
        words.PersonForAllDebts("cease_requested");
        if (!IsWritten(e.how())) return;
        if (e.scope() == ev::CEASE_SCOPE_ALL_DEBTS) {
          words.PersonForAllDebts("cease_written");
        } else {
          words.Debts("cease_written");
        }
      }),
      // What it does not name stays barred.
      On<ev::CeaseContactLifted>([](const auto&, Words& words) { words.Debts("cease_lifted"); }),
      On<ev::InconvenientTimeOrPlaceReported>([](const auto& e, Words& words) {
        auto windows = Readable(e.windows());
        // Without windows the record would close every hour.
        if (!windows.empty()) words.Person("inconvenient_time")->windows = std::move(windows);
        if (e.employer_prohibits() || e.place() == ev::PLACE_WORK)
          words.Person("employer_prohibits");
      }),
      On<ev::PreferredTimeSet>([](const auto& e, Words& words) {
        auto windows = Readable(e.windows());
        // Without windows the record would open every hour: only where none was named.
        if (e.waives_hours() && windows.empty() == e.windows().empty())
          words.Person("hours_waiver")->windows = std::move(windows);
      }),
      On<ev::PreferenceWithdrawn>([](const auto& e, Words& words) {
        switch (e.of()) {
          case ev::PREFERENCE_KIND_CHANNEL_REQUEST:
            return words.Channel("request_withdrawn_", e.channel());
          case ev::PREFERENCE_KIND_INCONVENIENT_TIME:
            words.Person("request_withdrawn_time");
            return;
          case ev::PREFERENCE_KIND_EMPLOYER_PROHIBITION:
            words.Person("employer_allows");
            return;
          case ev::PREFERENCE_KIND_HOURS_WAIVER:
            words.Person("waiver_ended");
            return;
          case ev::PREFERENCE_KIND_FURTHER_CALLS:
          case ev::PREFERENCE_KIND_WORK_EMAIL:
            words.Person("consent_ended");
            return;
          default:
            return;
        }
      }),
      On<ev::InformationRequested>(
          [](const auto&, Words& words) { words.Person("info_requested"); }),

      // Disputes, complaints and notices. Who denies every debt is not the debtor until that is
      // found wrong.
      On<ev::DisputeOpened>([](const auto& e, Words& words) {
        words.Debts("dispute_opened");
        if (IsWritten(e.how())) words.Debts("dispute_written");
        if (e.kind() == ev::DISPUTE_KIND_NOT_MINE && e.obligation_ids().empty())
          words.Person("wrong_party");
      }),
      On<ev::DisputeResolved>([](const auto& e, Words& words) {
        words.Debts("dispute_resolved");
        if (e.outcome() == ev::DISPUTE_OUTCOME_REJECTED ||
            e.outcome() == ev::DISPUTE_OUTCOME_WITHDRAWN)
          words.Person("party_confirmed");
      }),
      On<ev::VerificationSent>([](const auto&, Words& words) { words.Debts("verification_sent"); }),
      On<ev::ComplaintReceived>(
          [](const auto&, Words& words) { words.Case("complaint_received"); }),
      On<ev::ComplaintClosed>([](const auto&, Words& words) { words.Case("complaint_closed"); }),
      On<ev::AssignmentNotified>(
          [](const auto&, Words& words) { words.Debts("assignment_notified"); }),

      // The case and what was agreed in it.
      On<ev::CaseSuspended>([](const auto& e, Words& words) {
        const std::string_view reason = SuspensionWord(e.reason());
        if (reason.empty()) return;
        SetUntil(words.StartOf(e.until()), words.Case(absl::StrCat("suspended_", ToAbsl(reason))));
      }),
      On<ev::CaseResumed>([](const auto& e, Words& words) {
        const std::string_view reason = SuspensionWord(e.reason());
        if (!reason.empty()) words.Case(absl::StrCat("resumed_", ToAbsl(reason)));
      }),
      On<ev::CaseClosed>([](const auto&, Words& words) { words.Case("case_closed"); }),
      On<ev::CaseReopened>([](const auto&, Words& words) { words.Case("case_reopened"); }),
      On<ev::PromiseMade>([](const auto&, Words& words) { words.Debts("promise_made"); }),
      On<ev::PromiseKept>([](const auto&, Words& words) { words.Debts("promise_ended"); }),
      On<ev::PromiseBroken>([](const auto&, Words& words) { words.Debts("promise_ended"); }),
      On<ev::PromiseCancelled>([](const auto&, Words& words) { words.Debts("promise_ended"); }),
  };
  return *table;
}

}  // namespace

std::string PersonOwner(std::string_view person) { return absl::StrCat("p/", ToAbsl(person)); }
std::string DebtOwner(std::string_view debt) { return absl::StrCat("d/", ToAbsl(debt)); }
std::string CaseOwner(std::string_view case_id) { return absl::StrCat("k/", ToAbsl(case_id)); }
std::string PointOwner(std::string_view person, std::string_view contact_point) {
  // No id holds a NUL.
  return absl::StrCat("a/", ToAbsl(person), absl::string_view("\0", 1), ToAbsl(contact_point));
}

bool MakesRecords(std::string_view type) { return Table().contains(type); }

std::vector<RuleRecord> RecordsOf(std::string_view type, std::string_view public_part,
                                  int32_t offset_minutes) {
  const auto row = Table().find(type);
  if (row == Table().end()) return {};
  Words words(offset_minutes);
  row->second(public_part, words);
  return words.Take();
}

}  // namespace constancia
