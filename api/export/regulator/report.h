// data/report.html: the trail as one page for people, in Spanish, Portuguese and English.
//
// It holds everything it shows, runs no script and loads nothing: its content security policy
// allows only the one style sheet inside it, by digest.
//
// Used by: the regulator export.
// Threads: any.
#ifndef CONSTANCIA_API_EXPORT_REGULATOR_REPORT_H_
#define CONSTANCIA_API_EXPORT_REGULATOR_REPORT_H_

#include <string>

#include "api/export/bag/evidence.h"
#include "api/export/order.h"
#include "api/export/regulator/contacts_table.h"
#include "core/event/catalogue.h"

namespace constancia::api {

std::string MakeReport(const ExportOrder& order, const Evidence& evidence,
                       const ContactSummary& contacts, const Catalogue& catalogue);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_EXPORT_REGULATOR_REPORT_H_
