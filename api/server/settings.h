// Settings of a server: the file constancia.toml, then the environment, then flags; the later wins.
//
// The file is a subset of TOML: `key = value` lines, `[table]` lines that put "table." in front of
// the keys below them, comments; a value is a "string" without escapes, a whole number, true or
// false. What it does not know it refuses, with the line.
//
//   grpc_address                  "127.0.0.1:7443"; port 0 takes a free one
//   http_address                  "127.0.0.1:7480"; the same
//   reflection                    true
//   timers                        true; false: nothing is recorded because time passed
//   log_level                     "info"; debug, warning, error
//   packs                         folder of policy packs; those beside the program when absent
//   cache_mib                     256; of blocks of the tables
//   roles.operator.<id>           "COMPLIANCE LEGAL"; roles of an operator
//   roles.person.<id>             the same of a person
//   source_keys.<id>              base64 of the Ed25519 key with which a source signs
//   switches.<id>                 how a point that a law leaves open is read, where it is not read
//                                 strictly: switches.cl.week = "calendar_week"
//
// In the environment a key is upper case behind CONSTANCIA_, as in CONSTANCIA_GRPC_ADDRESS; roles
// and source keys come from the file alone. CONSTANCIA_SWITCHES and the flag "switches" hold all at
// once: "cl.week=calendar_week cl.spacing_dates=2".
//
// Used by: api/server, api/cli.
// Threads: any.
#ifndef CONSTANCIA_API_SERVER_SETTINGS_H_
#define CONSTANCIA_API_SERVER_SETTINGS_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "api/auth/access.h"
#include "api/commands/source_keys.h"
#include "core/base/log.h"

namespace constancia::api {

// The value given to a switch of a pack, and the place that gave it.
struct SwitchSetting {
  std::string value;
  std::string place;  // "constancia.toml:7"
};

struct Settings {
  std::string grpc_address = "127.0.0.1:7443";
  std::string http_address = "127.0.0.1:7480";
  bool reflection = true;
  bool timers = true;
  LogLevel log_level = LogLevel::kInfo;
  uint32_t cache_mib = 256;
  std::string packs;                                // "": those beside the program
  std::map<std::string, Roles, std::less<>> roles;  // by Caller::name()
  SourceKeys source_keys;
  // By id; packs.h knows which there are.
  std::map<std::string, SwitchSetting, std::less<>> switches;
};

using SettingList = std::vector<std::pair<std::string, std::string>>;  // keys and values

// Reads `file_text`, then `environment` (all of a process's, names and values), then `flags`. Fails
// with SETUP_INVALID, naming the line of the file, the variable or the flag.
absl::StatusOr<Settings> ReadSettings(std::string_view file_text, const SettingList& environment,
                                      const SettingList& flags);

// Reads "cl.week=calendar_week cl.spacing_dates=2" as ids and values. Fails with SETUP_INVALID.
absl::StatusOr<SettingList> ReadSwitches(std::string_view text);

// The environment of this process.
SettingList ProcessEnvironment();

// "127.0.0.1:7443" or "[::1]:7443" in parts. Fails with SETUP_INVALID.
struct ListenAddress {
  std::string host;
  uint16_t port = 0;
};
absl::StatusOr<ListenAddress> ParseListenAddress(std::string_view text);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_SERVER_SETTINGS_H_
