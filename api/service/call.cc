#include "api/service/call.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/auth_context.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/proto_buffer_writer.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "api/commands/limits.h"
#include "core/base/check.h"
#include "google/protobuf/message_lite.h"

namespace constancia::api {
namespace {

constexpr int kWriterBlockBytes = 64 << 10;

}  // namespace

absl::StatusOr<Caller> CallerOf(const grpc::CallbackServerContext& context) {
  const std::shared_ptr<const grpc::AuthContext> peer = context.auth_context();
  std::vector<std::string> names;
  if (peer != nullptr) {
    for (const grpc::string_ref& name : peer->FindPropertyValues(GRPC_PEER_URI_PROPERTY_NAME)) {
      names.emplace_back(name.data(), name.size());
    }
  }
  return IdentifyCaller(names);
}

Language LanguageOf(const grpc::CallbackServerContext& context) {
  const auto wanted = context.client_metadata().find("accept-language");
  if (wanted == context.client_metadata().end()) return Language::kEnglish;
  return ParseAcceptLanguage({wanted->second.data(), wanted->second.size()});
}

absl::Status Parse(const grpc::ByteBuffer& bytes, google::protobuf::MessageLite* message) {
  if (bytes.Length() > kMessageBytesMax) {
    return Error(
        error::v1::EVENT_TOO_LARGE,
        absl::StrCat("a request is at most ", kMessageBytesMax, " bytes"), "",
        {{"bytes", absl::StrCat(bytes.Length())}, {"bytes_max", absl::StrCat(kMessageBytesMax)}});
  }
  grpc::ByteBuffer shared = bytes;  // The reader wants it mutable and leaves it as it is.
  grpc::ProtoBufferReader reader(&shared);
  if (!reader.status().ok() || !message->ParseFromZeroCopyStream(&reader)) {
    return Error(error::v1::SCHEMA_INVALID,
                 absl::StrCat("the request is not an encoding of ", message->GetTypeName()));
  }
  return absl::OkStatus();
}

grpc::ByteBuffer Serialize(const google::protobuf::MessageLite& message) {
  grpc::ByteBuffer bytes;
  const size_t size = message.ByteSizeLong();
  grpc::ProtoBufferWriter writer(&bytes, kWriterBlockBytes, static_cast<int>(size));
  CHECK(message.SerializeToZeroCopyStream(&writer));
  return bytes;
}

}  // namespace constancia::api
