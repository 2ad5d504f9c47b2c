// What a verdict says of the packs it was reached under.

#ifndef CONSTANCIA_POLICIES_ENGINE_INTERNAL_PACK_USE_H_
#define CONSTANCIA_POLICIES_ENGINE_INTERNAL_PACK_USE_H_

#include <vector>

#include "constancia/counsel/v1/verdict.pb.h"
#include "policies/engine/pack_set.h"

namespace constancia::policies::internal {

// Names packs, switches and calendars in `verdict`.
void DescribePacks(const std::vector<PackSet::Selected>& packs, counsel::v1::Verdict* verdict);

}  // namespace constancia::policies::internal

#endif  // CONSTANCIA_POLICIES_ENGINE_INTERNAL_PACK_USE_H_
