#include "api/export/kinds.h"

#include "api/export/regulator/regulator.h"

namespace constancia::api {

BuildContents FindKind(event::v1::ExportKind kind) {
  switch (kind) {
    case event::v1::EXPORT_KIND_REGULATOR:
      return BuildRegulator;
    default:
      return nullptr;
  }
}

}  // namespace constancia::api
