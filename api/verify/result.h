// How a check says that it failed: which step, which file, which position, and what was wrong.
//
// A check returns Status or Result<T>. The place that finds the fault writes the detail; every
// caller on the way up adds what it knows (At) and never overwrites what is already there. A
// failure ends the run: nothing is repaired or skipped.
//
// Used by: everything in this folder.
#ifndef CONSTANCIA_VERIFY_RESULT_H_
#define CONSTANCIA_VERIFY_RESULT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace verify {

// Why the run stopped, as it decides the exit code.
enum class Fault {
  kNotProven,   // the input was read and does not hold: exit 7
  kUnreadable,  // the input could not be read at all: exit 1
};

// The step of the verification that was being done. Names and translations are in words.cc.
enum class Step {
  kUnset,
  kInput,
  kPolicy,
  kCheckpoint,
  kEntries,
  kTiles,
  kStreams,
  kMap,
  kSeals,
  kBag,
  kExportNote,
  kRecords,
  kInclusion,
  kCompleteness,
  kPersonalPart,
  kErasure,
  kSourceSignature,
  kConsistency,
  kListing,
  kAuditFeed,
  kCount,
};

struct Failure {
  Fault fault = Fault::kNotProven;
  Step step = Step::kUnset;
  std::string file;                  // empty when the fault is in no particular file
  std::optional<uint64_t> position;  // position in the log of the entry concerned
  std::string detail;                // what was wrong, in English
};

inline Failure NotProven(std::string detail) {
  return {Fault::kNotProven, Step::kUnset, "", std::nullopt, std::move(detail)};
}
inline Failure Unreadable(std::string detail) {
  return {Fault::kUnreadable, Step::kInput, "", std::nullopt, std::move(detail)};
}

// Fills in what is not known yet.
inline Failure At(Failure failure, Step step = Step::kUnset, const std::string& file = "",
                  std::optional<uint64_t> position = std::nullopt) {
  if (failure.step == Step::kUnset) failure.step = step;
  if (failure.file.empty()) failure.file = file;
  if (!failure.position) failure.position = position;
  return failure;
}

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Failure failure) : failure_(std::move(failure)) {}  // NOLINT: implicit on purpose

  bool ok() const { return !failure_; }
  const Failure& failure() const { return *failure_; }

 private:
  std::optional<Failure> failure_;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}            // NOLINT: implicit on purpose
  Result(Failure failure) : value_(std::move(failure)) {}  // NOLINT: implicit on purpose

  bool ok() const { return std::holds_alternative<T>(value_); }
  const Failure& failure() const { return std::get<Failure>(value_); }
  T& operator*() { return std::get<T>(value_); }
  const T& operator*() const { return std::get<T>(value_); }
  T* operator->() { return &std::get<T>(value_); }
  const T* operator->() const { return &std::get<T>(value_); }

 private:
  std::variant<T, Failure> value_;
};

}  // namespace verify

// Returns from the calling function when `expr` failed; further arguments go to At.
#define VERIFY_TRY(expr, ...)                                                \
  if (auto verify_status = (expr); !verify_status.ok()) {                    \
    return ::verify::At(verify_status.failure() __VA_OPT__(, ) __VA_ARGS__); \
  }
#define VERIFY_CONCAT_(a, b) a##b
#define VERIFY_CONCAT(a, b) VERIFY_CONCAT_(a, b)
#define VERIFY_ASSIGN_(name, decl, expr, ...)                                     \
  auto name = (expr);                                                             \
  if (!name.ok()) return ::verify::At(name.failure() __VA_OPT__(, ) __VA_ARGS__); \
  decl = std::move(*name)
#define VERIFY_ASSIGN(decl, expr, ...) \
  VERIFY_ASSIGN_(VERIFY_CONCAT(verify_result_, __LINE__), decl, expr __VA_OPT__(, ) __VA_ARGS__)

#endif  // CONSTANCIA_VERIFY_RESULT_H_
