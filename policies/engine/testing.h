// What tests of counsel share: the zones of this machine, and short forms of instants.

#ifndef CONSTANCIA_POLICIES_ENGINE_TESTING_H_
#define CONSTANCIA_POLICIES_ENGINE_TESTING_H_

#include <string>

#include "absl/time/time.h"
#include "core/base/test_data.h"
#include "core/base/time.h"
#include "gtest/gtest.h"
#include "policies/calendar/zones.h"
#include "policies/engine/pack.h"
#include "policies/engine/pack_set.h"

namespace constancia::policies {

// Lives until the program ends.
inline const ZoneTable& TestZones() {
  static const ZoneTable* table =
      new ZoneTable(*ZoneTable::Load(ReadTestFile("/usr/share/zoneinfo/tzdata.zi")));
  return *table;
}

inline std::string ChileanPackPath() {
  return std::string(CONSTANCIA_SOURCE_DIR) + "/policies/packs/CL/CL-19496/pack.yaml";
}

inline PackSet ChileanPacks(const SwitchValues& switches = {}) {
  absl::StatusOr<Pack> pack = Pack::Load("pack.yaml", ReadTestFile(ChileanPackPath()));
  EXPECT_TRUE(pack.ok()) << pack.status();
  absl::StatusOr<PackSet> set = PackSet::Build({*std::move(pack)}, &TestZones(), switches);
  EXPECT_TRUE(set.ok()) << set.status();
  return *std::move(set);
}

// Reads 2025-03-10T08:00:00-03:00.
inline Instant At(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << text << error;
  return {absl::ToUnixMicros(time)};
}

}  // namespace constancia::policies

#endif  // CONSTANCIA_POLICIES_ENGINE_TESTING_H_
