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

struct CompleteOptions {
  std::string permit_id;  // One of these two.
  std::string attempt_id;
  std::string started_at;  // With a permit, RFC 3339; now when empty.
  std::string reach;       // "right_party": the end of a Reach's name, in any case.
  std::string result;
  uint32_t seconds = 0;
  std::string request_id;  // A fresh one when empty.
};
// Records the contact made under a permit, how a contact ended, or both.
Outcome ContactComplete(const CommandContext& context, const CompleteOptions& options);

struct CancelOptions {
  std::string permit_id;
  std::string reason;
  std::string request_id;  // A fresh one when empty.
};
// Gives a permit back.
Outcome ContactCancel(const CommandContext& context, const CancelOptions& options);

// Lists the permits of a person; `state` narrows ("live", "used", "cancelled", "expired").
Outcome ContactPermits(const CommandContext& context, const std::string& party_id,
                       const std::string& state);

// Shows what counts against a person now, a line for every rule that counts or bars.
Outcome ContactLedger(const CommandContext& context, const std::string& case_id,
                      const std::string& party_id);

struct BatchOptions {
  std::string
      file;  // A case id a line, with the person's id behind a comma if another; "-" is stdin.
  std::vector<std::string> channels;
};
// Asks for a whole list who may be contacted, when, by which channels: a line for each person and
// channel, as they are answered.
Outcome ContactBatch(const CommandContext& context, const BatchOptions& options);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_CONTACT_COMMAND_H_
