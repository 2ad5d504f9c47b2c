#include "report.h"

#include <array>

#include "bytes.h"

namespace verify {
namespace {

struct Titles {
  std::string_view proven, assumed, not_proven, warnings;
  std::string_view failed, unreadable, step, file, position, detail, nothing;
};

constexpr std::array<Titles, 3> kTitles = {{
    {"PROVEN", "ASSUMED", "NOT PROVEN", "WARNINGS", "NOT PROVEN: the verification failed.",
     "UNREADABLE: the verification could not be done.", "At", "File", "Position in the log",
     "Because", "Nothing is proven by this run. Nothing was repaired or skipped."},
    {"PROBADO", "SUPUESTO", "NO PROBADO", "ADVERTENCIAS", "NO PROBADO: la verificación falló.",
     "ILEGIBLE: la verificación no pudo hacerse.", "En", "Archivo", "Posición en el registro",
     "Porque", "Esta ejecución no prueba nada. Nada se reparó ni se saltó."},
    {"PROVADO", "SUPOSTO", "NÃO PROVADO", "AVISOS", "NÃO PROVADO: a verificação falhou.",
     "ILEGÍVEL: a verificação não pôde ser feita.", "Em", "Arquivo", "Posição no registro",
     "Porque", "Esta execução não prova nada. Nada foi reparado nem pulado."},
}};

void AppendSection(std::string* text, std::string_view title,
                   const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  if (!text->empty()) *text += "\n";
  *text += std::string(title) + "\n";
  for (const std::string& line : lines) *text += "  - " + line + "\n";
}

std::vector<std::string> AllWords(const std::vector<Statement>& statements, Language language) {
  std::vector<std::string> lines;
  for (const Statement& statement : statements) lines.push_back(Words(statement, language));
  return lines;
}

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : Printable(text)) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "\"";
}

std::string JsonStatements(const std::vector<Statement>& statements, Language language) {
  std::string out = "[";
  for (const Statement& statement : statements) {
    if (out.size() > 1) out += ",";
    out += "{\"id\":" + Quoted(Id(statement.say)) + ",\"values\":[";
    for (size_t i = 0; i < statement.values.size(); ++i) {
      out += (i > 0 ? "," : "") + Quoted(statement.values[i]);
    }
    out += "],\"text\":" + Quoted(Words(statement, language)) + "}";
  }
  return out + "]";
}

}  // namespace

std::optional<Language> ParseLanguage(std::string_view text) {
  const std::string_view start = text.substr(0, 2);
  if (text.size() > 2 && text[2] != '_' && text[2] != '.' && text[2] != '-') return std::nullopt;
  if (start == "en") return Language::kEnglish;
  if (start == "es") return Language::kSpanish;
  if (start == "pt") return Language::kPortuguese;
  return std::nullopt;
}

std::string ReportText(const Report& report, Language language) {
  const Titles& titles = kTitles[static_cast<size_t>(language)];
  std::string text;
  if (report.failure) {
    const Failure& failure = *report.failure;
    text += std::string(failure.fault == Fault::kNotProven ? titles.failed : titles.unreadable);
    text += "\n";
    const auto line = [&](std::string_view title, std::string_view value) {
      text += "  " + std::string(title) + ": " + Printable(value) + "\n";
    };
    line(titles.step, Words(failure.step, language));
    if (!failure.file.empty()) line(titles.file, failure.file);
    if (failure.position) line(titles.position, std::to_string(*failure.position));
    line(titles.detail, failure.detail);
    return text + std::string(titles.nothing) + "\n";
  }
  AppendSection(&text, titles.proven, AllWords(report.proven, language));
  AppendSection(&text, titles.assumed, AllWords(report.assumed, language));
  AppendSection(&text, titles.not_proven, AllWords(report.not_proven, language));
  AppendSection(&text, titles.warnings, report.warnings);
  return text;
}

std::string ReportJson(const Report& report, Language language) {
  const bool failed = report.failure.has_value();
  const std::string_view result = !failed                                      ? "proven"
                                  : report.failure->fault == Fault::kNotProven ? "not_proven"
                                                                               : "unreadable";
  const std::vector<Statement> none;
  std::string out = "{\"command\":" + Quoted(report.command) + ",\"result\":" + Quoted(result);
  out += ",\"proven\":" + JsonStatements(failed ? none : report.proven, language);
  out += ",\"assumed\":" + JsonStatements(failed ? none : report.assumed, language);
  out += ",\"not_proven\":" + JsonStatements(failed ? none : report.not_proven, language);
  out += ",\"warnings\":[";
  for (size_t i = 0; i < report.warnings.size() && !failed; ++i) {
    out += (i > 0 ? "," : "") + Quoted(report.warnings[i]);
  }
  out += "],\"failure\":";
  if (!failed) return out + "null}\n";
  const Failure& failure = *report.failure;
  out += "{\"step\":" + Quoted(Id(failure.step));
  if (!failure.file.empty()) out += ",\"file\":" + Quoted(failure.file);
  if (failure.position) out += ",\"position\":\"" + std::to_string(*failure.position) + "\"";
  return out + ",\"detail\":" + Quoted(failure.detail) + "}}\n";
}

}  // namespace verify
