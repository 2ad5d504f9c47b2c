// The part of an export that proves itself: the events of one stream, whole, with what ties them to
// a published checkpoint.
//
//     data/events.bin      the events of the stream, by rising position
//     data/related.bin     events outside it that say why a personal part is erased
//     data/events.jsonl    the same events for people and programs, a line each
//     proofs/checkpoint, proofs/completeness/<hex key>.txt, proofs/inclusion.txt, proofs/keys.txt
//
// A record is u64be position || u32be length || leaf || u8 state and then, by state, what is left
// of the personal part: 0 it has none; 1 opened: u32be length || salt || personal part; 2 withheld;
// 3 erased: u64be position of the event that erased it.
//
// Used by: the kinds of export.
// Threads: any.
#ifndef CONSTANCIA_API_EXPORT_BAG_EVIDENCE_H_
#define CONSTANCIA_API_EXPORT_BAG_EVIDENCE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "api/export/bag/bag_writer.h"
#include "core/base/hash.h"
#include "core/crypto/ed25519.h"
#include "core/event/catalogue.h"
#include "core/event/sealing.h"
#include "core/event/stream.h"
#include "eventstore/log/event_log.h"
#include "eventstore/proof/checkpoint.h"
#include "eventstore/proof/completeness.h"
#include "eventstore/proof/multi_proof.h"

namespace constancia::api {

// Events of one export. They are held in memory with everything written about them, some 8 KiB an
// event.
inline constexpr uint64_t kExportEventsMax = 50'000;

enum class PersonalState : uint8_t { kNone = 0, kOpened = 1, kWithheld = 2, kErased = 3 };

// "none", "opened", "withheld", "erased".
std::string_view ToText(PersonalState state);

struct ExportedEvent {
  eventstore::RecordedEvent event;
  Hash leaf_hash;
  PersonalState personal = PersonalState::kNone;
  OpenedPersonal opened;  // when opened
  Position erased_by;     // when erased
};

struct Evidence {
  Stream stream;
  std::vector<ExportedEvent> events;
  std::vector<ExportedEvent> related;
  eventstore::CompletenessProof completeness;
  eventstore::MultiProof inclusion;
  eventstore::Checkpoint checkpoint;
  std::string checkpoint_note;
};

// Gives the note of the checkpoint of a size, with its cosignatures; may wait for them.
using CosignedNote = std::function<absl::StatusOr<std::string>(uint64_t size)>;

// Reads the events that `stream` has in the latest published checkpoint, and their proofs; the
// note of that checkpoint is what `cosigned` gives for it. Fails as `cosigned` does, with
// LIMIT_EXCEEDED above kExportEventsMax, and with NOT_PUBLISHED when a personal part was erased by
// an event that the checkpoint does not cover yet: gather again at a later one.
absl::StatusOr<Evidence> GatherEvidence(const eventstore::EventLog& log, const Stream& stream,
                                        bool open_personal, const CosignedNote& cosigned);

// Files below data/ and below proofs/. `log_key` is the key the log signs with now.
std::vector<BagFile> RecordFiles(const Evidence& evidence, const Catalogue& catalogue);
std::vector<BagFile> ProofFiles(const Evidence& evidence, const PublicKey& log_key);

// The event's id as text, and its times for people: "2026-01-09T12:00:00Z" and on the clock of its
// zone "2026-01-09T09:00:00-03:00".
std::string EventIdText(const ExportedEvent& event);
std::string UtcText(int64_t micros);
std::string LocalText(const ledger::v1::EventHeader& header);

// The whole payload, as far as it is opened: its encoding, and as protobuf JSON.
std::string PayloadBytes(const ExportedEvent& event);
std::string PayloadJson(const ExportedEvent& event, const Catalogue& catalogue);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_EXPORT_BAG_EVIDENCE_H_
