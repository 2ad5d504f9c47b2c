// What a request may be at most, in one place. docs/reference/limits.md lists the same figures with
// the error that each gives; limits of what is stored are in eventstore/log/append.h.
//
// Used by: api/commands, api/service, api/web, api/server.
#ifndef CONSTANCIA_API_COMMANDS_LIMITS_H_
#define CONSTANCIA_API_COMMANDS_LIMITS_H_

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace constancia::api {

// An event may be said to have happened so much later than the server's clock says it is.
inline constexpr absl::Duration kClockAheadMax = absl::Minutes(5);

// One request. 64 events of full size do not fit: send them in several appends. The transport takes
// more, so that a request above the limit is answered with a reason.
inline constexpr size_t kMessageBytesMax = 4 << 20;
inline constexpr int kTransportBytesMax = 16 << 20;

inline constexpr uint32_t kPageSizeDefault = 100;
inline constexpr uint32_t kPageSizeMax = 1'000;
// A page ends early behind this many bytes of events, so that it stays below kMessageBytesMax.
inline constexpr size_t kPageBytesMax = 2 << 20;
// Events looked at for one page of a filtered list; a page may so be empty while more follow.
inline constexpr size_t kPageScanMax = 20'000;
inline constexpr int kFilterTypesMax = 32;

// One BatchCheckContacts, and how many of its results are made and sent at a time.
inline constexpr int kBatchContactsMax = 10'000;
inline constexpr int kBatchChannelsMax = 16;
inline constexpr int kBatchChunk = 64;
inline constexpr size_t kBatchesMax = 16;

// Requests of one StreamAppend call that may be unanswered; the server reads no further.
inline constexpr size_t kStreamInFlightMax = 256;
inline constexpr size_t kStreamsMax = 256;
// How often a watcher that waits is told how far the log was followed.
inline constexpr absl::Duration kWatchHeartbeat = absl::Seconds(10);
inline constexpr size_t kWatchersMax = 64;
inline constexpr size_t kAuditFeedChunkBytes = 256 << 10;
inline constexpr size_t kAuditFeedsMax = 16;
inline constexpr int kCosignaturesOfACallMax = 32;
// Of a role or grant.
inline constexpr int kRoleScopesMax = 32;
inline constexpr int kGrantStreamsMax = 64;

// Calls that read or wait: how many run at once, and how many more may queue.
inline constexpr size_t kWorkerThreads = 4;
inline constexpr size_t kWorkerQueueMax = 1'024;

// Appends that wait for others about the same people or cases, and what they hold; the threads on
// which they are judged then.
inline constexpr size_t kTurnsWaitingMax = 4'096;
inline constexpr size_t kTurnsBytesMax = 64 << 20;
inline constexpr size_t kTurnThreads = 2;

// How often it is looked for what fell due.
inline constexpr absl::Duration kTimersEvery = absl::Seconds(1);

// How long a stopping server waits for the calls it took.
inline constexpr absl::Duration kDrainMax = absl::Seconds(30);

// HTTP.
inline constexpr size_t kHttpHeaderBytesMax = 16 << 10;
inline constexpr size_t kHttpBodyBytesMax = 64 << 10;
inline constexpr size_t kHttpConnectionsMax = 256;
inline constexpr absl::Duration kHttpHandshakeMax = absl::Seconds(10);
inline constexpr absl::Duration kHttpIdleMax = absl::Seconds(60);
inline constexpr absl::Duration kHttpWriteMax = absl::Seconds(30);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_LIMITS_H_
