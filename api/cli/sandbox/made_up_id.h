// National ids that nobody has been asked for: drawn from a seed, with right check digits.
//
// Used by: the sandbox portfolio.
// Threads: any.
#ifndef CONSTANCIA_API_CLI_SANDBOX_MADE_UP_ID_H_
#define CONSTANCIA_API_CLI_SANDBOX_MADE_UP_ID_H_

#include <string_view>

#include "core/base/national_id.h"
#include "core/base/random.h"

namespace constancia::api {

// `country` is CL (RUT), CO (CC) or MX (CURP).
NationalId MakeUpId(std::string_view country, SeededRandom& random);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_SANDBOX_MADE_UP_ID_H_
