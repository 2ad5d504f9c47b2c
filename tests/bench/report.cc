#include "tests/bench/report.h"

#include <sys/resource.h>

#include <cstdio>
#include <utility>

#include <boost/json.hpp>

#include "absl/strings/str_format.h"

namespace constancia::bench {
namespace {

std::string Show(const std::optional<double>& value, const char* suffix) {
  return value.has_value() ? absl::StrFormat("%.2f%s", *value, suffix) : std::string("-");
}

}  // namespace

void Report::Add(Row row) {
  if (rows_.empty()) {
    std::printf("%-18s %12s %-12s %9s %11s %9s %9s\n", "row", "value", "unit", "of echo",
                "of postgres", "p50 ms", "p99 ms");
  }
  std::printf("%-18s %12.1f %-12s %9s %11s %9s %9s  %s\n", row.name.c_str(), row.value,
              row.unit.c_str(), Show(row.ratio_to_echo, "").c_str(),
              Show(row.ratio_to_postgres, "x").c_str(), Show(row.p50_ms, "").c_str(),
              Show(row.p99_ms, "").c_str(), row.note.c_str());
  std::fflush(stdout);
  rows_.push_back(std::move(row));
}

void Report::AddRate(const std::string& name, const Measured& measured, double echo,
                     double postgres) {
  Row row;
  row.name = name;
  row.value = measured.per_second;
  row.unit = "1/s";
  row.p50_ms = measured.p50_ms;
  row.p99_ms = measured.p99_ms;
  if (echo > 0) row.ratio_to_echo = measured.per_second / echo;
  if (postgres > 0) row.ratio_to_postgres = measured.per_second / postgres;
  if (measured.processor_us > 0) {
    row.note = absl::StrFormat("%.0f us of processor", measured.processor_us);
  }
  if (measured.failures > 0) {
    absl::StrAppendFormat(&row.note, " %d failed: %s", measured.failures, measured.first_failure);
  }
  Add(std::move(row));
}

double Report::ValueOf(const std::string& name) const {
  for (const Row& row : rows_) {
    if (row.name == name) return row.value;
  }
  return 0;
}

std::string Report::ToJson() const {
  boost::json::array array;
  for (const Row& row : rows_) {
    boost::json::object object;
    object["name"] = row.name;
    object["value"] = row.value;
    object["unit"] = row.unit;
    const auto put = [&object](const char* name, const std::optional<double>& value) {
      if (value.has_value()) object[name] = *value;
    };
    put("ratio_to_echo", row.ratio_to_echo);
    put("ratio_to_postgres", row.ratio_to_postgres);
    put("p50_ms", row.p50_ms);
    put("p99_ms", row.p99_ms);
    put("peak_rss_mib", row.peak_rss_mib);
    array.push_back(std::move(object));
  }
  return boost::json::serialize(array);
}

double PeakRssMib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

}  // namespace constancia::bench
