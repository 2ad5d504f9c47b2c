#include "api/server/ledger_folder.h"

#include <arpa/inet.h>

#include <array>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "api/server/files.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/crypto/x509.h"
#include "core/event/public_string.h"
#include "eventstore/log/event_log.h"
#include "eventstore/projections/projections.h"
#include "eventstore/proof/note.h"

namespace constancia::api {
namespace {

namespace fs = std::filesystem;

constexpr int kAuthorityDays = 3'650;
constexpr int kCertificateDays = 825;
constexpr size_t kMasterKeyBytes = 32;
constexpr char kSampleSource[] = "sample-source";
constexpr absl::string_view kFirstRoles =
    "AGENT SUPERVISOR COMPLIANCE LEGAL FINANCE RECORDS_MANAGER AUDITOR_INTERNAL OPERATOR ADMIN";

absl::Status Invalid(absl::string_view message) {
  return Error(error::v1::SETUP_INVALID, ToStd(message));
}

std::string SettingsText(const InitOptions& options) {
  return absl::StrCat(
      "# Settings of this ledger. The environment (CONSTANCIA_GRPC_ADDRESS=...) and flags override "
      "them.\n"
      "grpc_address = \"127.0.0.1:7443\"\n"
      "http_address = \"127.0.0.1:7480\"\n"
      "reflection = true\n"
      "log_level = \"info\"\n"
      "cache_mib = 256\n"
      "\n"
      "# Roles by the id in a caller's certificate. Whoever makes a ledger has them all; give them "
      "to different\n"
      "# people before it holds real data.\n"
      "[roles.operator]\n",
      options.operator_id, " = \"", kFirstRoles, "\"\n");
}

// A name of a host is an address or a DNS name.
void AddHost(const std::string& host, CertificateSubject* subject) {
  std::array<unsigned char, sizeof(in6_addr)> address;
  const bool numeric = inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
                       inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
  (numeric ? subject->addresses : subject->dns_names).push_back(host);
}

absl::Status WriteCredential(const Credential& credential, const std::string& certificate_path,
                             const std::string& key_path) {
  RETURN_IF_ERROR(WriteNewFile(key_path, credential.key_pem, kSecretMode));
  return WriteNewFile(certificate_path, credential.certificate_pem, kPublicMode);
}

absl::Status MakeCertificates(const InitOptions& options, const LedgerPaths& paths) {
  const Instant now = options.clock->Now();
  ASSIGN_OR_RETURN(const Credential authority,
                   MakeAuthority(absl::StrCat("constancia ", options.tenant), now, kAuthorityDays));
  RETURN_IF_ERROR(WriteCredential(authority, paths.authority, paths.authority_key));
  CertificateSubject subject{.common_name = "constancia server", .use = CertificateUse::kServer};
  for (const std::string host : {"localhost", "127.0.0.1", "::1"}) AddHost(host, &subject);
  for (const std::string& host : options.hosts) AddHost(host, &subject);
  ASSIGN_OR_RETURN(const Credential server,
                   IssueCertificate(authority, subject, now, kCertificateDays));
  RETURN_IF_ERROR(WriteCredential(server, paths.server, paths.server_key));
  const Caller first{
      .kind = CallerKind::kOperator, .tenant = options.tenant, .id = options.operator_id};
  RETURN_IF_ERROR(IssueCaller(options.folder, first, "operator", *options.clock));
  const Caller sample{.kind = CallerKind::kSource, .tenant = options.tenant, .id = kSampleSource};
  return IssueCaller(options.folder, sample, kSampleSource, *options.clock);
}

absl::Status MakeLedger(const InitOptions& options, const LedgerPaths& paths) {
  const Ed25519Key key = Ed25519Key::Generate(*options.random);
  RETURN_IF_ERROR(key.SaveFile(paths.ledger_key));
  std::string master(kMasterKeyBytes, '\0');
  options.random->Fill({reinterpret_cast<uint8_t*>(master.data()), master.size()});
  RETURN_IF_ERROR(WriteNewFile(absl::StrCat(paths.secrets, "/master-1.key"),
                               HexEncode(master) + "\n", kSecretMode));
  const eventstore::VerifierKey verifier{
      .name = options.origin, .type = eventstore::KeyType::kEd25519, .key = key.public_key()};
  RETURN_IF_ERROR(WriteNewFile(
      paths.policy, absl::StrCat("log ", verifier.ToText(), "\nquorum none\n"), kPublicMode));
  eventstore::EventLog::Options log;
  log.folder = options.folder;
  log.signer = &key;
  log.master_keys = {{.generation = 1, .key = master}};
  log.clock = options.clock;
  log.random = options.random;
  log.projections = eventstore::InlineProjections();
  return eventstore::EventLog::Create(log, options.origin, options.tenant);
}

absl::Status Fill(const InitOptions& options) {
  const LedgerPaths paths(options.folder);
  RETURN_IF_ERROR(MakeFolder(paths.secrets, kSecretFolderMode));
  RETURN_IF_ERROR(MakeFolder(paths.tls, kPublicFolderMode));
  RETURN_IF_ERROR(MakeFolder(paths.exports, kSecretFolderMode));
  RETURN_IF_ERROR(WriteNewFile(paths.settings, SettingsText(options), kSecretMode));
  RETURN_IF_ERROR(MakeCertificates(options, paths));
  return MakeLedger(options, paths);
}

}  // namespace

LedgerPaths::LedgerPaths(const std::string& folder_path)
    : folder(folder_path),
      settings(folder + "/constancia.toml"),
      secrets(folder + "/secrets"),
      ledger_key(secrets + "/ledger.pem"),
      authority_key(secrets + "/ca.key"),
      server_key(secrets + "/server.key"),
      tls(folder + "/tls"),
      authority(tls + "/ca.pem"),
      server(tls + "/server.pem"),
      policy(folder + "/policy.txt"),
      exports(folder + "/exports") {}

absl::Status InitLedger(const InitOptions& options) {
  if (!eventstore::IsKeyName(options.origin)) {
    return Invalid("an origin is a name without spaces and '+', as in agency.example/ledger-1");
  }
  if (!IsId(options.tenant) || !IsId(options.operator_id)) {
    return Invalid("tenant and operator are 1 to 64 of [A-Za-z0-9._-]");
  }
  std::error_code error;
  if (fs::exists(options.folder, error)) {
    if (!fs::is_directory(options.folder, error) || !fs::is_empty(options.folder, error)) {
      return Invalid(absl::StrCat(options.folder,
                                  ": is there already and not empty; name a folder "
                                  "that does not exist"));
    }
  } else {
    RETURN_IF_ERROR(MakeFolder(options.folder, kSecretFolderMode));
  }
  const absl::Status filled = Fill(options);
  if (!filled.ok()) {
    for (const fs::directory_entry& entry : fs::directory_iterator(options.folder, error)) {
      fs::remove_all(entry.path(), error);
    }
  }
  return filled;
}

absl::Status IssueCaller(const std::string& folder, const Caller& caller, std::string_view name,
                         Clock& clock) {
  if (!IsId(name) || !IsId(caller.id) || !IsId(caller.tenant)) {
    return Invalid("names of files, callers and tenants are 1 to 64 of [A-Za-z0-9._-]");
  }
  const LedgerPaths paths(folder);
  Credential authority;
  ASSIGN_OR_RETURN(authority.certificate_pem, ReadSmallFile(paths.authority));
  ASSIGN_OR_RETURN(authority.key_pem, ReadSecretFile(paths.authority_key));
  ASSIGN_OR_RETURN(const Credential issued,
                   IssueCertificate(authority, {.common_name = caller.id, .uris = {ToUri(caller)}},
                                    clock.Now(), kCertificateDays));
  const std::string path = absl::StrCat(paths.tls, "/", ToAbsl(name));
  return WriteCredential(issued, path + ".pem", path + ".key");
}

absl::StatusOr<Ed25519Key> LoadLedgerKey(const LedgerPaths& paths) {
  return Ed25519Key::LoadFile(paths.ledger_key);
}

absl::StatusOr<std::vector<eventstore::MasterKey>> LoadMasterKeys(const LedgerPaths& paths) {
  std::vector<eventstore::MasterKey> keys;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(paths.secrets, error)) {
    const std::string file = entry.path().filename().string();
    absl::string_view name = file;
    if (!absl::ConsumePrefix(&name, "master-") || !absl::ConsumeSuffix(&name, ".key")) continue;
    eventstore::MasterKey key;
    ASSIGN_OR_RETURN(const std::string text, ReadSecretFile(entry.path().string()));
    const std::optional<std::string> raw =
        HexDecode(ToStd(absl::StripTrailingAsciiWhitespace(text)));
    if (!absl::SimpleAtoi(name, &key.generation) || !raw.has_value() ||
        raw->size() != kMasterKeyBytes) {
      return Invalid(absl::StrCat(entry.path().string(),
                                  ": a master key is master-<generation>.key and holds 64 hex "
                                  "digits"));
    }
    key.key = *raw;
    keys.push_back(std::move(key));
  }
  if (keys.empty()) return Invalid(absl::StrCat(paths.secrets, ": holds no master-<n>.key"));
  return keys;
}

}  // namespace constancia::api
