// The rows of a bench run, printed as a table and as JSON.

#ifndef CONSTANCIA_TESTS_BENCH_REPORT_H_
#define CONSTANCIA_TESTS_BENCH_REPORT_H_

#include <optional>
#include <string>
#include <vector>

#include "tests/bench/load.h"

namespace constancia::bench {

struct Row {
  std::string name;
  double value = 0;
  std::string unit;
  std::optional<double> ratio_to_echo;
  std::optional<double> ratio_to_postgres;
  std::optional<double> p50_ms;
  std::optional<double> p99_ms;
  std::optional<double> peak_rss_mib;
  // What limits the row, or what it was about; shown in the table only.
  std::string note;
};

class Report {
 public:
  // Adds a row and prints it.
  void Add(Row row);

  // Adds a row of operations a second; ratios are against `echo` and `postgres` (0: no such row in
  // this run).
  void AddRate(const std::string& name, const Measured& measured, double echo, double postgres);

  // The value of a row that was measured; 0 when it was not.
  double ValueOf(const std::string& name) const;

  // An array of {"name","value","unit",...}; fields that do not apply are absent.
  std::string ToJson() const;

 private:
  std::vector<Row> rows_;
};

// The most memory this process has held, in MiB.
double PeakRssMib();

}  // namespace constancia::bench

#endif  // CONSTANCIA_TESTS_BENCH_REPORT_H_
