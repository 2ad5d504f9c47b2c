// constancia contact: may this person be contacted, now, by this channel?
#ifndef CONSTANCIA_API_CLI_CONTACT_COMMAND_H_
#define CONSTANCIA_API_CLI_CONTACT_COMMAND_H_

#include <cstdint>
#include <string>
#include <vector>

#include "api/cli/command.h"

namespace constancia::api {

struct ContactOptions {
  std::string case_id;
  std::string party_id;
  std::string channel;  // "voice_call": the end of a Channel's name, in any case.
  std::string place;    // "work"
  std::string purpose;
  std::string contact_point_id;
  std::vector<std::string> zones;
  std::string agent_id;
  bool prerecorded = false;
};

// Advises. kDenied when the verdict is not allow.
Outcome ContactCheck(const CommandContext& context, const ContactOptions& options,
                     const std::string& at);

struct ReserveOptions {
  uint32_t permit_seconds = 0;  // The server's default when 0.
  std::string request_id;       // A fresh one when empty.
};
// Decides, and takes a permit. kDenied when the verdict is not allow.
Outcome ContactReserve(const CommandContext& context, const ContactOptions& options,
                       const ReserveOptions& reserve);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_CONTACT_COMMAND_H_
