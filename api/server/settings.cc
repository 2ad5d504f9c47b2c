#include "api/server/settings.h"

#include <unistd.h>

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/event/public_string.h"

namespace constancia::api {
namespace {

constexpr absl::string_view kEnvironmentPrefix = "CONSTANCIA_";
constexpr absl::string_view kRolesPrefix = "roles.";
constexpr absl::string_view kSourceKeysPrefix = "source_keys.";
constexpr absl::string_view kSwitchesPrefix = "switches.";
constexpr absl::string_view kSwitches = "switches";
constexpr uint32_t kCacheMibMax = 1 << 20;

absl::Status Invalid(absl::string_view message) {
  return Error(error::v1::SETUP_INVALID, ToStd(message));
}

absl::StatusOr<bool> ParseBool(absl::string_view value) {
  if (value == "true") return true;
  if (value == "false") return false;
  return Invalid("must be true or false");
}

absl::StatusOr<LogLevel> ParseLogLevel(absl::string_view value) {
  if (value == "debug") return LogLevel::kDebug;
  if (value == "info") return LogLevel::kInfo;
  if (value == "warning") return LogLevel::kWarning;
  if (value == "error") return LogLevel::kError;
  return Invalid("must be debug, info, warning or error");
}

absl::Status SetRoles(absl::string_view caller, absl::string_view value, Settings* settings) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(caller, absl::MaxSplits('.', 1));
  if ((parts.first != "operator" && parts.first != "person") || !IsId(ToStd(parts.second))) {
    return Invalid("roles are given to operator.<id> or person.<id>");
  }
  ASSIGN_OR_RETURN(settings->roles[absl::StrCat(parts.first, "/", parts.second)],
                   Roles::Parse(ToStd(value)));
  return absl::OkStatus();
}

absl::Status SetSourceKey(absl::string_view source, absl::string_view value, Settings* settings) {
  const std::optional<std::string> raw = Base64Decode(ToStd(value));
  const std::optional<PublicKey> key = PublicKey::From(raw.value_or(""));
  if (!IsId(ToStd(source)) || !key.has_value()) {
    return Invalid("a source's key is base64 of 32 bytes");
  }
  return settings->source_keys.Register(ToStd(source), *key);
}

// Sets one of the settings that may come from everywhere. Returns false for any other key.
absl::StatusOr<bool> SetPlain(absl::string_view key, absl::string_view value, Settings* settings) {
  if (key == "grpc_address" || key == "http_address") {
    RETURN_IF_ERROR(ParseListenAddress(ToStd(value)).status());
    (key == "grpc_address" ? settings->grpc_address : settings->http_address) = std::string(value);
  } else if (key == "reflection") {
    ASSIGN_OR_RETURN(settings->reflection, ParseBool(value));
  } else if (key == "timers") {
    ASSIGN_OR_RETURN(settings->timers, ParseBool(value));
  } else if (key == "log_level") {
    ASSIGN_OR_RETURN(settings->log_level, ParseLogLevel(value));
  } else if (key == "packs") {
    settings->packs = std::string(value);
  } else if (key == "cache_mib") {
    if (!absl::SimpleAtoi(value, &settings->cache_mib) || settings->cache_mib == 0 ||
        settings->cache_mib > kCacheMibMax) {
      return Invalid("must be a number of MiB, 1 to 1,048,576");
    }
  } else {
    return false;
  }
  return true;
}

// Sets what may come from environment and flags. Returns false for any other key.
absl::StatusOr<bool> SetFromOutside(absl::string_view key, absl::string_view value,
                                    absl::string_view place, Settings* settings) {
  if (key != kSwitches) return SetPlain(key, value, settings);
  ASSIGN_OR_RETURN(const SettingList switches, ReadSwitches(ToStd(value)));
  for (const auto& [id, chosen] : switches) {
    settings->switches[id] = {.value = chosen, .place = std::string(place)};
  }
  return true;
}

absl::Status SetFromFile(absl::string_view key, absl::string_view value, absl::string_view place,
                         Settings* settings) {
  ASSIGN_OR_RETURN(const bool known, SetPlain(key, value, settings));
  if (known) return absl::OkStatus();
  if (absl::ConsumePrefix(&key, kRolesPrefix)) return SetRoles(key, value, settings);
  if (absl::ConsumePrefix(&key, kSourceKeysPrefix)) return SetSourceKey(key, value, settings);
  if (absl::ConsumePrefix(&key, kSwitchesPrefix)) {
    settings->switches[std::string(key)] = {.value = std::string(value),
                                            .place = std::string(place)};
    return absl::OkStatus();
  }
  return Invalid("no setting of this name");
}

// The value of a line: what stands between quotes, or one bare word.
absl::StatusOr<absl::string_view> ParseValue(absl::string_view text) {
  if (absl::ConsumePrefix(&text, "\"")) {
    const size_t end = text.find('"');
    if (end == absl::string_view::npos) return Invalid("the closing quote is missing");
    const absl::string_view rest = absl::StripLeadingAsciiWhitespace(text.substr(end + 1));
    if (!rest.empty() && rest.front() != '#') return Invalid("text behind the value");
    const absl::string_view value = text.substr(0, end);
    if (value.find('\\') != absl::string_view::npos) return Invalid("escapes are not understood");
    return value;
  }
  const absl::string_view word = absl::StripAsciiWhitespace(text.substr(0, text.find('#')));
  if (word.empty() ||
      word.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz") != absl::string_view::npos) {
    return Invalid("a value is a \"string\", a whole number, true or false");
  }
  return word;
}

absl::Status ReadLine(absl::string_view line, absl::string_view place, std::string* table,
                      Settings* settings) {
  line = absl::StripAsciiWhitespace(line);
  if (line.empty() || line.front() == '#') return absl::OkStatus();
  if (absl::ConsumePrefix(&line, "[")) {
    const size_t end = line.find(']');
    if (end == absl::string_view::npos || end == 0) return Invalid("a table is [name]");
    *table = absl::StrCat(line.substr(0, end), ".");
    return absl::OkStatus();
  }
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(line, absl::MaxSplits('=', 1));
  const absl::string_view key = absl::StripAsciiWhitespace(parts.first);
  if (key.empty() || key.size() == line.size()) return Invalid("a setting is key = value");
  ASSIGN_OR_RETURN(const absl::string_view value,
                   ParseValue(absl::StripAsciiWhitespace(parts.second)));
  return SetFromFile(absl::StrCat(*table, key), value, place, settings);
}

absl::Status At(absl::string_view place, const absl::Status& status) {
  return Invalid(absl::StrCat(place, ": ", status.message()));
}

}  // namespace

absl::StatusOr<ListenAddress> ParseListenAddress(std::string_view text) {
  const size_t colon = text.rfind(':');
  uint32_t port = 0;
  if (colon == std::string_view::npos || colon == 0 ||
      !absl::SimpleAtoi(ToAbsl(text.substr(colon + 1)), &port) || port > UINT16_MAX) {
    return Invalid("must be an address and a port, as in 127.0.0.1:7443");
  }
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return ListenAddress{.host = std::string(host), .port = static_cast<uint16_t>(port)};
}

absl::StatusOr<SettingList> ReadSwitches(std::string_view text) {
  SettingList switches;
  for (const absl::string_view word :
       absl::StrSplit(ToAbsl(text), absl::ByAnyChar(" ,"), absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(word, absl::MaxSplits('=', 1));
    if (parts.first.empty() || parts.second.empty()) {
      return Invalid("a switch is id=value, as in cl.week=calendar_week");
    }
    switches.emplace_back(parts.first, parts.second);
  }
  return switches;
}

SettingList ProcessEnvironment() {
  SettingList list;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    list.push_back(absl::StrSplit(*entry, absl::MaxSplits('=', 1)));
  }
  return list;
}

absl::StatusOr<Settings> ReadSettings(std::string_view file_text, const SettingList& environment,
                                      const SettingList& flags) {
  Settings settings;
  std::string table;
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(ToAbsl(file_text), '\n')) {
    ++number;
    const std::string place = absl::StrCat("constancia.toml:", number);
    const absl::Status read = ReadLine(line, place, &table, &settings);
    if (!read.ok()) return At(place, read);
  }
  // The environment holds variables of other programs too: what it does not know it leaves alone.
  for (const auto& [name, value] : environment) {
    absl::string_view key = name;
    if (!absl::ConsumePrefix(&key, kEnvironmentPrefix)) continue;
    const absl::StatusOr<bool> set =
        SetFromOutside(absl::AsciiStrToLower(key), value, name, &settings);
    if (!set.ok()) return At(name, set.status());
  }
  for (const auto& [key, value] : flags) {
    const absl::StatusOr<bool> set = SetFromOutside(key, value, key, &settings);
    if (!set.ok()) return At(key, set.status());
    if (!*set) return At(key, Invalid("no setting of this name"));
  }
  return settings;
}

}  // namespace constancia::api
