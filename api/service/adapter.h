// What the server asks of every gRPC service. One adapter a service, one line in the server's list.
//
// Used by: api/service (implements), api/server.
#ifndef CONSTANCIA_API_SERVICE_ADAPTER_H_
#define CONSTANCIA_API_SERVICE_ADAPTER_H_

#include <string_view>

namespace grpc {
class Service;
}

namespace constancia::api {

class ServiceAdapter {
 public:
  virtual ~ServiceAdapter() = default;

  // Full name, as in "constancia.v1.EventService".
  virtual std::string_view name() const = 0;

  // Lives as long as the adapter.
  virtual grpc::Service* service() = 0;

  // Ends the calls that would not end by themselves, once what they accepted is answered; new ones
  // end at once.
  virtual void Drain() {}
};

}  // namespace constancia::api

#endif  // CONSTANCIA_API_SERVICE_ADAPTER_H_
