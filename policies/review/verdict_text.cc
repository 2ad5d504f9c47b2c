#include "policies/review/verdict_text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "policies/engine/conduct.h"
#include "policies/engine/vocabulary.h"
#include "policies/review/rule_text.h"

namespace constancia::policies {
namespace {

using counsel::v1::Finding;
using counsel::v1::Proposal;
using counsel::v1::Verdict;

// One thing said in three languages.
struct Phrase {
  std::string_view es, pt, en;

  absl::string_view In(Language language) const {
    if (language == Language::kPortuguese) return ToAbsl(pt);
    return ToAbsl(language == Language::kEnglish ? en : es);
  }
};

constexpr std::array<Phrase, kChannelCount> kChannels = {{
    {"una llamada", "uma ligação", "a call"},
    {"una llamada (trabajo)", "uma ligação (trabalho)", "a call (workplace)"},
    {"un mensaje de voz grabado", "uma mensagem de voz gravada", "a recorded voice message"},
    {"una visita", "uma visita", "a visit"},
    {"una visita (trabajo)", "uma visita (trabalho)", "a visit (workplace)"},
    {"un SMS", "um SMS", "an SMS"},
    {"un mensaje instantáneo", "uma mensagem instantânea", "an instant message"},
    {"un correo electrónico", "um e-mail", "an email"},
    {"un correo electrónico (trabajo)", "um e-mail (trabalho)", "an email (workplace)"},
    {"una carta", "uma carta", "a letter"},
    {"un mensaje en una red social", "uma mensagem em rede social", "a social network message"},
}};

constexpr std::array<Phrase, kPartyCount> kParties = {{
    {"al deudor", "ao devedor", "to the debtor"},
    {"al codeudor", "ao codevedor", "to the joint debtor"},
    {"al aval o fiador", "ao fiador", "to the guarantor"},
    {"al cónyuge", "ao cônjuge", "to the spouse"},
    {"al abogado", "ao advogado", "to the attorney"},
    {"al empleador", "ao empregador", "to the employer"},
    {"a la referencia", "à referência", "to the reference"},
    {"a un tercero", "a um terceiro", "to a third party"},
    {"a quien puede ubicar al deudor", "a quem pode localizar o devedor",
     "to somebody asked where the debtor is"},
}};

constexpr Phrase kAllowed = {"Se permite", "É permitido", "Allowed"};
constexpr Phrase kDenied = {"No se permite", "Não é permitido", "Not allowed"};
constexpr Phrase kReferred = {"Se permite, y antes debe mirarlo una persona",
                              "É permitido, e antes uma pessoa deve olhar",
                              "Allowed, and a person should look first"};
constexpr Phrase kKept = {"En regla", "Em ordem", "In order"};
constexpr Phrase kBroken = {"Infringe una regla", "Infringe uma regra", "Breaks a rule"};
constexpr Phrase kLook = {"Debe mirarlo una persona", "Uma pessoa deve olhar",
                          "A person should look at it"};
constexpr Phrase kOn = {"el", "em", "on"};
constexpr Phrase kRule = {"Regla", "Regra", "Rule"};
constexpr Phrase kSource = {"Fuente", "Fonte", "Source"};
constexpr Phrase kFrom = {"Se permite desde", "É permitido a partir de", "Allowed from"};
constexpr Phrase kNever = {"Con lo que se sabe, ninguna fecha de los próximos 400 días lo permite",
                           "Com o que se sabe, nenhuma data dos próximos 400 dias o permite",
                           "As far as is known, no date of the next 400 days allows it"};
constexpr Phrase kLifted = {"no se aplica, por", "não se aplica, por", "does not apply, by"};
constexpr Phrase kAsked = {"Reglas consultadas", "Regras consultadas", "Rules asked"};
constexpr Phrase kUnder = {"Consultado", "Consultado", "Consulted"};
constexpr Phrase kVersion = {"versión", "versão", "version"};
constexpr Phrase kCalendar = {"calendario", "calendário", "calendar"};
constexpr Phrase kZones = {"zonas horarias", "fusos horários", "time zones"};
constexpr Phrase kReadings = {"Lecturas", "Leituras", "Readings"};
constexpr Phrase kOtherText = {"No está a mano el texto que se usó de",
                               "Não está à mão o texto "
                               "usado de",
                               "Not at hand is the text that was used of"};
constexpr Phrase kDuty = {"Deber", "Dever", "Duty"};
constexpr Phrase kUntil = {"hasta", "até", "until"};

// A word of the rules in the order of its enumeration; itself when it is none.
template <typename Word, size_t kCount>
std::string WordText(const std::array<Phrase, kCount>& phrases, const std::string& word,
                     Language language) {
  const std::optional<Word> read = ParseWord<Word>(word);
  return read ? std::string(phrases[static_cast<size_t>(*read)].In(language)) : word;
}

std::string Standing(const Finding& finding, std::string_view mark, Language language) {
  constexpr Phrase kHouse = {"norma de la casa, no es ley", "norma da casa, não é lei",
                             "a rule of the house, no law"};
  constexpr Phrase kReview = {"aviso para una persona", "aviso para uma pessoa",
                              "a notice for a person"};
  constexpr Phrase kPresumption = {"presunción legal", "presunção legal", "a presumption of law"};
  constexpr Phrase kProhibition = {"prohibición legal", "proibição legal", "a prohibition of law"};
  if (finding.severity() == Finding::REVIEW) return std::string(kReview.In(language));
  if (finding.severity() == Finding::HOUSE || mark == "P") return std::string(kHouse.In(language));
  return std::string(
      (finding.severity() == Finding::PRESUMPTION ? kPresumption : kProhibition).In(language));
}

std::string LocalText(int64_t micros, const Proposal& proposal, const absl::TimeZone& zone) {
  return absl::StrCat(absl::FormatTime("%Y-%m-%d %H:%M:%S", absl::FromUnixMicros(micros), zone),
                      " (", proposal.zones().empty() ? "UTC" : proposal.zones(0), ")");
}

const PackSet::Member* FindMember(const PackSet& packs, std::string_view pack, uint32_t version) {
  for (const PackSet::Member& member : packs.members()) {
    const policy::v1::Pack& text = member.pack->text();
    if (text.pack() == pack && text.version() == version) return &member;
  }
  return nullptr;
}

// `sentence` is what the rule says about what was asked.
ReasonText Reason(const PackSet& packs, const Finding& finding, const std::string& date,
                  std::string sentence, Language language) {
  ReasonText reason;
  reason.rule = finding.rule_id();
  const PackSet::Member* member = FindMember(packs, finding.pack(), finding.pack_version());
  const policy::v1::Rule* rule =
      member == nullptr
          ? nullptr
          : FindRuleText(member->pack->text(), finding.rule_id(), date, finding.kind());
  reason.standing = Standing(finding, rule == nullptr ? "" : rule->law().mark(), language);
  if (rule == nullptr) return reason;
  reason.sentence = std::move(sentence);
  reason.law = In(rule->law().text(), language);
  reason.citation = rule->law().citation();
  reason.mark = SurenessText(rule->law(), language);
  return reason;
}

absl::TimeZone ZoneOf(const PackSet& packs, const Proposal& proposal) {
  const absl::TimeZone* named =
      proposal.zones().empty() ? nullptr : packs.zones().Find(proposal.zones(0));
  return named == nullptr ? absl::UTCTimeZone() : *named;
}

// "una llamada al deudor, el 2025-03-10 09:00:00 (America/Santiago)"
std::string ContactText(const Proposal& proposal, const absl::TimeZone& zone, Language language) {
  return absl::StrCat(WordText<Channel>(kChannels, proposal.channel(), language), " ",
                      WordText<Party>(kParties, proposal.party(), language), ", ", kOn.In(language),
                      " ", LocalText(proposal.at_micros(), proposal, zone));
}

// Why no permit covers a contact.
std::string UngovernedText(event::v1::UngovernedReason why, Language language) {
  constexpr Phrase kUngoverned = {"Ningún permiso lo ampara", "Nenhuma permissão o ampara",
                                  "No permit covers it"};
  constexpr Phrase kNone = {"no nombra ninguno", "não nomeia nenhuma", "it names none"};
  constexpr Phrase kExpired = {"el que nombra había vencido", "a que nomeia havia vencido",
                               "the one it names had expired"};
  constexpr Phrase kUsed = {"otro contacto había usado el que nombra",
                            "outro contato havia usado a que nomeia",
                            "another contact had used the one it names"};
  constexpr Phrase kMismatch = {"el que nombra es para otra persona, otro canal u otra deuda",
                                "a que nomeia é para outra pessoa, outro canal ou outra dívida",
                                "the one it names is for another person, channel or debt"};
  const Phrase* reason = &kNone;
  if (why == event::v1::UNGOVERNED_REASON_PERMIT_EXPIRED) reason = &kExpired;
  if (why == event::v1::UNGOVERNED_REASON_PERMIT_USED) reason = &kUsed;
  if (why == event::v1::UNGOVERNED_REASON_PERMIT_MISMATCH) reason = &kMismatch;
  return absl::StrCat(kUngoverned.In(language), ": ", reason->In(language));
}

// What was consulted, and which of it is not at hand.
void AddBasis(const PackSet& packs, const Verdict& verdict, Language language, VerdictText* text) {
  std::string consulted;
  std::string missing;
  for (const counsel::v1::PackUsed& used : verdict.packs()) {
    const std::string name =
        absl::StrCat(used.pack(), " ", kVersion.In(language), " ", used.version());
    absl::StrAppend(&consulted, consulted.empty() ? "" : ", ", name, " (",
                    HexEncode(used.digest()).substr(0, 16), ")");
    const PackSet::Member* member = FindMember(packs, used.pack(), used.version());
    if (member == nullptr || member->pack->digest().view() != used.digest()) {
      absl::StrAppend(&missing, missing.empty() ? "" : ", ", name);
    }
  }
  for (const counsel::v1::CalendarUsed& used : verdict.calendars()) {
    absl::StrAppend(&consulted, ", ", kCalendar.In(language), " ", used.version());
  }
  absl::StrAppend(&consulted, ", ", kZones.In(language), " ", verdict.tzdb_version());
  if (!missing.empty()) {
    text->notes.push_back(absl::StrCat(kOtherText.In(language), " ", missing, "."));
  }
  text->notes.push_back(absl::StrCat(kUnder.In(language), ": ", consulted, "."));
  std::string readings;
  for (const counsel::v1::SwitchUsed& used : verdict.switches()) {
    absl::StrAppend(&readings, readings.empty() ? "" : ", ", used.switch_id(), " = ", used.value());
  }
  if (!readings.empty()) {
    text->notes.push_back(absl::StrCat(kReadings.In(language), ": ", readings, "."));
  }
}

}  // namespace

VerdictText ExplainVerdict(const PackSet& packs, const Proposal& proposal, const Verdict& verdict,
                           Language language) {
  const absl::TimeZone zone = ZoneOf(packs, proposal);
  const std::string date = absl::FormatCivilTime(LocalDate({proposal.at_micros()}, zone));
  const Phrase& answer = verdict.outcome() == Verdict::DENY    ? kDenied
                         : verdict.outcome() == Verdict::REFER ? kReferred
                                                               : kAllowed;
  VerdictText text;
  text.headline =
      absl::StrCat(answer.In(language), ": ", ContactText(proposal, zone, language), ".");
  for (const Finding& finding : verdict.findings()) {
    if (finding.result() == Finding::EXEMPT) {
      text.notes.push_back(absl::StrCat(finding.rule_id(), " ", kLifted.In(language), " ",
                                        finding.exempted_by(), "."));
    }
    if (finding.result() != Finding::FAIL) continue;
    ReasonText reason =
        Reason(packs, finding, date, Explain(packs, proposal, finding, language), language);
    const bool decides = finding.rule_id() == verdict.rule() && text.reasons.size() > 0 &&
                         text.reasons.front().rule != verdict.rule();
    text.reasons.insert(decides ? text.reasons.begin() : text.reasons.end(), std::move(reason));
  }
  if (verdict.outcome() == Verdict::DENY) {
    text.notes.push_back(
        verdict.has_next_allowed_at_micros()
            ? absl::StrCat(kFrom.In(language), " ",
                           LocalText(verdict.next_allowed_at_micros(), proposal, zone), ".")
            : absl::StrCat(kNever.In(language), "."));
  }
  for (const counsel::v1::Duty& duty : verdict.duties()) {
    text.notes.push_back(
        absl::StrCat(kDuty.In(language), ": ", duty.rule_id(),
                     duty.due_date().empty() ? "" : absl::StrCat(", ", kUntil.In(language), " "),
                     duty.due_date(), "."));
  }
  text.notes.push_back(absl::StrCat(kAsked.In(language), ": ", verdict.findings_size(), "."));
  AddBasis(packs, verdict, language, &text);
  return text;
}

VerdictText ExplainConductVerdict(const PackSet& packs, std::string_view date,
                                  const Verdict& verdict, Language language) {
  const Phrase& answer = verdict.outcome() == Verdict::DENY    ? kBroken
                         : verdict.outcome() == Verdict::REFER ? kLook
                                                               : kKept;
  VerdictText text;
  text.headline = absl::StrCat(answer.In(language), ": ", ToAbsl(date), ".");
  absl::CivilDay day;
  const bool dated = absl::ParseCivilTime(ToAbsl(date), &day);
  for (const Finding& finding : verdict.findings()) {
    if (finding.result() != Finding::FAIL) continue;
    std::string sentence = dated ? ExplainConduct(packs, day, finding, language) : "";
    text.reasons.push_back(
        Reason(packs, finding, std::string(date), std::move(sentence), language));
  }
  text.notes.push_back(absl::StrCat(kAsked.In(language), ": ", verdict.findings_size(), "."));
  AddBasis(packs, verdict, language, &text);
  return text;
}

VerdictText ExplainViolation(const PackSet& packs, const Proposal& act,
                             const event::v1::ViolationDetected& violation, Language language) {
  constexpr Phrase kLate = {"Se sabe por hechos que llegaron después; entonces no podía saberse",
                            "Sabe-se por fatos que chegaram depois; então não se podia saber",
                            "It is known by facts that arrived later; it could not be known then"};
  const Verdict& verdict = violation.verdict();
  const bool of_contact =
      std::all_of(verdict.findings().begin(), verdict.findings().end(),
                  [](const Finding& finding) { return finding.kind().empty(); });
  const absl::TimeZone zone = ZoneOf(packs, act);
  const std::string date = absl::FormatCivilTime(LocalDate({act.at_micros()}, zone));
  VerdictText text = of_contact ? ExplainVerdict(packs, act, verdict, language)
                                : ExplainConductVerdict(packs, date, verdict, language);
  const std::string governed = violation.ungoverned() == event::v1::UNGOVERNED_REASON_UNSPECIFIED
                                   ? ""
                                   : UngovernedText(violation.ungoverned(), language);
  const std::string what = violation.rule_id().empty()
                               ? governed
                               : absl::StrCat(kBroken.In(language), ", ", violation.rule_id());
  text.headline = absl::StrCat(
      what, ". ",
      of_contact ? ContactText(act, zone, language) : absl::StrCat(kOn.In(language), " ", date),
      ".");
  std::stable_partition(text.reasons.begin(), text.reasons.end(), [&](const ReasonText& reason) {
    return reason.rule == violation.rule_id();
  });
  if (violation.unknowable_at_the_time()) {
    text.notes.insert(text.notes.begin(), absl::StrCat(kLate.In(language), "."));
  }
  if (!violation.rule_id().empty() && !governed.empty()) {
    text.notes.insert(text.notes.begin(), absl::StrCat(governed, "."));
  }
  return text;
}

std::string ToText(const VerdictText& text, Language language) {
  std::string out = absl::StrCat(text.headline, "\n");
  for (size_t i = 0; i < text.reasons.size(); ++i) {
    const ReasonText& reason = text.reasons[i];
    absl::StrAppend(&out, "\n", i + 1, ". ",
                    reason.sentence.empty() ? reason.rule : reason.sentence, "\n   ",
                    kRule.In(language), " ", reason.rule, " (", reason.standing, ")");
    if (!reason.law.empty()) absl::StrAppend(&out, ": ", reason.law);
    absl::StrAppend(&out, "\n");
    if (!reason.citation.empty()) {
      absl::StrAppend(&out, "   ", kSource.In(language), ": ", reason.citation, " (", reason.mark,
                      ")\n");
    }
  }
  out += "\n";
  for (const std::string& note : text.notes) absl::StrAppend(&out, note, "\n");
  return out;
}

}  // namespace constancia::policies
