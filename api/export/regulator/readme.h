// The first thing a reader opens: what the bundle is, how to check it, what is proven and what is
// only signed. data/README.txt, data/LEEME.txt, data/LEIA-ME.txt.
//
// Used by: the regulator export.
// Threads: any.
#ifndef CONSTANCIA_API_EXPORT_REGULATOR_README_H_
#define CONSTANCIA_API_EXPORT_REGULATOR_README_H_

#include <string>
#include <vector>

#include "api/export/bag/bag_writer.h"

namespace constancia::api {

std::vector<BagFile> ReadmeFiles(const std::string& export_id, const std::string& case_id);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_EXPORT_REGULATOR_README_H_
