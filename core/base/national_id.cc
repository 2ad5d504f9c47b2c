#include "core/base/national_id.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"

namespace constancia {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
int DigitOf(char c) { return c - '0'; }

bool AllDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

bool SameCharacter(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [&](char c) { return c == text.front(); });
}

// Values are in here with Ñ as one character, so that every position is one char.
constexpr char kEnye = '\x01';

// Upper case, without the separators people write. Nothing when a character belongs to no id.
std::optional<std::string> Normalise(std::string_view written) {
  std::string out;
  for (size_t i = 0; i < written.size(); ++i) {
    const char c = written[i];
    if (c == '.' || c == '-' || c == '/' || c == ' ') continue;
    if (c == '\xC3' && i + 1 < written.size() &&
        (written[i + 1] == '\x91' || written[i + 1] == '\xB1')) {
      out.push_back(kEnye);
      ++i;
    } else if (c >= 'a' && c <= 'z') {
      out.push_back(static_cast<char>(c - 'a' + 'A'));
    } else if (IsDigit(c) || IsUpper(c) || c == '&') {
      out.push_back(c);
    } else {
      return std::nullopt;
    }
  }
  return out;
}

std::string WithEnye(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == kEnye) {
      out += "\xC3\x91";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

// Sum of digit × weight over the digits from the last to the first; `weights` begin at the last.
template <size_t N>
int SumFromRight(std::string_view digits, const std::array<int, N>& weights) {
  int sum = 0;
  for (size_t i = 0; i < digits.size(); ++i) {
    sum += DigitOf(digits[digits.size() - 1 - i]) * weights[i % N];
  }
  return sum;
}

bool IsRut(std::string_view value) {
  if (value.size() < 2 || value.size() > 9) return false;
  const std::string_view body = value.substr(0, value.size() - 1);
  if (!AllDigits(body) || body.front() == '0') return false;
  const int check = 11 - SumFromRight(body, std::array{2, 3, 4, 5, 6, 7}) % 11;
  const char expected = check == 11 ? '0' : check == 10 ? 'K' : static_cast<char>('0' + check);
  return value.back() == expected;
}

bool IsNit(std::string_view value) {
  if (value.size() < 6 || value.size() > 11 || !AllDigits(value) || value.front() == '0') {
    return false;
  }
  const std::string_view body = value.substr(0, value.size() - 1);
  const int rest = SumFromRight(body, std::array{3, 7, 13, 17, 19, 23, 29, 37, 41, 43}) % 11;
  return DigitOf(value.back()) == (rest < 2 ? rest : 11 - rest);
}

bool IsColombianNumber(std::string_view value) {
  return AllDigits(value) && value.size() >= 3 && value.size() <= 10 && value.front() != '0';
}

// YYMMDD; the century is not told, so 29 February passes in every year divisible by four.
bool IsShortDate(std::string_view text) {
  if (!AllDigits(text)) return false;
  const int year = DigitOf(text[0]) * 10 + DigitOf(text[1]);
  const int month = DigitOf(text[2]) * 10 + DigitOf(text[3]);
  const int day = DigitOf(text[4]) * 10 + DigitOf(text[5]);
  if (month < 1 || month > 12 || day < 1) return false;
  constexpr std::array kDays = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return day <= kDays[month - 1] && (month != 2 || day < 29 || year % 4 == 0);
}

bool IsRfc(std::string_view value) {
  if (value.size() != 12 && value.size() != 13) return false;
  const size_t letters = value.size() - 9;  // Four for a person, three for a company.
  for (size_t i = 0; i < letters; ++i) {
    if (!IsUpper(value[i]) && value[i] != '&' && value[i] != kEnye) return false;
  }
  if (!IsShortDate(value.substr(letters, 6))) return false;
  constexpr std::string_view kValues = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ \x01";
  int sum = letters == 3 ? static_cast<int>(kValues.find(' ')) * 13 : 0;
  for (size_t i = 0; i + 1 < value.size(); ++i) {
    const size_t worth = kValues.find(value[i]);
    if (worth == std::string_view::npos) return false;
    sum += static_cast<int>(worth * (value.size() - i));
  }
  const int rest = sum % 11;
  const char expected = rest == 0 ? '0' : rest == 1 ? 'A' : static_cast<char>('0' + 11 - rest);
  return value.back() == expected;
}

bool IsCurp(std::string_view value) {
  if (value.size() != 18) return false;
  constexpr std::string_view kStates =
      "AS BC BS CC CL CM CS CH DF DG GT GR HG JC MC MN MS NT NL OC PL QT QR SP SL SR TC TS TL VZ "
      "YN ZS NE";
  const bool letters = std::all_of(value.begin(), value.begin() + 4, IsUpper) &&
                       std::all_of(value.begin() + 13, value.begin() + 16, IsUpper);
  const char sex = value[10];
  if (!letters || !IsShortDate(value.substr(4, 6)) || (sex != 'H' && sex != 'M' && sex != 'X') ||
      !IsUpper(value[11]) || !IsUpper(value[12]) ||
      kStates.find(value.substr(11, 2)) == std::string_view::npos || !IsDigit(value[17])) {
    return false;
  }
  constexpr std::string_view kValues = "0123456789ABCDEFGHIJKLMN\x01OPQRSTUVWXYZ";
  int sum = 0;
  for (size_t i = 0; i < 17; ++i) {
    const size_t worth = kValues.find(value[i]);
    if (worth == std::string_view::npos) return false;
    sum += static_cast<int>(worth * (18 - i));
  }
  return DigitOf(value[17]) == (10 - sum % 10) % 10;
}

bool IsRuc(std::string_view value) {
  if (value.size() != 11 || !AllDigits(value)) return false;
  const std::string_view prefix = value.substr(0, 2);
  if (prefix != "10" && prefix != "15" && prefix != "16" && prefix != "17" && prefix != "20") {
    return false;
  }
  const int sum = SumFromRight(value.substr(0, 10), std::array{2, 3, 4, 5, 6, 7, 2, 3, 4, 5});
  return DigitOf(value.back()) == (11 - sum % 11) % 10;
}

bool IsCuit(std::string_view value) {
  if (value.size() != 11 || !AllDigits(value)) return false;
  constexpr std::string_view kPrefixes = "20 23 24 25 26 27 30 33 34 50 51 55";
  if (kPrefixes.find(value.substr(0, 2)) == std::string_view::npos) return false;
  const int check =
      11 - SumFromRight(value.substr(0, 10), std::array{2, 3, 4, 5, 6, 7, 2, 3, 4, 5}) % 11;
  return DigitOf(value.back()) == (check == 11 ? 0 : check == 10 ? 9 : check);
}

bool IsCpf(std::string_view value) {
  if (value.size() != 11 || !AllDigits(value) || SameCharacter(value)) return false;
  for (const size_t at : {size_t{9}, size_t{10}}) {
    const int rest =
        SumFromRight(value.substr(0, at), std::array{2, 3, 4, 5, 6, 7, 8, 9, 10, 11}) % 11;
    if (DigitOf(value[at]) != (rest < 2 ? 0 : 11 - rest)) return false;
  }
  return true;
}

// A letter counts as its ASCII code less 48, a digit as itself: the same subtraction.
bool IsCnpj(std::string_view value) {
  if (value.size() != 14 || SameCharacter(value) || !AllDigits(value.substr(12))) return false;
  const auto is_alphanumeric = [](char c) { return IsDigit(c) || IsUpper(c); };
  if (!std::all_of(value.begin(), value.begin() + 12, is_alphanumeric)) return false;
  for (const size_t at : {size_t{12}, size_t{13}}) {
    const int rest = SumFromRight(value.substr(0, at), std::array{2, 3, 4, 5, 6, 7, 8, 9}) % 11;
    if (DigitOf(value[at]) != (rest < 2 ? 0 : 11 - rest)) return false;
  }
  return true;
}

bool IsPeruvianDni(std::string_view value) { return value.size() == 8 && AllDigits(value); }

bool IsArgentineDni(std::string_view value) {
  return AllDigits(value) && (value.size() == 7 || value.size() == 8) && value.front() != '0';
}

struct Kind {
  std::string_view country;
  std::string_view type;
  bool (*is_valid)(std::string_view value);
  // People write these with leading zeros now and then; the id is a number.
  bool strip_zeros;
};

constexpr std::array kKinds = {
    Kind{"CL", "RUT", IsRut, true},
    Kind{"CO", "CC", IsColombianNumber, true},
    Kind{"CO", "CE", IsColombianNumber, true},
    Kind{"CO", "NIT", IsNit, true},
    Kind{"MX", "RFC", IsRfc, false},
    Kind{"MX", "CURP", IsCurp, false},
    Kind{"PE", "DNI", IsPeruvianDni, false},
    Kind{"PE", "RUC", IsRuc, false},
    Kind{"BR", "CPF", IsCpf, false},
    Kind{"BR", "CNPJ", IsCnpj, false},
    Kind{"AR", "DNI", IsArgentineDni, true},
    Kind{"AR", "CUIT", IsCuit, false},
};

// 'd' a digit, 'k' a digit or K, 'a' a digit or letter, anything else itself.
bool Matches(std::string_view text, std::string_view form) {
  if (text.size() != form.size()) return false;
  for (size_t i = 0; i < form.size(); ++i) {
    const char c = text[i];
    const bool letter = IsUpper(c) || (c >= 'a' && c <= 'z');
    const bool fits = form[i] == 'd'   ? IsDigit(c)
                      : form[i] == 'k' ? IsDigit(c) || c == 'k' || c == 'K'
                      : form[i] == 'a' ? IsDigit(c) || letter
                                       : c == form[i];
    if (!fits) return false;
  }
  return true;
}

struct WrittenForm {
  std::string_view form;
  bool (*is_valid)(std::string_view value);
};

constexpr std::array kWrittenForms = {
    WrittenForm{"ddd.ddd-k", IsRut},           WrittenForm{"d.ddd.ddd-k", IsRut},
    WrittenForm{"dd.ddd.ddd-k", IsRut},        WrittenForm{"ddddddd-k", IsRut},
    WrittenForm{"dddddddd-k", IsRut},          WrittenForm{"dd.ddd.ddd-d", IsNit},
    WrittenForm{"ddd.ddd.ddd-d", IsNit},       WrittenForm{"d.ddd.ddd.ddd-d", IsNit},
    WrittenForm{"ddddddddd-d", IsNit},         WrittenForm{"ddd.ddd.ddd-dd", IsCpf},
    WrittenForm{"ddddddddd-dd", IsCpf},        WrittenForm{"aa.aaa.aaa/aaaa-dd", IsCnpj},
    WrittenForm{"aaaaaaaa/aaaa-dd", IsCnpj},   WrittenForm{"dd-dddddddd-d", IsCuit},
    WrittenForm{"aaaaaaaaaaaa", IsRfc},        WrittenForm{"aaa-dddddd-aaa", IsRfc},
    WrittenForm{"aaaaaaaaaaaaa", IsRfc},       WrittenForm{"aaaa-dddddd-aaa", IsRfc},
    WrittenForm{"aaaaaaaaaaaaaaaaaa", IsCurp},
};

}  // namespace

absl::StatusOr<NationalId> NationalId::Parse(std::string_view country, std::string_view type,
                                             std::string_view written) {
  for (const Kind& kind : kKinds) {
    if (kind.country != country || kind.type != type) continue;
    std::optional<std::string> value = Normalise(written);
    if (value.has_value() && kind.strip_zeros) {
      value->erase(0, std::min(value->find_first_not_of('0'), value->size()));
    }
    if (!value.has_value() || !kind.is_valid(*value)) {
      return Error(error::v1::SCHEMA_INVALID,
                   absl::StrCat("not a ", ToAbsl(country), " ", ToAbsl(type),
                                "; check its digits, the check digit among them"),
                   "value", {{"country", std::string(country)}, {"type", std::string(type)}});
    }
    return NationalId{std::string(country), std::string(type), WithEnye(*value)};
  }
  const bool known_country = std::any_of(kKinds.begin(), kKinds.end(),
                                         [&](const Kind& kind) { return kind.country == country; });
  return known_country
             ? Error(error::v1::SCHEMA_INVALID, "this type of id is not known there", "type")
             : Error(error::v1::SCHEMA_INVALID, "no type of id is known for this country",
                     "country");
}

absl::StatusOr<NationalId> NationalId::FromText(std::string_view text) {
  const size_t first = text.find('.');
  const size_t second = first == std::string_view::npos ? first : text.find('.', first + 1);
  if (second == std::string_view::npos) {
    return Error(error::v1::SCHEMA_INVALID, "an identifier is <country>.<type>.<value>");
  }
  const std::string_view value = text.substr(second + 1);
  ASSIGN_OR_RETURN(NationalId id,
                   Parse(text.substr(0, first), text.substr(first + 1, second - first - 1), value));
  if (id.value != value) {
    return Error(error::v1::SCHEMA_INVALID,
                 "write the value in upper case, without separators or leading zeros", "value");
  }
  return id;
}

std::string NationalId::ToText() const { return absl::StrCat(country, ".", type, ".", value); }

bool ReadsAsNationalId(std::string_view text) {
  constexpr size_t kCharsMin = 9;
  constexpr size_t kCharsMax = 32;
  if (text.size() < kCharsMin || text.size() > kCharsMax) return false;
  for (const WrittenForm& form : kWrittenForms) {
    if (!Matches(text, form.form)) continue;
    const std::optional<std::string> value = Normalise(text);
    if (value.has_value() && form.is_valid(*value)) return true;
  }
  return text[2] == '.' && NationalId::FromText(text).ok();
}

}  // namespace constancia
