// Reads the rules in force: packs, and the calendars they heed.
//
// Used by: api/service.
// Threads: any thread may call any method.

#ifndef CONSTANCIA_API_COMMANDS_READ_POLICY_H_
#define CONSTANCIA_API_COMMANDS_READ_POLICY_H_

#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "api/auth/access.h"
#include "api/auth/caller.h"
#include "constancia/v1/policy_service.pb.h"
#include "eventstore/log/event_log.h"
#include "policies/engine/pack_set.h"

namespace constancia::api {

class ReadPolicy {
 public:
  // All outlive the command.
  struct Uses {
    const Access* access = nullptr;
    const policies::PackSet* packs = nullptr;
    // The bytes of each pack's file, by its id.
    const std::map<std::string, std::string>* texts = nullptr;
    const eventstore::EventLog* log = nullptr;
  };

  explicit ReadPolicy(const Uses& uses) : uses_(uses) {}

  // All fail with SCOPE_NOT_GRANTED and WRONG_TENANT; lists with LIMIT_EXCEEDED, and with
  // SCHEMA_INVALID for a token that was not given out.

  absl::StatusOr<v1::ListPacksResponse> ListPacks(const Caller& caller,
                                                  const v1::ListPacksRequest& request) const;

  // Fails with NOT_FOUND.
  absl::StatusOr<v1::PackInForce> GetPack(const Caller& caller,
                                          const v1::GetPackRequest& request) const;

  // Fails with NOT_FOUND, and with SCHEMA_INVALID for dates that are none.
  absl::StatusOr<v1::ListHolidaysResponse> ListHolidays(
      const Caller& caller, const v1::ListHolidaysRequest& request) const;

 private:
  absl::Status Check(const Caller& caller, Method method, std::string_view parent) const;

  const Uses uses_;
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_READ_POLICY_H_
