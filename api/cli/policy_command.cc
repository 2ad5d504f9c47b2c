#include "api/cli/policy_command.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "api/cli/pack_files.h"
#include "api/server/packs.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "policies/calendar/holiday_calendar.h"
#include "policies/engine/case_file.h"
#include "policies/review/lint.h"
#include "policies/review/rule_text.h"

namespace constancia::api {
namespace {

using policies::HolidayCalendar;
using policies::Pack;
using policy::v1::Rule;

std::string IdText(const Rule& rule) { return absl::StrJoin(policies::IdsOf(rule), ", "); }

// The fields that make the rule what it is; those that have columns of their own are left out.
std::string ParametersText(const Rule& rule) {
  Rule rest = rule;
  for (const char* field : {"id", "day_id", "hour_id", "kind", "from", "until", "severity"}) {
    rest.GetReflection()->ClearField(&rest, Rule::descriptor()->FindFieldByName(field));
  }
  rest.clear_law();
  rest.clear_message();
  std::string text;
  for (const auto& [name, value] : policies::FieldsOf(rest)) {
    absl::StrAppend(&text, text.empty() ? "" : "; ", name, ": ", value);
  }
  return text;
}

// "cl.week=rolling_dates cl.spacing_dates=3"
std::string SwitchesText(const policies::SwitchValues& switches) {
  return absl::StrJoin(switches, " ", absl::PairFormatter("="));
}

Outcome ListPacks(const CommandContext& context, const policies::PackSet& packs,
                  policies::Language language) {
  RecordWriter writer(context.format, Shape::kMany,
                      {{"pack"},
                       {"version", true},
                       {"jurisdictions"},
                       {"from"},
                       {"until"},
                       {"rules", true},
                       {"calendar"},
                       {"title"},
                       {"instrument"},
                       {"digest"},
                       {"switches"}},
                      context.out);
  for (const policies::PackSet::Member& member : packs.members()) {
    const Pack& pack = *member.pack;
    const policy::v1::Pack& text = pack.text();
    std::set<std::string> rules;
    for (const Rule& rule : text.rules()) {
      for (std::string& id : policies::IdsOf(rule)) rules.insert(std::move(id));
    }
    writer.Add({text.pack(), absl::StrCat(text.version()), absl::StrJoin(text.jurisdictions(), " "),
                text.effective_from(), text.effective_until(), absl::StrCat(rules.size()),
                text.calendar(), policies::In(text.title(), language), text.instrument(),
                HexEncode(pack.digest().view()), SwitchesText(member.switches)});
  }
  writer.Finish();
  return ExitCode::kOk;
}

Outcome ListRules(const CommandContext& context, const policy::v1::Pack& pack,
                  policies::Language language) {
  RecordWriter writer(context.format, Shape::kMany,
                      {{"rule"},
                       {"kind"},
                       {"severity"},
                       {"mark"},
                       {"confidence"},
                       {"from"},
                       {"until"},
                       {"citation"},
                       {"text"}},
                      context.out);
  for (const Rule& rule : pack.rules()) {
    writer.Add({IdText(rule), rule.kind(), policies::SeverityOf(rule), rule.law().mark(),
                rule.law().confidence(), policies::FirstDateOf(pack, rule),
                policies::LastDateOf(pack, rule), rule.law().citation(),
                policies::In(rule.law().text(), language)});
  }
  writer.Finish();
  return ExitCode::kOk;
}

// The switches that decide fields of `rule`, with their values.
policies::SwitchValues UsedBy(const Rule& rule, const policies::PackSet::Member& member) {
  policies::SwitchValues used;
  for (const auto& [field, id] : rule.switch_()) {
    if (const auto value = member.switches.find(id); value != member.switches.end()) {
      used.insert(*value);
    }
  }
  return used;
}

// "rolling_dates, calendar_week"
std::string ValuesText(const policy::v1::Switch& choice) {
  if (choice.type() == "bool") return "true, false";
  if (choice.values().empty()) return "whole numbers";
  return absl::StrJoin(choice.values(), ", ", [](std::string* out, const auto& value) {
    out->append(policies::SwitchText(value));
  });
}

std::string WeekdayText(absl::CivilDay date, policies::Language language) {
  constexpr std::array<std::array<const char*, 7>, 3> kNames = {{
      {"lun", "mar", "mié", "jue", "vie", "sáb", "dom"},
      {"seg", "ter", "qua", "qui", "sex", "sáb", "dom"},
      {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"},
  }};
  return kNames[static_cast<size_t>(language)][static_cast<size_t>(absl::GetWeekday(date))];
}

// The dates asked for, both inclusive.
absl::StatusOr<std::pair<absl::CivilDay, absl::CivilDay>> DatesOf(const CommandContext& context,
                                                                  const HolidaysOptions& options) {
  int year = options.year;
  if (year == 0) {
    const absl::Time now = absl::FromUnixMicros(context.clock->Now().micros);
    year = static_cast<int>(absl::ToCivilYear(now, absl::UTCTimeZone()).year());
  }
  std::pair<absl::CivilDay, absl::CivilDay> dates(absl::CivilDay(year, 1, 1),
                                                  absl::CivilDay(year, 12, 31));
  const auto read = [](const std::string& text, const char* field, absl::CivilDay* date) {
    if (text.empty() || absl::ParseCivilTime(text, date)) return absl::OkStatus();
    return Error(error::v1::INPUT_MALFORMED, "a date is written 2025-03-10", field);
  };
  RETURN_IF_ERROR(read(options.from, "from", &dates.first));
  if (!options.from.empty() && options.to.empty()) {
    dates.second = absl::CivilDay(dates.first.year(), 12, 31);
  }
  RETURN_IF_ERROR(read(options.to, "to", &dates.second));
  return dates;
}

}  // namespace

absl::StatusOr<policies::SwitchValues> SwitchesOf(const PolicyOptions& options) {
  ASSIGN_OR_RETURN(const SettingList given, ReadSwitches(absl::StrJoin(options.switches, " ")));
  return policies::SwitchValues(given.begin(), given.end());
}

Outcome PolicyList(const CommandContext& context, const PolicyOptions& options,
                   const std::string& which) {
  ASSIGN_OR_RETURN(const std::string folder, PacksFolder(options.packs));
  ASSIGN_OR_RETURN(const policies::SwitchValues switches, SwitchesOf(options));
  ASSIGN_OR_RETURN(const Counsel counsel, LoadCounsel(folder, switches));
  const policies::Language language = policies::ReadLanguage(options.language);
  if (which.empty()) return ListPacks(context, counsel.packs, language);
  for (const policies::PackSet::Member& member : counsel.packs.members()) {
    const policy::v1::Pack& text = member.pack->text();
    if (text.pack() == which) return ListRules(context, text, language);
  }
  return Error(error::v1::NOT_FOUND, absl::StrCat("no pack ", which, "; policy list names them"));
}

Outcome PolicyShow(const CommandContext& context, const PolicyOptions& options,
                   const std::string& rule) {
  ASSIGN_OR_RETURN(const std::string folder, PacksFolder(options.packs));
  ASSIGN_OR_RETURN(const std::vector<policies::PackFolder> folders, ReadPackFolders(folder));
  ASSIGN_OR_RETURN(const policies::SwitchValues switches, SwitchesOf(options));
  ASSIGN_OR_RETURN(const Counsel counsel, CounselOf(folders, "", {}, switches));
  const policies::Language language = policies::ReadLanguage(options.language);
  const std::vector<Column> columns = {
      {"rule"},       {"pack"},     {"version"},  {"kind"},         {"severity"},   {"from"},
      {"until"},      {"text"},     {"citation"}, {"mark"},         {"confidence"}, {"sureness"},
      {"parameters"}, {"switches"}, {"message"},  {"permit_cases"}, {"deny_cases"}};
  const bool table = context.format == Format::kTable;
  std::optional<RecordWriter> writer;
  std::vector<policy::v1::Case> cases;
  for (const policies::PackFolder& one : folders) {
    for (policy::v1::Case& example : CasesIn(one.cases_file, one.cases)) {
      if (example.rule() == rule) cases.push_back(std::move(example));
    }
  }
  const auto ids = [&](std::string_view expect) {
    std::vector<std::string> found;
    for (const policy::v1::Case& example : cases) {
      if (example.expect() == expect) found.push_back(example.id());
    }
    return absl::StrJoin(found, " ");
  };
  for (const policies::PackSet::Member& member : counsel.packs.members()) {
    const Pack& pack = *member.pack;
    for (const Rule& version : pack.text().rules()) {
      const std::vector<std::string> names = policies::IdsOf(version);
      if (std::find(names.begin(), names.end(), rule) == names.end()) continue;
      // For people one version below the other, each a record of its own.
      if (writer.has_value() && table) {
        writer->Finish();
        *context.out << '\n';
        writer.reset();
      }
      if (!writer.has_value()) {
        writer.emplace(context.format, table ? Shape::kOne : Shape::kMany, columns, context.out);
      }
      writer->Add(
          {IdText(version), pack.text().pack(), absl::StrCat(pack.text().version()), version.kind(),
           policies::SeverityOf(version), policies::FirstDateOf(pack.text(), version),
           policies::LastDateOf(pack.text(), version), policies::In(version.law().text(), language),
           version.law().citation(), version.law().mark(), version.law().confidence(),
           policies::SurenessText(version.law(), language), ParametersText(version),
           SwitchesText(UsedBy(version, member)), policies::In(version.message(), language),
           ids("permit"), ids("deny")});
    }
  }
  if (!writer.has_value()) {
    return Error(error::v1::NOT_FOUND,
                 absl::StrCat("no rule ", rule, "; policy list PACK names the rules of a pack"));
  }
  writer->Finish();
  if (table && !cases.empty()) {
    *context.out << '\n';
    RecordWriter examples(context.format, Shape::kMany, {{"case"}, {"expect"}, {"why"}},
                          context.out);
    for (const policy::v1::Case& example : cases) {
      examples.Add({example.id(), example.expect(), example.why()});
    }
    examples.Finish();
  }
  return ExitCode::kOk;
}

Outcome PolicySwitches(const CommandContext& context, const PolicyOptions& options) {
  ASSIGN_OR_RETURN(const std::string folder, PacksFolder(options.packs));
  ASSIGN_OR_RETURN(const policies::SwitchValues switches, SwitchesOf(options));
  ASSIGN_OR_RETURN(const Counsel counsel, LoadCounsel(folder, switches));
  RecordWriter writer(
      context.format, Shape::kMany,
      {{"switch"}, {"pack"}, {"value"}, {"strict"}, {"values"}, {"rules"}, {"text"}}, context.out);
  for (const policies::PackSet::Member& member : counsel.packs.members()) {
    for (const policy::v1::Switch& choice : member.pack->text().switches()) {
      std::set<std::string> rules;
      for (const Rule& rule : member.pack->text().rules()) {
        if (!UsedBy(rule, member).contains(choice.id())) continue;
        for (std::string& id : policies::IdsOf(rule)) rules.insert(std::move(id));
      }
      writer.Add({choice.id(), member.pack->text().pack(), member.switches.at(choice.id()),
                  policies::SwitchText(choice.strict()), ValuesText(choice),
                  absl::StrJoin(rules, " "), choice.text()});
    }
  }
  writer.Finish();
  return ExitCode::kOk;
}

Outcome PolicyLint(const CommandContext& context, const PolicyOptions& options,
                   const std::string& folder) {
  ASSIGN_OR_RETURN(const std::vector<policies::PackFolder> folders, ReadPackFolders(folder));
  const std::string others_folder = options.packs.empty() ? DefaultPacksFolder() : options.packs;
  std::vector<Pack> others;
  if (!others_folder.empty()) {
    ASSIGN_OR_RETURN(others, ReadPacks(others_folder));
  }
  ASSIGN_OR_RETURN(const Counsel counsel, BuildCounsel({}));
  std::vector<std::string> wrong = policies::Lint(folders, others, *counsel.zones);
  // Whether the packs have the switches that a ledger sets is asked once they are right themselves.
  if (wrong.empty() && !options.switches.empty()) {
    ASSIGN_OR_RETURN(const policies::SwitchValues switches, SwitchesOf(options));
    const auto set = CounselOf(folders, others_folder, {}, switches);
    if (!set.ok()) wrong.emplace_back(ToStd(set.status().message()));
  }
  RecordWriter writer(context.format, Shape::kMany, {{"wrong"}}, context.out);
  for (const std::string& sentence : wrong) writer.Add({sentence});
  if (context.format != Format::kTable || !wrong.empty()) writer.Finish();
  *context.err << folders.size() << " packs, " << wrong.size() << " things wrong\n";
  return wrong.empty() ? ExitCode::kOk : ExitCode::kFailure;
}

Outcome PolicyTest(const CommandContext& context, const PolicyOptions& options,
                   const PolicyTestOptions& test) {
  ASSIGN_OR_RETURN(const std::string folder, PacksFolder(options.packs));
  ASSIGN_OR_RETURN(const std::vector<policies::PackFolder> folders, ReadPackFolders(folder));
  ASSIGN_OR_RETURN(const policies::SwitchValues switches, SwitchesOf(options));
  ASSIGN_OR_RETURN(const Counsel counsel, CounselOf(folders, "", {}, switches));
  RecordWriter writer(context.format, Shape::kMany,
                      {{"file"}, {"line", true}, {"id"}, {"rule"}, {"passed"}, {"difference"}},
                      context.out);
  uint64_t cases = 0;
  uint64_t failed = 0;
  const auto run = [&](const std::string& file, const std::string& jsonl) {
    for (const policies::CaseResult& result : policies::RunCases(counsel.packs, file, jsonl)) {
      ++cases;
      if (!result.passed()) ++failed;
      // Of all cases of all packs, people want to see those that differ.
      if (test.all && result.passed() && context.format == Format::kTable) continue;
      writer.Add({file, absl::StrCat(result.line), result.id, result.rule,
                  result.passed() ? "yes" : "no", result.difference});
    }
  };
  if (test.all) {
    for (const policies::PackFolder& one : folders) run(one.cases_file, one.cases);
  }
  for (const std::string& file : test.files) {
    ASSIGN_OR_RETURN(const std::string jsonl, ReadInput(context, file));
    run(file, jsonl);
  }
  writer.Finish();
  *context.err << cases << " cases, " << failed << " differ\n";
  return failed == 0 ? ExitCode::kOk : ExitCode::kFailure;
}

Outcome PolicyHolidays(const CommandContext& context, const PolicyOptions& options,
                       const HolidaysOptions& holidays) {
  const HolidayCalendar* calendar = HolidayCalendar::Find(holidays.calendar);
  if (calendar == nullptr) {
    std::vector<std::string> known;
    for (const HolidayCalendar* one : HolidayCalendar::All()) known.emplace_back(one->id());
    return Error(error::v1::NOT_FOUND, absl::StrCat("no calendar ", holidays.calendar,
                                                    "; there are ", absl::StrJoin(known, ", ")));
  }
  ASSIGN_OR_RETURN(const auto dates, DatesOf(context, holidays));
  const policies::Language language = policies::ReadLanguage(options.language);
  RecordWriter writer(context.format, Shape::kMany,
                      {{"date"}, {"weekday"}, {"region"}, {"name"}, {"calendar"}}, context.out);
  for (auto year = dates.first.year(); year <= dates.second.year(); ++year) {
    const std::vector<policies::Holiday> in_year =
        holidays.region.empty() ? calendar->InYearEverywhere(static_cast<int>(year))
                                : calendar->InYear(static_cast<int>(year), holidays.region);
    for (const policies::Holiday& holiday : in_year) {
      if (holiday.date < dates.first || holiday.date > dates.second) continue;
      writer.Add({absl::FormatCivilTime(holiday.date), WeekdayText(holiday.date, language),
                  holiday.not_in.empty() ? std::string(holiday.region)
                                         : absl::StrCat("not ", ToAbsl(holiday.not_in)),
                  std::string(holiday.name), std::string(calendar->version())});
    }
  }
  writer.Finish();
  *context.err << calendar->version() << ": " << calendar->source() << "; dates checked for "
               << calendar->first_year() << " to " << calendar->last_year() << "\n";
  return ExitCode::kOk;
}

}  // namespace constancia::api
