// Events as JSON.
//
// Used by: evidence.
// Threads: any thread.
#ifndef CONSTANCIA_API_EXPORT_BAG_JSON_H_
#define CONSTANCIA_API_EXPORT_BAG_JSON_H_

#include <string>

namespace google::protobuf {
class Message;
}

namespace constancia::api {

// Appends `message` as JSON under the names of its proto, byte for byte what protobuf's own
// MessageToJsonString makes of it. That one describes every type anew for each message, which took
// half the time of building an export. Messages of events and headers only: the JSON form of a type
// of google.protobuf is known for Timestamp, and a field of floating point is a bug.
void AppendJson(const google::protobuf::Message& message, std::string* out);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_EXPORT_BAG_JSON_H_
