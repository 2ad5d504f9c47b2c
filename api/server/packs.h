// Policy packs as files: where they are, and how they become what counsel is asked under.
//
// Used by: api/server, api/cli (policy).
// Threads: any.

#ifndef CONSTANCIA_API_SERVER_PACKS_H_
#define CONSTANCIA_API_SERVER_PACKS_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "api/server/settings.h"
#include "policies/calendar/zones.h"
#include "policies/engine/pack.h"
#include "policies/engine/pack_set.h"

namespace constancia::api {

// The packs that stand beside the program: ../share/constancia/packs from its own folder; "" when
// there are none.
std::string DefaultPacksFolder();

// Returns the path of every pack.yaml below `folder`, in order. Fails with SETUP_INVALID when there
// is none.
absl::StatusOr<std::vector<std::string>> FindPacks(const std::string& folder);

// Reads every pack.yaml below `folder`, in the order of their paths. Fails with SETUP_INVALID when
// there is none or one cannot be read, and with PACK_INVALID as Pack::Load does.
absl::StatusOr<std::vector<policies::Pack>> ReadPacks(const std::string& folder);

// What counsel needs, kept together: packs refer to the zones.
struct Counsel {
  std::unique_ptr<const policies::ZoneTable> zones;
  policies::PackSet packs;
  // The bytes of each pack's file, by its id, where they were read from files.
  std::map<std::string, std::string> texts;
};

// Reads the zones of this machine and the packs below `folder`; "" loads none. `switches` are those
// that differ from their defaults. Fails like ReadPacks, with PACK_INVALID as PackSet::Build does,
// and with SETUP_INVALID when the zones cannot be read.
absl::StatusOr<Counsel> LoadCounsel(const std::string& folder,
                                    const policies::SwitchValues& switches = {});

// The same for a server: the packs and switches that its settings name. A switch that no pack has,
// or a value that it may not take, fails with SETUP_INVALID and the place that gave it.
absl::StatusOr<Counsel> LoadCounsel(const Settings& settings);

// The same with packs already read.
absl::StatusOr<Counsel> BuildCounsel(std::vector<policies::Pack> packs,
                                     const policies::SwitchValues& switches = {});

}  // namespace constancia::api

#endif  // CONSTANCIA_API_SERVER_PACKS_H_
