#include "api/cli/sandbox/portfolio.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "api/cli/sandbox/made_up_id.h"
#include "api/cli/sandbox/story.h"
#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/money.pb.h"
#include "constancia/event/v1/negotiation.pb.h"
#include "constancia/event/v1/party.pb.h"
#include "constancia/event/v1/portfolio.pb.h"
#include "constancia/event/v1/rights.pb.h"
#include "core/base/bytes.h"
#include "core/base/indexed_amount.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "core/crypto/sha256.h"
#include "google/protobuf/descriptor.h"

namespace constancia::api {
namespace {

using namespace event::v1;  // NOLINT: the generator speaks of nothing else.

constexpr std::array<std::string_view, 12> kGivenNames = {"Ana",       "Luis",  "María", "Jorge",
                                                          "Camila",    "Pedro", "Sofía", "Andrés",
                                                          "Valentina", "Diego", "Lucía", "Mateo"};
constexpr std::array<std::string_view, 12> kFamilyNames = {
    "Soto",     "Rojas",   "Gómez", "Hernández", "Muñoz", "Vargas",
    "Castillo", "Ramírez", "Peña",  "Torres",    "Núñez", "Salazar"};
constexpr std::array<std::string_view, 4> kAgents = {"agent-ana", "agent-luz", "agent-raul",
                                                     "agent-ines"};
constexpr std::array<std::string_view, 4> kProducts = {"consumer-loan", "credit-card",
                                                       "store-credit", "auto-loan"};

// How a story goes. The first of each country go in this order, so that a small portfolio has all.
enum class Plot {
  kSecondCallInAWeek,
  kPromiseKept,
  kSundayCall,
  kPromiseBroken,
  kNobodyAnswers,
  kLateCall,
  kPaysAlone,
  kDisputes,
};
constexpr int kPlots = 8;

template <size_t N>
std::string_view Pick(const std::array<std::string_view, N>& words, SeededRandom& random) {
  return words[random.Below(N)];
}

std::string DateText(absl::CivilDay day) {
  return absl::StrFormat("%04d-%02d-%02d", day.year(), day.month(), day.day());
}

// Tells one debtor's story.
class Teller {
 public:
  Teller(std::string name, const StoryPlace* place, uint64_t seed, absl::CivilDay as_of,
         bool indexed)
      : story_(std::move(name), place, seed),
        agent_(Pick(kAgents, story_.random())),
        debt_(place->unit_minor * static_cast<int64_t>(5 + story_.random().Below(60))),
        placed_(Story::Weekday(as_of - 75 - static_cast<int>(story_.random().Below(30)))),
        indexed_(indexed) {}

  void Tell(Plot plot) {
    Intake();
    switch (plot) {
      case Plot::kSecondCallInAWeek: {
        const absl::CivilDay day = Story::Weekday(placed_ + 7);
        Call(story_.At(day, 11, 5), REACH_RIGHT_PARTY, RESULT_NEGOTIATING);
        Call(story_.At(Story::Weekday(day + 2), 16, 40), REACH_RIGHT_PARTY, RESULT_REFUSES);
        Complain(story_.At(Story::Weekday(day + 5), 10, 0), COMPLAINT_CAUSE_REPEATED_CONTACT);
        break;
      }
      case Plot::kPromiseKept: {
        const absl::CivilDay due = Promise(Story::Weekday(placed_ + 6), debt_);
        const std::string payment = Pay(due - 1, debt_);
        CloseThePromise<PromiseKept>(due, debt_, payment);
        break;
      }
      case Plot::kSundayCall: {
        absl::CivilDay sunday = placed_ + 10;
        while (absl::GetWeekday(sunday) != absl::Weekday::sunday) ++sunday;
        Call(story_.At(sunday, 10, 30), REACH_RIGHT_PARTY, RESULT_COMPLAINS);
        Complain(story_.At(sunday + 1, 9, 15), COMPLAINT_CAUSE_OUT_OF_HOURS);
        Message(story_.At(Story::Weekday(sunday + 9), 10, 0), CHANNEL_EMAIL, "mail", REACH_SENT);
        break;
      }
      case Plot::kPromiseBroken: {
        const absl::CivilDay due = Promise(Story::Weekday(placed_ + 6), debt_ / 2);
        const std::string payment = Pay(due - 2, debt_ / 8);
        CloseThePromise<PromiseBroken>(due + 6, debt_ / 8, payment);
        Call(story_.At(Story::Weekday(due + 9), 17, 10), REACH_RIGHT_PARTY, RESULT_CANNOT_PAY);
        break;
      }
      case Plot::kNobodyAnswers:
        Call(story_.At(Story::Weekday(placed_ + 5), 12, 0), REACH_NO_ANSWER, RESULT_NO_RESULT);
        Message(story_.At(Story::Weekday(placed_ + 13), 10, 20), CHANNEL_SMS, "mobile",
                REACH_DELIVERED);
        Message(story_.At(Story::Weekday(placed_ + 22), 11, 45), CHANNEL_WHATSAPP, "mobile",
                REACH_READ);
        Letter(Story::Weekday(placed_ + 31));
        break;
      case Plot::kLateCall:
        Call(story_.At(Story::Weekday(placed_ + 8), 22, 35), REACH_RIGHT_PARTY, RESULT_HANG_UP);
        Message(story_.At(Story::Weekday(placed_ + 17), 9, 30), CHANNEL_SMS, "mobile", REACH_SENT);
        break;
      case Plot::kPaysAlone:
        Pay(placed_ + 9, debt_ / 3);
        Pay(placed_ + 39, debt_ - debt_ / 3);
        break;
      case Plot::kDisputes:
        Call(story_.At(Story::Weekday(placed_ + 6), 15, 0), REACH_RIGHT_PARTY, RESULT_DISPUTES);
        Dispute(Story::Weekday(placed_ + 7));
        break;
    }
  }

  const std::string& case_id() const { return story_.case_id(); }
  std::vector<Happening> Take() { return story_.Take(); }

 private:
  std::string Point(std::string_view kind) const {
    return absl::StrCat(story_.party_id(), "-", ToAbsl(kind));
  }

  void Intake() {
    SeededRandom& random = story_.random();
    const StoryPlace& place = story_.place();
    const auto batch = Machine("core-banking");
    story_.Begin(story_.At(placed_, 6, 0));

    const constancia::NationalId id = MakeUpId(place.country, random);
    const std::string given(Pick(kGivenNames, random));
    const std::string family =
        absl::StrCat(ToAbsl(Pick(kFamilyNames, random)), " ", ToAbsl(Pick(kFamilyNames, random)));
    PartyRegistered party;
    party.add_roles(PARTY_ROLE_DEBTOR);
    party.set_kind(PARTY_KIND_NATURAL);
    auto* document = party.add_id_docs();
    document->set_country(id.country);
    document->set_value(id.value);
    NationalIdType type = NATIONAL_ID_TYPE_UNSPECIFIED;
    NationalIdType_Parse(absl::StrCat("NATIONAL_ID_TYPE_", id.type), &type);
    document->set_type(type);
    party.mutable_names()->set_full_name(absl::StrCat(given, " ", family));
    party.mutable_names()->set_given_names(given);
    party.mutable_names()->set_family_names(family);
    party.set_language("es");
    party.set_zone(std::string(place.zone_name));
    party.set_jurisdiction(std::string(place.country));
    party.set_id_verified(true);
    party.add_regimes(std::string(place.regime));
    story_.Add(party, batch);

    phone_ = absl::StrFormat("%s%08d", ToAbsl(place.phone_prefix), random.Below(100'000'000));
    AddPoint("mobile", CONTACT_POINT_KIND_PHONE, phone_,
             {CHANNEL_VOICE_CALL, CHANNEL_SMS, CHANNEL_WHATSAPP});
    mail_ = absl::StrFormat("debtor%06d@example.com", random.Below(1'000'000));
    AddPoint("mail", CONTACT_POINT_KIND_EMAIL, mail_, {CHANNEL_EMAIL});
    AddPoint("home", CONTACT_POINT_KIND_ADDRESS,
             absl::StrCat("Calle ", 1 + random.Below(400), ", ", ToAbsl(place.city)),
             {CHANNEL_LETTER_POSTAL, CHANNEL_VISIT});

    ObligationPlaced debt;
    debt.set_product(indexed_ ? "mortgage" : std::string(Pick(kProducts, random)));
    debt.set_issue_date(DateText(placed_ - 400));
    debt.set_due_date(DateText(placed_ - 35));
    debt.set_accounting_mark(ACCOUNTING_MARK_PAST_DUE);
    debt.set_contract_information_given(true);
    debt.add_regimes(std::string(place.regime));
    if (indexed_) {
      Index(&debt);
    } else {
      debt.set_currency(std::string(place.currency));
      debt.mutable_components()->set_code(std::string(place.currency));
      debt.mutable_components()->set_principal_minor(debt_ - debt_ / 10);
      debt.mutable_components()->set_penalty_interest_minor(debt_ / 10);
    }
    story_.Add(debt, batch);

    CaseOpened opened;
    opened.set_stage(STAGE_PERSUASIVE);
    opened.set_agency_id("cobranza-sur");
    opened.set_zone(std::string(place.zone_name));
    opened.set_id_verified(true);
    opened.set_party_role(PARTY_ROLE_DEBTOR);
    opened.add_regimes(std::string(place.regime));
    auto* member = opened.add_parties();
    member->set_party_id(story_.party_id());
    member->set_role(PARTY_ROLE_DEBTOR);
    member->add_obligation_ids(story_.obligation_id());
    story_.Add(opened, batch);

    story_.Begin(story_.At(placed_, 8, 0));
    CaseAssigned assigned;
    assigned.set_team_id("team-early");
    assigned.set_agent_id(std::string(agent_));
    assigned.set_reason("portfolio-intake");
    story_.Add(assigned, Machine("assignment"));
  }

  // A debt in units of account, with the day's conversion beside it.
  void Index(ObligationPlaced* debt) {
    constexpr int64_t kUnitsMinor = 123'456;      // 12.3456 UF
    constexpr int64_t kUnitCentavos = 4'088'036;  // 40,880.36 pesos
    debt->set_currency("CLF");
    debt->mutable_components()->set_code("CLF");
    debt->mutable_components()->set_principal_minor(kUnitsMinor);
    IndexedAmount* indexed = debt->mutable_indexed();
    indexed->set_amount_minor(kUnitsMinor);
    indexed->set_code("CLF");
    indexed->set_index_value_minor(kUnitCentavos);
    indexed->set_index_exponent(2);
    indexed->set_index_date(DateText(placed_));
    indexed->set_source("banco-central-de-chile");
    debt_ = MultiplyAndRound(kUnitsMinor, kUnitCentavos, 1'000'000).value_or(0);
    *indexed->mutable_converted() = story_.Amount(debt_);
    indexed->set_rounding(ROUNDING_HALF_UP);
  }

  void AddPoint(std::string_view kind, ContactPointKind point_kind, const std::string& value,
                std::initializer_list<Channel> channels) {
    ContactPointAdded point;
    point.set_contact_point_id(Point(kind));
    point.set_kind(point_kind);
    point.set_value(value);
    point.set_owner_role(PARTY_ROLE_DEBTOR);
    point.set_place(PLACE_PERSONAL);
    point.set_provenance(ADDRESS_PROVENANCE_CREDITOR);
    for (const Channel channel : channels) point.add_channels(channel);
    story_.Add(point, Machine("core-banking"));
  }

  ContactAttempted Attempt(Channel channel, std::string_view point) {
    ContactAttempted attempt;
    attempt.set_channel(channel);
    attempt.set_direction(DIRECTION_OUTBOUND);
    attempt.set_purpose(PURPOSE_COLLECTION);
    attempt.set_contact_point_id(Point(point));
    attempt.set_address(point == "mail" ? mail_ : phone_);
    attempt.set_place(PLACE_PERSONAL);
    attempt.set_initiated_by(INITIATOR_COLLECTOR);
    attempt.set_language("es");
    attempt.set_party_role(PARTY_ROLE_DEBTOR);
    attempt.add_regimes(std::string(story_.place().regime));
    return attempt;
  }

  // A call and how it ended. Returns the attempt's event id.
  std::string Call(absl::Time at, Reach reach, Result result) {
    const auto agent = Agent(agent_);
    ContactAttempted attempt = Attempt(CHANNEL_VOICE_CALL, "mobile");
    attempt.mutable_started_at()->set_seconds(absl::ToUnixSeconds(at));
    attempt.set_agent_id(std::string(agent_));
    story_.Begin(at);
    const std::string attempt_id = story_.Add(attempt, agent);

    const bool reached = reach == REACH_RIGHT_PARTY;
    const int seconds = reached ? 60 + static_cast<int>(story_.random().Below(300)) : 25;
    ContactCompleted completed;
    completed.set_attempt_id(attempt_id);
    completed.mutable_ended_at()->set_seconds(absl::ToUnixSeconds(at) + seconds);
    completed.set_duration_seconds(static_cast<uint32_t>(seconds));
    completed.set_reach(reach);
    completed.set_result(result);
    completed.set_channel(CHANNEL_VOICE_CALL);
    completed.set_party_role(PARTY_ROLE_DEBTOR);
    completed.set_agent_id(std::string(agent_));
    if (reached) {
      completed.set_person_reached_role(PARTY_ROLE_DEBTOR);
      completed.set_identified_how(IDENTIFICATION_METHOD_SECURITY_QUESTIONS);
      completed.add_disclosures_made(DISCLOSURE_COLLECTOR_IDENTITY);
      completed.add_disclosures_made(DISCLOSURE_CREDITOR);
      completed.add_disclosures_made(DISCLOSURE_AMOUNTS);
    }
    story_.Begin(at + absl::Seconds(seconds));
    story_.Add(completed, agent);
    return attempt_id;
  }

  void Message(absl::Time at, Channel channel, std::string_view point, Reach reach) {
    ContactAttempted attempt = Attempt(channel, point);
    attempt.mutable_started_at()->set_seconds(absl::ToUnixSeconds(at));
    attempt.mutable_template_()->set_id("reminder");
    attempt.mutable_template_()->set_version(3);
    attempt.set_message_digest(std::string(Sha256("reminder/3").view()));
    story_.Begin(at);
    const std::string attempt_id = story_.Add(attempt, Machine("messaging"));
    ContactCompleted completed;
    completed.set_attempt_id(attempt_id);
    completed.set_reach(reach);
    completed.set_result(RESULT_MESSAGE_LEFT);
    completed.set_channel(channel);
    completed.set_party_role(PARTY_ROLE_DEBTOR);
    story_.Begin(at + absl::Minutes(4));
    story_.Add(completed, Machine("messaging"));
  }

  void Letter(absl::CivilDay day) {
    const std::string letter_id = absl::StrCat("L-", story_.case_id());
    LetterPosted posted;
    posted.set_letter_id(letter_id);
    posted.set_carrier("post");
    posted.set_contact_point_id(Point("home"));
    posted.set_party_role(PARTY_ROLE_DEBTOR);
    story_.Begin(story_.At(day, 16, 0));
    story_.Add(posted, Machine("letters"));
    LetterDelivered delivered;
    delivered.set_letter_id(letter_id);
    delivered.set_date(DateText(day + 5));
    delivered.set_party_role(PARTY_ROLE_DEBTOR);
    delivered.set_received_by_role(PARTY_ROLE_DEBTOR);
    story_.Begin(story_.At(day + 5, 13, 0));
    story_.Add(delivered, Machine("letters"));
  }

  // A call that ends with a promise. Returns the day it is due.
  absl::CivilDay Promise(absl::CivilDay day, int64_t amount_minor) {
    const absl::Time at = story_.At(day, 10, 15);
    const std::string attempt_id = Call(at, REACH_RIGHT_PARTY, RESULT_PROMISE);
    const absl::CivilDay due = day + 14;
    PromiseMade promise;
    promise.set_promise_id(promise_id());
    *promise.mutable_amount() = story_.Amount(amount_minor);
    promise.set_due_date(DateText(due));
    promise.set_channel(CHANNEL_VOICE_CALL);
    promise.set_attempt_id(attempt_id);
    promise.set_party_role(PARTY_ROLE_DEBTOR);
    promise.set_agent_id(std::string(agent_));
    story_.Begin(at + absl::Minutes(7));
    story_.Add(promise, Agent(agent_));
    return due;
  }

  std::string Pay(absl::CivilDay day, int64_t amount_minor) {
    PaymentConfirmed payment;
    payment.set_payment_id(absl::StrCat("PAY-", story_.case_id(), "-", ++payments_));
    *payment.mutable_amount() = story_.Amount(amount_minor);
    payment.set_means(PAYMENT_MEANS_TRANSFER);
    payment.set_pays_to(PAYEE_CREDITOR);
    payment.set_effective_date(DateText(day));
    story_.Begin(story_.At(day, 13, 20));
    return story_.Add(payment, Machine("payments"));
  }

  template <typename Outcome>
  void CloseThePromise(absl::CivilDay day, int64_t paid_minor, const std::string& payment) {
    Outcome outcome;
    outcome.set_promise_id(promise_id());
    *outcome.mutable_paid() = story_.Amount(paid_minor);
    outcome.set_caused_by_event_id(payment);
    story_.Begin(story_.At(day, 23, 30));
    story_.Add(outcome, Machine("promises"));
  }

  void Complain(absl::Time at, ComplaintCause cause) {
    ComplaintReceived complaint;
    complaint.set_complaint_id(absl::StrCat("COM-", story_.case_id()));
    complaint.set_cause(cause);
    complaint.set_channel(CHANNEL_EMAIL);
    complaint.set_text("No quiero que me llamen así.");
    complaint.set_party_role(PARTY_ROLE_DEBTOR);
    complaint.set_agent_id(std::string(agent_));
    story_.Begin(at);
    story_.Add(complaint, TheDebtor(story_.party_id()));
  }

  void Dispute(absl::CivilDay day) {
    DisputeOpened dispute;
    dispute.set_dispute_id(absl::StrCat("DIS-", story_.case_id()));
    dispute.set_kind(DISPUTE_KIND_AMOUNT);
    dispute.set_how(STATEMENT_FORM_WRITTEN);
    dispute.set_channel(CHANNEL_EMAIL);
    dispute.set_statement("Ya pagué una parte; el saldo no es ese.");
    dispute.set_party_role(PARTY_ROLE_DEBTOR);
    story_.Begin(story_.At(day, 9, 40));
    story_.Add(dispute, TheDebtor(story_.party_id()));
  }

  std::string promise_id() const { return absl::StrCat("PRO-", story_.case_id()); }

  Story story_;
  const std::string_view agent_;
  int64_t debt_;
  const absl::CivilDay placed_;
  const bool indexed_;
  std::string phone_;
  std::string mail_;
  int payments_ = 0;
};

absl::StatusOr<std::array<StoryPlace, 3>> Places() {
  std::array<StoryPlace, 3> places = {{
      {"CL", "CL", "America/Santiago", {}, "CLP", 40'000, "banco-andino", "+569", "Santiago"},
      {"CO", "CO", "America/Bogota", {}, "COP", 15'000'000, "credito-bogota", "+573", "Bogotá"},
      {"MX",
       "MX-CONDUSEF",
       "America/Mexico_City",
       {},
       "MXN",
       80'000,
       "tienda-azteca",
       "+525",
       "Ciudad de México"},
  }};
  for (StoryPlace& place : places) {
    if (!absl::LoadTimeZone(std::string(place.zone_name), &place.zone)) {
      return Error(error::v1::SETUP_INVALID, "no time-zone database; install tzdata");
    }
  }
  return places;
}

// What to look at first, and what makes it worth it.
std::string_view WhyOf(Plot plot) {
  switch (plot) {
    case Plot::kSecondCallInAWeek:
      return "called twice in one week, then a complaint";
    case Plot::kPromiseKept:
      return "promise made by telephone, kept, debt paid";
    case Plot::kSundayCall:
      return "called on a Sunday, then a complaint";
    default:
      return "";
  }
}

}  // namespace

absl::StatusOr<Portfolio> MakePortfolio(const PortfolioOptions& options) {
  if (options.debtors == 0 || options.debtors > kSandboxDebtorsMax) {
    return Error(error::v1::LIMIT_EXCEEDED,
                 absl::StrCat("a sandbox has 1 to ", kSandboxDebtorsMax, " debtors"));
  }
  ASSIGN_OR_RETURN(const auto places, Places());
  const absl::CivilDay as_of(options.as_of.year, options.as_of.month, options.as_of.day);
  const absl::CivilDay last = as_of - 1;

  Portfolio portfolio;
  std::vector<Happening> happenings;
  for (uint32_t i = 0; i < options.debtors; ++i) {
    const StoryPlace& place = places[i % places.size()];
    const uint32_t number = i / static_cast<uint32_t>(places.size());
    // Plots are offset by country, so that the first three debtors differ.
    const auto plot = static_cast<Plot>((number + i % places.size()) % kPlots);
    const std::string name =
        absl::StrFormat("%s%d-%04d", ToAbsl(place.country), options.seed, number + 1);
    const bool indexed = i == 0;
    Teller teller(name, &place, SeededRandom(options.seed ^ (uint64_t{i + 1} << 32)).Below(~0ULL),
                  as_of, indexed);
    teller.Tell(plot);
    if (portfolio.highlights.size() < 3 && !WhyOf(plot).empty()) {
      portfolio.highlights.push_back({teller.case_id(), std::string(WhyOf(plot))});
    }
    for (Happening& happening : teller.Take()) {
      if (absl::ToCivilDay(happening.at, place.zone) > last) break;
      happenings.push_back(std::move(happening));
    }
  }
  std::stable_sort(happenings.begin(), happenings.end(),
                   [](const Happening& a, const Happening& b) { return a.at < b.at; });
  for (Happening& happening : happenings) {
    for (const v1::EventDraft& draft : happening.append.events()) {
      const std::string& url = draft.payload().type_url();
      ++portfolio.events_by_type[url.substr(url.rfind('.') + 1)];
    }
    portfolio.appends.push_back(std::move(happening.append));
  }
  return portfolio;
}

}  // namespace constancia::api
