// The regulator export: the whole trail of one case for an authority, with its proof.
//
// Used by: kinds.cc.
// Threads: any.
#ifndef CONSTANCIA_API_EXPORT_REGULATOR_REGULATOR_H_
#define CONSTANCIA_API_EXPORT_REGULATOR_REGULATOR_H_

#include "absl/status/statusor.h"
#include "api/export/bag/bag_writer.h"
#include "api/export/kinds.h"
#include "api/export/order.h"

namespace constancia::api {

// A BuildContents (api/export/kinds.h).
absl::StatusOr<BagContents> BuildRegulator(const ExportOrder& order, const ExportSources& sources);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_EXPORT_REGULATOR_REGULATOR_H_
