// How events are written.
//
// Used by: events, case.
// Threads: any.
#ifndef CONSTANCIA_API_CLI_EVENT_OUTPUT_H_
#define CONSTANCIA_API_CLI_EVENT_OUTPUT_H_

#include <string>
#include <vector>

#include "api/cli/output.h"
#include "constancia/v1/event.pb.h"

namespace constancia::api {

std::vector<Column> EventColumns();
std::vector<std::string> EventCells(const v1::Event& event);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_CLI_EVENT_OUTPUT_H_
