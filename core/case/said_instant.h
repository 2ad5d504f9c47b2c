// Instants as payloads say them.
//
// Used by: core/case, eventstore/projections/contact_ledger.
// Threads: any.

#ifndef CONSTANCIA_CORE_CASE_SAID_INSTANT_H_
#define CONSTANCIA_CORE_CASE_SAID_INSTANT_H_

#include <algorithm>
#include <cstdint>

#include "core/base/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace constancia {

// Returns microseconds since 1970. What lies outside the years 1 to 9999 is taken for their edge:
// what was recorded is never refused for it, and must not stand in the way of later questions.
inline int64_t MicrosOf(const google::protobuf::Timestamp& at) {
  constexpr int64_t kFirstSecond = -62'135'596'800;  // 0001-01-01
  constexpr int64_t kLastSecond = 253'402'300'799;   // 9999-12-31
  return std::clamp<int64_t>(at.seconds(), kFirstSecond, kLastSecond) * kMicrosPerSecond +
         at.nanos() / 1000;
}

}  // namespace constancia

#endif  // CONSTANCIA_CORE_CASE_SAID_INSTANT_H_
