// An export that was asked for, as the log has it.
//
// Used by: the kinds of export, ExportJobs.
#ifndef CONSTANCIA_API_EXPORT_ORDER_H_
#define CONSTANCIA_API_EXPORT_ORDER_H_

#include <string>

#include "constancia/event/v1/access.pb.h"
#include "core/base/position.h"
#include "core/base/time.h"

namespace constancia::api {

struct ExportOrder {
  std::string export_id;
  event::v1::ExportRequested request;
  Position position;     // of the request
  Instant requested_at;  // as recorded

  bool opens_personal() const { return request.scope().masking() == event::v1::MASKING_FULL; }
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_EXPORT_ORDER_H_
