#include "tests/bench/postgres.h"

#include <libpq-fe.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace constancia::bench {
namespace {

constexpr char kSchema[] = R"sql(
create table event (
  position bigint primary key, debtor text not null, occurred_at timestamptz not null, payload bytea not null,
  hash bytea not null);
create index on event (debtor, occurred_at);
create table head (only_row bool primary key default true, position bigint not null, hash bytea not null);
insert into head values (true, 0, '\x00');
create function append_event(a_debtor text, a_payload bytea) returns bigint language plpgsql as $$
declare
  contacts bigint;
  h head%rowtype;
begin
  select count(*) into contacts from event where debtor = a_debtor and occurred_at > now() - interval '7 days';
  select * into h from head for update;
  h.position := h.position + 1;
  h.hash := sha256(h.hash || a_payload || int8send(contacts));
  insert into event values (h.position, a_debtor, now(), a_payload, h.hash);
  update head set position = h.position, hash = h.hash;
  return h.position;
end $$;
)sql";

// PostgreSQL refuses to run as root; then it runs as the user its package made.
std::string AsServerUser(const std::string& command) {
  return geteuid() == 0 ? absl::StrCat("runuser -u postgres -- ", command) : command;
}

absl::Status Run(const std::string& command) {
  if (std::system(absl::StrCat(command, " >/dev/null 2>&1").c_str()) != 0) {
    return absl::InternalError(absl::StrCat("failed: ", command));
  }
  return absl::OkStatus();
}

std::string ProgramFolder() {
  const std::string base = "/usr/lib/postgresql";
  std::error_code ignored;
  for (const auto& version : std::filesystem::directory_iterator(base, ignored)) {
    if (std::filesystem::exists(version.path() / "bin/initdb"))
      return (version.path() / "bin").string();
  }
  return "";
}

struct CloseConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using Connection = std::unique_ptr<PGconn, CloseConnection>;

absl::StatusOr<Connection> Connect(const std::string& folder) {
  Connection connection(PQconnectdb(absl::StrCat("host=", folder, " dbname=postgres user=",
                                                 geteuid() == 0 ? "postgres" : getenv("USER"))
                                        .c_str()));
  if (PQstatus(connection.get()) != CONNECTION_OK)
    return absl::InternalError(PQerrorMessage(connection.get()));
  return connection;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Postgres>> Postgres::Start(const std::string& scratch) {
  const std::string programs = ProgramFolder();
  if (programs.empty()) return absl::NotFoundError("PostgreSQL is not installed");
  const std::string folder = scratch + "/postgres";
  std::filesystem::create_directories(folder);
  std::unique_ptr<Postgres> server(new Postgres(folder));
  for (const std::string& command :
       {absl::StrCat(geteuid() == 0 ? "chown postgres " : "true ", folder),
        AsServerUser(absl::StrCat(programs, "/initdb -A trust -D ", folder, "/data")),
        AsServerUser(absl::StrCat(programs, "/pg_ctl -w -D ", folder, "/data -l ", folder,
                                  "/log -o \"-k ", folder,
                                  " -c listen_addresses='' -c synchronous_commit=on",
                                  " -c max_connections=100 -c shared_buffers=256MB\" start"))}) {
    if (absl::Status status = Run(command); !status.ok()) return status;
  }
  auto connection = Connect(folder);
  if (!connection.ok()) return connection.status();
  PGresult* made = PQexec(connection->get(), kSchema);
  const bool ok = PQresultStatus(made) == PGRES_COMMAND_OK;
  PQclear(made);
  if (!ok) return absl::InternalError(PQerrorMessage(connection->get()));
  return server;
}

Postgres::~Postgres() {
  Run(AsServerUser(
          absl::StrCat(ProgramFolder(), "/pg_ctl -m immediate -D ", folder_, "/data stop")))
      .IgnoreError();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

absl::StatusOr<Measured> Postgres::Append(size_t clients, size_t payload_bytes,
                                          absl::Duration warm_up, absl::Duration duration) {
  std::vector<Connection> connections;
  for (size_t i = 0; i < clients; ++i) {
    auto connection = Connect(folder_);
    if (!connection.ok()) return connection.status();
    PQclear(
        PQprepare(connection->get(), "append", "select append_event($1, $2::bytea)", 2, nullptr));
    connections.push_back(*std::move(connection));
  }
  std::mutex mutex;
  std::vector<double> latencies;
  std::atomic<uint64_t> failures{0};
  const absl::Time counted_from = absl::Now() + warm_up;
  const absl::Time until = counted_from + duration;
  std::vector<std::thread> threads;
  for (size_t i = 0; i < clients; ++i) {
    threads.emplace_back([&, i] {
      std::vector<double> mine;
      const std::string payload(payload_bytes, 'x');
      for (uint64_t n = 0; absl::Now() < until; ++n) {
        const std::string debtor = absl::StrCat("P-", i, "-", n % 1000);
        const char* values[] = {debtor.c_str(), payload.data()};
        const int lengths[] = {0, static_cast<int>(payload.size())};
        const int formats[] = {0, 1};
        const absl::Time began = absl::Now();
        PGresult* result =
            PQexecPrepared(connections[i].get(), "append", 2, values, lengths, formats, 1);
        if (PQresultStatus(result) != PGRES_TUPLES_OK) failures.fetch_add(1);
        PQclear(result);
        const absl::Time ended = absl::Now();
        if (began >= counted_from && ended <= until)
          mine.push_back(absl::ToDoubleMilliseconds(ended - began));
      }
      const std::lock_guard lock(mutex);
      latencies.insert(latencies.end(), mine.begin(), mine.end());
    });
  }
  for (std::thread& thread : threads) thread.join();
  return Summarise(latencies, duration, failures.load());
}

}  // namespace constancia::bench
