#include "api/export/bag/evidence.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "api/export/bag/json.h"
#include "constancia/event/v1/records.pb.h"
#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/status.h"
#include "core/crypto/sha256.h"
#include "core/event/uuid.h"
#include "eventstore/proof/merkle.h"
#include "eventstore/proof/note.h"
#include "google/protobuf/message.h"

namespace constancia::api {
namespace {

using eventstore::RecordedEvent;

constexpr size_t kReadStep = 256;
constexpr char kUtcFormat[] = "%Y-%m-%dT%H:%M:%E*SZ";
constexpr char kLocalFormat[] = "%Y-%m-%dT%H:%M:%E*S%Ez";

// The event that destroyed a data key, by the key's id.
using Erasures = std::map<std::string, RecordedEvent>;

void KeepErasure(const RecordedEvent& event, Erasures* erasures) {
  const std::string& payload = event.header.public_payload();
  if (event.header.type() == event::v1::PersonalDataErased::descriptor()->full_name()) {
    event::v1::PersonalDataErased erased;
    CHECK(erased.ParseFromString(payload));
    for (const std::string& id : erased.key_ids_destroyed()) erasures->emplace(id, event);
  } else if (event.header.type() == event::v1::RecordDisposed::descriptor()->full_name()) {
    event::v1::RecordDisposed disposed;
    CHECK(disposed.ParseFromString(payload));
    erasures->emplace(disposed.key_id(), event);
  }
}

// Calls `take` with the events of `stream` whose positions are below `size`.
template <typename Take>
absl::Status ReadBelow(const eventstore::LogReader& reader, const Stream& stream, uint64_t size,
                       Take take) {
  for (uint64_t from = 0;; from += kReadStep) {
    ASSIGN_OR_RETURN(std::vector<RecordedEvent> events,
                     reader.ReadStream(stream, Sequence{from}, kReadStep));
    for (RecordedEvent& event : events) {
      if (event.position.value >= size) return absl::OkStatus();
      take(std::move(event));
    }
    if (events.size() < kReadStep) return absl::OkStatus();
  }
}

Stream SubjectOf(const RecordedEvent& event) {
  const StreamPlace& place =
      event.header.streams(static_cast<int>(event.header.sealed().subject()));
  return {.kind = place.kind(), .name = place.name()};
}

// What ended data keys of the subjects of `events`, as far as the log of `size` entries says.
absl::StatusOr<Erasures> FindErasures(const eventstore::LogReader& reader,
                                      const std::vector<ExportedEvent>& events, uint64_t size) {
  std::set<Stream> subjects;
  for (const ExportedEvent& event : events) {
    if (event.event.header.has_sealed()) subjects.insert(SubjectOf(event.event));
  }
  Erasures erasures;
  for (const Stream& subject : subjects) {
    RETURN_IF_ERROR(ReadBelow(reader, subject, size, [&erasures](const RecordedEvent& event) {
      KeepErasure(event, &erasures);
    }));
  }
  return erasures;
}

absl::Status SetPersonal(const eventstore::LogReader& reader, const Erasures& erasures,
                         bool open_personal, ExportedEvent* event) {
  if (!event->event.header.has_sealed()) return absl::OkStatus();
  const auto erasure = erasures.find(event->event.header.sealed().key_id());
  if (erasure != erasures.end()) {
    event->personal = PersonalState::kErased;
    event->erased_by = erasure->second.position;
    return absl::OkStatus();
  }
  if (!open_personal) {
    event->personal = PersonalState::kWithheld;
    return absl::OkStatus();
  }
  absl::StatusOr<OpenedPersonal> opened = reader.OpenPersonal(event->event);
  if (ReasonOf(opened.status()) == error::v1::PERSONAL_PART_ERASED) {
    return Error(error::v1::NOT_PUBLISHED,
                 "a personal part was erased while the export was built; build it again");
  }
  if (!opened.ok()) return opened.status();
  event->personal = PersonalState::kOpened;
  event->opened = *std::move(opened);
  return absl::OkStatus();
}

ExportedEvent Export(RecordedEvent event) {
  ExportedEvent exported;
  exported.leaf_hash = eventstore::LeafHash(event.leaf);
  exported.event = std::move(event);
  return exported;
}

void AppendRecord(const ExportedEvent& event, std::string* out) {
  AppendU64(out, event.event.position.value);
  AppendU32(out, static_cast<uint32_t>(event.event.leaf.size()));
  out->append(event.event.leaf);
  AppendU8(out, static_cast<uint8_t>(event.personal));
  if (event.personal == PersonalState::kOpened) {
    AppendU32(out,
              static_cast<uint32_t>(event.opened.salt.size() + event.opened.personal_part.size()));
    out->append(event.opened.salt);
    out->append(event.opened.personal_part);
  } else if (event.personal == PersonalState::kErased) {
    AppendU64(out, event.erased_by.value);
  }
}

std::string Records(const std::vector<ExportedEvent>& events) {
  std::string out;
  for (const ExportedEvent& event : events) AppendRecord(event, &out);
  return out;
}

std::string JsonLine(const ExportedEvent& event, const Catalogue& catalogue) {
  ledger::v1::EventHeader header = event.event.header;
  std::string line = absl::StrCat(
      "{\"position\":\"", event.event.position.value, "\",\"leaf_hash\":\"",
      HexEncode(event.leaf_hash.view()), "\",\"event_id\":\"", EventIdText(event),
      "\",\"occurred_at\":\"", UtcText(header.occurred_at()), "\",\"recorded_at\":\"",
      UtcText(header.recorded_at()), "\",\"personal\":\"", ToAbsl(ToText(event.personal)), "\"");
  if (event.personal == PersonalState::kErased) {
    absl::StrAppend(&line, ",\"erased_by\":\"", event.erased_by.value, "\"");
  }
  header.clear_public_payload();  // It is the payload, in words.
  line.append(",\"header\":");
  AppendJson(header, &line);
  absl::StrAppend(&line, ",\"payload\":", PayloadJson(event, catalogue), "}\n");
  return line;
}

}  // namespace

std::string_view ToText(PersonalState state) {
  switch (state) {
    case PersonalState::kNone:
      return "none";
    case PersonalState::kOpened:
      return "opened";
    case PersonalState::kWithheld:
      return "withheld";
    case PersonalState::kErased:
      return "erased";
  }
  return "";
}

std::string EventIdText(const ExportedEvent& event) {
  const auto id = EventId::From(event.event.header.event_id());
  CHECK(id.has_value());
  return ToText(*id);
}

std::string UtcText(int64_t micros) {
  return absl::FormatTime(kUtcFormat, absl::FromUnixMicros(micros), absl::UTCTimeZone());
}

std::string LocalText(const ledger::v1::EventHeader& header) {
  return absl::FormatTime(kLocalFormat, absl::FromUnixMicros(header.occurred_at()),
                          absl::FixedTimeZone(header.offset_minutes() * 60));
}

std::string PayloadBytes(const ExportedEvent& event) {
  return event.event.header.public_payload() + event.opened.personal_part;
}

std::string PayloadJson(const ExportedEvent& event, const Catalogue& catalogue) {
  const EventType* type = catalogue.Find(event.event.header.type());
  CHECK(type != nullptr);
  const std::unique_ptr<google::protobuf::Message> payload(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type->descriptor)->New());
  CHECK(payload->ParseFromString(PayloadBytes(event)));
  std::string json;
  AppendJson(*payload, &json);
  return json;
}

absl::StatusOr<Evidence> GatherEvidence(const eventstore::EventLog& log, const Stream& stream,
                                        bool open_personal, const CosignedNote& cosigned) {
  const eventstore::LogReader& reader = log.reader();
  Evidence evidence;
  evidence.stream = stream;
  ASSIGN_OR_RETURN(evidence.completeness, reader.ProveCompleteness(stream));
  if (evidence.completeness.count > kExportEventsMax) {
    return Error(error::v1::LIMIT_EXCEEDED,
                 absl::StrCat("an export holds at most ", kExportEventsMax, " events; this is ",
                              evidence.completeness.count));
  }
  ASSIGN_OR_RETURN(const eventstore::Note note,
                   eventstore::ParseNote(evidence.completeness.checkpoint));
  ASSIGN_OR_RETURN(evidence.checkpoint, eventstore::ParseCheckpoint(note.text));
  const uint64_t size = evidence.checkpoint.size;

  RETURN_IF_ERROR(ReadBelow(reader, stream, size, [&evidence](RecordedEvent event) {
    evidence.events.push_back(Export(std::move(event)));
  }));
  ASSIGN_OR_RETURN(const Erasures erasures, FindErasures(reader, evidence.events, size));
  for (ExportedEvent& event : evidence.events) {
    RETURN_IF_ERROR(SetPersonal(reader, erasures, open_personal, &event));
  }

  std::set<uint64_t> positions;
  for (const ExportedEvent& event : evidence.events) positions.insert(event.event.position.value);
  std::map<uint64_t, const RecordedEvent*> outside;
  for (const ExportedEvent& event : evidence.events) {
    if (event.personal != PersonalState::kErased) continue;
    if (positions.contains(event.erased_by.value)) continue;
    outside.emplace(event.erased_by.value, &erasures.at(event.event.header.sealed().key_id()));
  }
  for (const auto& [position, event] : outside) {
    evidence.related.push_back(Export(*event));
    positions.insert(position);
  }
  ASSIGN_OR_RETURN(evidence.inclusion,
                   reader.InclusionProofs({positions.begin(), positions.end()}, size));
  // At the end, because witnesses may take their time.
  ASSIGN_OR_RETURN(evidence.checkpoint_note, cosigned(size));
  evidence.completeness.checkpoint = evidence.checkpoint_note;
  return evidence;
}

std::vector<BagFile> RecordFiles(const Evidence& evidence, const Catalogue& catalogue) {
  std::vector<BagFile> files;
  files.push_back({"data/events.bin", Records(evidence.events)});
  files.push_back({"data/related.bin", Records(evidence.related)});
  std::string lines;
  for (const ExportedEvent& event : evidence.events) lines += JsonLine(event, catalogue);
  files.push_back({"data/events.jsonl", std::move(lines)});
  return files;
}

std::vector<BagFile> ProofFiles(const Evidence& evidence, const PublicKey& log_key) {
  const eventstore::VerifierKey key{
      .name = evidence.checkpoint.origin, .type = eventstore::KeyType::kEd25519, .key = log_key};
  return {
      {"proofs/checkpoint", evidence.checkpoint_note},
      {absl::StrCat("proofs/completeness/", HexEncode(evidence.completeness.key.view()), ".txt"),
       ToText(evidence.completeness)},
      {"proofs/inclusion.txt", ToText(evidence.inclusion)},
      {"proofs/keys.txt", key.ToText() + "\n"},
  };
}

}  // namespace constancia::api
