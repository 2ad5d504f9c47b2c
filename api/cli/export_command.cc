#include "api/cli/export_command.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "api/cli/enum_text.h"
#include "api/cli/progress.h"
#include "constancia/v1/export_service.grpc.pb.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/crypto/sha256.h"

namespace constancia::api {
namespace {

using v1::ExportService;

std::vector<Column> ExportColumns() {
  return {{"export_id"}, {"case_id"},      {"state"},  {"events"},
          {"bytes"},     {"requested_at"}, {"sha256"}, {"failure"}};
}

std::vector<std::string> ExportCells(const v1::Export& bundle) {
  return {bundle.export_id(),
          bundle.case_id(),
          v1::Export::State_Name(bundle.state()),
          absl::StrCat(bundle.events()),
          absl::StrCat(bundle.bytes()),
          TimeText(bundle.requested_at().seconds() * kMicrosPerSecond, 0),
          HexEncode(bundle.sha256()),
          bundle.failure()};
}

void Write(const CommandContext& context, const v1::Export& bundle) {
  RecordWriter writer(context.format, Shape::kOne, ExportColumns(), context.out);
  writer.Add(ExportCells(bundle), ToJson(bundle));
  writer.Finish();
}

// How often an export that is waited for is looked at.
constexpr absl::Duration kPollEvery = absl::Milliseconds(200);

absl::StatusOr<v1::Export> Find(const Client& client, const std::string& export_id) {
  v1::GetExportRequest request;
  request.set_parent(client.parent());
  request.set_export_id(export_id);
  const auto stub = ExportService::NewStub(client.channel());
  return Call(*stub, &ExportService::Stub::GetExport, request);
}

absl::StatusOr<std::string> DigestOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  Sha256Stream hash;
  std::vector<char> block(1 << 16);
  while (file.read(block.data(), static_cast<std::streamsize>(block.size())) || file.gcount() > 0) {
    hash.Update({block.data(), static_cast<size_t>(file.gcount())});
  }
  if (!file.is_open() || file.bad()) {
    return Error(error::v1::SETUP_INVALID, absl::StrCat("cannot read ", path));
  }
  return std::string(hash.Finish().view());
}

}  // namespace

Outcome ExportCreate(const CommandContext& context, const ExportCreateOptions& options) {
  v1::CreateExportRequest request;
  ASSIGN_OR_RETURN(const int kind,
                   ReadEnum(*v1::ExportKind_descriptor(), "EXPORT_KIND_", options.kind));
  request.set_kind(static_cast<v1::ExportKind>(kind));
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  request.set_parent(client.parent());
  request.set_request_id(options.request_id.empty() ? FreshRequestId(context) : options.request_id);
  request.set_case_id(options.case_id);
  request.set_purpose(options.purpose);
  request.set_recipient(options.recipient);
  request.set_open_personal(options.open_personal);
  const auto stub = ExportService::NewStub(client.channel());
  ASSIGN_OR_RETURN(v1::Export bundle, Call(*stub, &ExportService::Stub::CreateExport, request));
  while (options.wait && bundle.state() == v1::Export::BUILDING) {
    absl::SleepFor(kPollEvery);
    ASSIGN_OR_RETURN(bundle, Find(client, bundle.export_id()));
  }
  Write(context, bundle);
  return bundle.state() == v1::Export::FAILED ? ExitCode::kFailure : ExitCode::kOk;
}

Outcome ExportStatus(const CommandContext& context, const std::string& export_id) {
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  ASSIGN_OR_RETURN(const v1::Export bundle, Find(client, export_id));
  Write(context, bundle);
  return bundle.state() == v1::Export::FAILED ? ExitCode::kFailure : ExitCode::kOk;
}

Outcome ExportList(const CommandContext& context) {
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  v1::ListExportsRequest request;
  request.set_parent(client.parent());
  const auto stub = ExportService::NewStub(client.channel());
  ASSIGN_OR_RETURN(const auto list, Call(*stub, &ExportService::Stub::ListExports, request));
  RecordWriter writer(context.format, Shape::kMany, ExportColumns(), context.out);
  for (const v1::Export& bundle : list.exports()) writer.Add(ExportCells(bundle), ToJson(bundle));
  writer.Finish();
  return ExitCode::kOk;
}

Outcome ExportDownload(const CommandContext& context, const std::string& export_id,
                       const std::string& out) {
  ASSIGN_OR_RETURN(const Client client, Client::Make(context.client));
  ASSIGN_OR_RETURN(const v1::Export bundle, Find(client, export_id));
  std::error_code absent;
  const auto size = std::filesystem::file_size(out, absent);
  const uint64_t offset = absent ? 0 : size;
  if (offset < bundle.bytes() || bundle.bytes() == 0) {
    v1::DownloadExportRequest request;
    request.set_parent(client.parent());
    request.set_export_id(export_id);
    request.set_offset(offset);
    grpc::ClientContext call;
    const auto stub = ExportService::NewStub(client.channel());
    const auto reader = stub->DownloadExport(&call, request);
    std::ofstream file;
    Progress progress("bytes", bundle.bytes() - offset, context.terminal, context.err,
                      context.clock);
    for (v1::DownloadExportResponse part; reader->Read(&part);) {
      if (!file.is_open()) file.open(out, std::ios::binary | std::ios::app);
      file << part.data();
      progress.Advance(part.data().size());
    }
    RETURN_IF_ERROR(FromGrpc(reader->Finish()));
    file.close();
    if (!file.good()) return Error(error::v1::SETUP_INVALID, absl::StrCat("cannot write ", out));
  }
  ASSIGN_OR_RETURN(const std::string digest, DigestOf(out));
  if (digest != bundle.sha256()) {
    return Error(error::v1::PROOF_INVALID,
                 absl::StrCat(out,
                              " is not the bundle that the server tells of; remove it and "
                              "download it again"));
  }
  Write(context, bundle);
  return ExitCode::kOk;
}

}  // namespace constancia::api
