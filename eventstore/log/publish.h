// Publishing: the log as a tree of static files (C2SP tlog-tiles) that any web server can carry.
//
//     checkpoint                    the latest signed checkpoint
//     tile/<L>/<N>[.p/<W>]          hashes
//     tile/entries/<N>[.p/<W>]      leaf bytes
//     seals                         every group row below that checkpoint: u32be length || row
//
// Entry bundles come first, then hash tiles, then `checkpoint`, each durable before the next, so
// the tree is whole whenever it is read. Run again, it adds what is missing.
//
// Used by: api/cli (ledger publish).
// Threads: one call a folder.
#ifndef CONSTANCIA_EVENTSTORE_LOG_PUBLISH_H_
#define CONSTANCIA_EVENTSTORE_LOG_PUBLISH_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "eventstore/log/log_reader.h"

namespace constancia::eventstore {

struct PublishResult {
  uint64_t size = 0;  // of the published checkpoint
  uint64_t files_written = 0;
};

// Writes the latest checkpoint of `reader` below `folder`, which is made when it is absent. Fails
// with SETUP_INVALID when the folder holds another log, or a later checkpoint of this one.
absl::StatusOr<PublishResult> Publish(
    const LogReader& reader, const std::string& folder,
    const std::function<void(uint64_t done, uint64_t total)>& progress = nullptr);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_PUBLISH_H_
