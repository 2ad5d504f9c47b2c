#include "api/export/regulator/report.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/status.h"
#include "core/crypto/sha256.h"

namespace constancia::api {
namespace {

// The radio buttons choose which of the three languages is shown.
constexpr std::string_view kStyle =
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem;"
    "color:#1b1f24;background:#fff}"
    "h1{font-size:1.5rem;margin:.5rem 0}"
    "label{margin-right:1rem}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{border-bottom:1px solid #d0d7de;padding:.35rem .6rem;text-align:left;vertical-align:top}"
    "th{position:sticky;top:0;background:#f6f8fa}"
    "code,pre{font:12px/1.4 ui-monospace,monospace;overflow-wrap:anywhere;white-space:pre-wrap}"
    ".es,.pt,.en{display:none}"
    "#es:checked~* .es,#pt:checked~* .pt,#en:checked~* .en{display:inline}"
    "@media(prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}"
    "th{background:#161b22}th,td{border-color:#30363d}}";

struct Words {
  std::string_view es, pt, en;
};

constexpr Words kTrail = {"Historia del caso", "Histórico do caso", "Trail of case"};
constexpr Words kAbout = {
    "Esta página es la lectura del operador, firmada por él. Lo probado está en data/events.bin; "
    "compruébelo con constancia-verify (LEEME.txt).",
    "Esta página é a leitura do operador, assinada por ele. O que está provado está em "
    "data/events.bin; confira com constancia-verify (LEIA-ME.txt).",
    "This page is the operator's reading, signed by him. What is proven is in data/events.bin; "
    "check it with constancia-verify (README.txt)."};
constexpr Words kEvents = {"eventos", "eventos", "events"};
constexpr Words kAttempts = {"gestiones", "acionamentos", "contact attempts"};
constexpr Words kDenied = {"denegadas", "negados", "denied"};
constexpr Words kViolations = {"con infracción", "com infração", "with a violation"};
constexpr Words kCheckpoint = {"Punto de control", "Ponto de controle", "Checkpoint"};
constexpr Words kPosition = {"Posición", "Posição", "Position"};
constexpr Words kTime = {"Hora local", "Hora local", "Local time"};
constexpr Words kEvent = {"Evento", "Evento", "Event"};
constexpr Words kActor = {"Quién", "Quem", "Who"};
constexpr Words kPersonal = {"Datos personales", "Dados pessoais", "Personal data"};
constexpr Words kDetails = {"Detalle", "Detalhe", "Details"};
constexpr Words kNone = {"ninguno", "nenhum", "none"};
constexpr Words kOpened = {"abiertos", "abertos", "opened"};
constexpr Words kWithheld = {"reservados", "reservados", "withheld"};
constexpr Words kErased = {"suprimidos", "eliminados", "erased"};

std::string Escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped.push_back(c);
    }
  }
  return escaped;
}

std::string InThree(const Words& words) {
  return absl::StrCat("<span class=\"es\" lang=\"es\">", Escape(words.es),
                      "</span><span class=\"pt\" lang=\"pt\">", Escape(words.pt),
                      "</span><span class=\"en\" lang=\"en\">", Escape(words.en), "</span>");
}

const Words& Named(PersonalState state) {
  switch (state) {
    case PersonalState::kOpened:
      return kOpened;
    case PersonalState::kWithheld:
      return kWithheld;
    case PersonalState::kErased:
      return kErased;
    case PersonalState::kNone:
      break;
  }
  return kNone;
}

std::string Cell(const std::string& html) { return absl::StrCat("<td>", html, "</td>"); }

std::string Row(const ExportedEvent& event, const Catalogue& catalogue) {
  const ledger::v1::EventHeader& header = event.event.header;
  const EventType* type = catalogue.Find(header.type());
  CHECK(type != nullptr);
  return absl::StrCat(
      "<tr id=\"p", event.event.position.value, "\">",
      Cell(absl::StrCat(event.event.position.value)), Cell(Escape(LocalText(header))),
      Cell(InThree({type->title_es, type->title_pt, type->title_en})),
      Cell(Escape(header.actor().id())), Cell(InThree(Named(event.personal))),
      Cell(absl::StrCat("<details><summary><code>", EventIdText(event), "</code></summary><pre>",
                        Escape(PayloadJson(event, catalogue)), "</pre><code>",
                        HexEncode(event.leaf_hash.view()), "</code></details>")),
      "</tr>\n");
}

std::string Choice(std::string_view language, std::string_view name, bool chosen) {
  return absl::StrCat("<input type=\"radio\" name=\"language\" id=\"", ToAbsl(language), "\"",
                      chosen ? " checked" : "", "><label for=\"", ToAbsl(language), "\">",
                      ToAbsl(name), "</label>\n");
}

}  // namespace

std::string MakeReport(const ExportOrder& order, const Evidence& evidence,
                       const ContactSummary& contacts, const Catalogue& catalogue) {
  const std::string case_id = Escape(order.request.case_id());
  std::string html = absl::StrCat(
      "<!DOCTYPE html>\n<html lang=\"es\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'sha256-",
      Base64Encode(Sha256(kStyle).view()), "'; base-uri 'none'; form-action 'none'\">\n<title>",
      case_id, "</title>\n<style>", ToAbsl(kStyle), "</style>\n</head>\n<body>\n",
      Choice("es", "Español", true), Choice("pt", "Português", false),
      Choice("en", "English", false), "<main>\n<h1>", InThree(kTrail), " ", case_id, "</h1>\n<p>",
      InThree(kAbout), "</p>\n<p>", evidence.events.size(), " ", InThree(kEvents), " · ",
      contacts.attempts, " ", InThree(kAttempts), " · ", contacts.denied, " ", InThree(kDenied),
      " · ", contacts.with_violation, " ", InThree(kViolations), "</p>\n<p>", InThree(kCheckpoint),
      ": <code>", Escape(evidence.checkpoint.origin), " ", evidence.checkpoint.size, " ",
      Base64Encode(evidence.checkpoint.root.view()), "</code></p>\n<table>\n<thead><tr>");
  for (const Words& words : {kPosition, kTime, kEvent, kActor, kPersonal, kDetails}) {
    absl::StrAppend(&html, "<th scope=\"col\">", InThree(words), "</th>");
  }
  html += "</tr></thead>\n<tbody>\n";
  for (const ExportedEvent& event : evidence.events) html += Row(event, catalogue);
  html += "</tbody>\n</table>\n</main>\n</body>\n</html>\n";
  return html;
}

}  // namespace constancia::api
