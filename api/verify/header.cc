#include "header.h"

#include <algorithm>

#include "bytes.h"
#include "wire.h"

namespace verify {
namespace {

constexpr char kEventType = 0x01;
constexpr char kMapRootType = 0x02;
constexpr size_t kMapRootBytes = 57;
constexpr std::string_view kSourceDomain = "constancia/source/v1";
constexpr std::string_view kSealDomain = "constancia/seal/v1";
constexpr int kNestingMax = 16;

// Reads the fields of one of our messages: numbers rise, so that every field has one place and
// none stands twice (but `repeated_number`), and each has the type given.
class Fields {
 public:
  Fields(std::string_view message, std::string_view what, uint32_t repeated_number = 0)
      : reader_(message), what_(what), repeated_(repeated_number) {}

  // Moves to the next field; false at the end or on a fault.
  bool Next() {
    const uint32_t before = field_.number;
    if (!reader_.Next(&field_)) {
      if (!reader_.ok()) Refuse("is not a protobuf message");
      return false;
    }
    if (field_.number < before || (field_.number == before && before != repeated_)) {
      Refuse("has fields out of order or twice");
    }
    return status_.ok();
  }
  uint32_t number() const { return field_.number; }
  uint64_t value() const { return field_.value; }

  uint64_t Varint() {
    Expect(WireType::kVarint);
    return field_.value;
  }
  uint64_t Fixed64() {
    Expect(WireType::kFixed64);
    return field_.value;
  }
  std::string_view Bytes() {
    Expect(WireType::kBytes);
    return field_.bytes;
  }
  std::string_view Bytes(size_t size) {
    Expect(WireType::kBytes);
    if (field_.bytes.size() != size) RefuseField("has the wrong length");
    return field_.bytes;
  }
  Hash HashValue() { return Hash::From(Bytes(32)).value_or(Hash{}); }
  std::string_view Text() {
    Expect(WireType::kBytes);
    if (!IsUtf8(field_.bytes)) RefuseField("is not UTF-8");
    return field_.bytes;
  }
  void Unknown() { RefuseField("is unknown"); }
  void RefuseField(const std::string& why) {
    Refuse("field " + std::to_string(field_.number) + " " + why);
  }
  const Status& status() const { return status_; }

 private:
  void Expect(WireType type) {
    if (field_.type != type) RefuseField("has the wrong type");
  }
  void Refuse(const std::string& why) {
    if (status_.ok()) status_ = NotProven(std::string(what_) + " " + why);
  }

  WireReader reader_;
  WireField field_;
  std::string_view what_;
  uint32_t repeated_;
  Status status_;
};

Status ParseActor(std::string_view message) {
  Fields fields(message, "the actor");
  while (fields.Next()) {
    switch (fields.number()) {
      case 1:
        fields.Varint();
        break;
      case 2:
      case 3:
      case 4:
        fields.Text();
        break;
      default:
        fields.Unknown();
    }
  }
  return fields.status();
}

Status ParseOnBehalfOf(std::string_view message) {
  Fields fields(message, "on_behalf_of");
  while (fields.Next()) {
    switch (fields.number()) {
      case 1:
      case 2:
        fields.Text();
        break;
      default:
        fields.Unknown();
    }
  }
  return fields.status();
}

Result<Sealed> ParseSealed(std::string_view message) {
  Fields fields(message, "the commitment to the personal part");
  Sealed sealed;
  uint32_t seen = 0;
  while (fields.Next()) {
    seen |= fields.number() < 4 ? 1u << fields.number() : 0;
    switch (fields.number()) {
      case 1:
        sealed.key_id = fields.Bytes(16);
        break;
      case 2:
        sealed.commitment = fields.HashValue();
        break;
      case 3:
        sealed.digest = fields.HashValue();
        break;
      case 4:
        sealed.subject = fields.Varint();
        break;
      default:
        fields.Unknown();
    }
  }
  VERIFY_TRY(fields.status());
  if (seen != 0b1110) return NotProven("the commitment to the personal part lacks a field");
  return sealed;
}

Result<SourceSignature> ParseSourceSignature(std::string_view message) {
  Fields fields(message, "the source signature");
  SourceSignature signature;
  while (fields.Next()) {
    switch (fields.number()) {
      case 1:
        signature.key_id = fields.Bytes(4);
        break;
      case 2:
        signature.signature = fields.Bytes(64);
        break;
      default:
        fields.Unknown();
    }
  }
  VERIFY_TRY(fields.status());
  if (signature.key_id.empty() || signature.signature.empty()) {
    return NotProven("the source signature lacks a field");
  }
  return signature;
}

Result<StreamPlace> ParseStreamPlace(std::string_view message) {
  Fields fields(message, "a stream");
  StreamPlace place;
  uint64_t kind = 0;
  bool has_key = false;
  while (fields.Next()) {
    switch (fields.number()) {
      case 1:
        kind = fields.Varint();
        break;
      case 2:
        place.name = fields.Text();
        break;
      case 3:
        place.key = fields.HashValue();
        has_key = true;
        break;
      case 4:
        place.sequence = fields.Varint();
        break;
      default:
        fields.Unknown();
    }
  }
  VERIFY_TRY(fields.status());
  if (kind < 1 || kind > 8) return NotProven("a stream has an unknown kind");
  if (!has_key) return NotProven("a stream has no key");
  place.kind = static_cast<StreamKind>(kind);
  if ((place.kind == StreamKind::kIdentifier) != place.name.empty()) {
    return NotProven("a stream must have a name unless it is an identifier's");
  }
  return place;
}

Status CheckEvent(const Event& event) {
  if (event.event_id.empty()) return NotProven("the event has no id");
  if (event.type.empty()) return NotProven("the event has no type");
  if (event.source.empty()) return NotProven("the event has no source");
  if (event.public_payload.size() > kPublicPayloadBytesMax) {
    return NotProven("the public part is longer than 32,768 bytes");
  }
  if (event.streams.empty() || event.streams.size() > kStreamsMax) {
    return NotProven("an event must stand in one to eight streams");
  }
  for (size_t i = 0; i < event.streams.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (event.streams[i].key == event.streams[j].key) {
        return NotProven("the event stands in one stream twice");
      }
    }
  }
  if (event.sealed && event.sealed->subject >= event.streams.size()) {
    return NotProven("the subject of the personal part is no stream of the event");
  }
  return {};
}

bool HasFieldWithValue(std::string_view message, std::string_view value, int depth) {
  WireReader reader(message);
  WireField field;
  bool found = false;
  while (reader.Next(&field)) {
    if (field.type != WireType::kBytes) continue;
    found = found || field.bytes == value ||
            (depth < kNestingMax && field.bytes.size() > value.size() &&
             HasFieldWithValue(field.bytes, value, depth + 1));
  }
  return reader.ok() && found;
}

}  // namespace

bool IsEventLeaf(std::string_view leaf) { return !leaf.empty() && leaf[0] == kEventType; }
bool IsMapRootLeaf(std::string_view leaf) { return !leaf.empty() && leaf[0] == kMapRootType; }

Status ParseEvent(std::string_view leaf, Event* event) {
  if (!IsEventLeaf(leaf)) return NotProven("the entry is not an event");
  if (leaf.size() > kLeafBytesMax) return NotProven("the entry is longer than 65,535 bytes");
  std::vector<StreamPlace> streams = std::move(event->streams);
  streams.clear();
  *event = Event{};
  event->streams = std::move(streams);

  Fields fields(leaf.substr(1), "the event header", /*repeated_number=*/17);
  while (fields.Next()) {
    switch (fields.number()) {
      case 1:
        event->event_id = fields.Bytes(16);
        break;
      case 2:
        event->type = fields.Text();
        break;
      case 3:
        event->occurred_at = fields.Fixed64();
        break;
      case 4:
        fields.Text();
        break;
      case 5:
        fields.Varint();
        break;
      case 6:
        VERIFY_TRY(ParseActor(fields.Bytes()));
        break;
      case 7:
        VERIFY_TRY(ParseOnBehalfOf(fields.Bytes()));
        break;
      case 8:
        event->source = fields.Text();
        break;
      case 9:
      case 10:
        fields.Text();
        break;
      case 11:
      case 12:
        fields.Bytes(16);
        break;
      case 13:
        event->public_payload = fields.Bytes();
        break;
      case 14: {
        VERIFY_ASSIGN(event->sealed, ParseSealed(fields.Bytes()));
        break;
      }
      case 15: {
        VERIFY_ASSIGN(event->source_signature, ParseSourceSignature(fields.Bytes()));
        break;
      }
      case 16:
        event->recorded_at = static_cast<int64_t>(fields.Fixed64());
        break;
      case 17: {
        VERIFY_ASSIGN(const StreamPlace place, ParseStreamPlace(fields.Bytes()));
        event->streams.push_back(place);
        break;
      }
      default:
        fields.Unknown();
    }
  }
  VERIFY_TRY(fields.status());
  return CheckEvent(*event);
}

Result<MapRoot> ParseMapRoot(std::string_view leaf) {
  if (leaf.size() != kMapRootBytes || !IsMapRootLeaf(leaf)) {
    return NotProven("the entry is not a map root of 57 bytes");
  }
  MapRoot map_root;
  map_root.covered = ReadU64(leaf.data() + 1);
  map_root.key_count = ReadU64(leaf.data() + 9);
  map_root.root = *Hash::From(leaf.substr(17, 32));
  map_root.previous = ReadU64(leaf.data() + 49);
  return map_root;
}

Result<GroupRow> ParseGroupRow(std::string_view bytes) {
  Fields fields(bytes, "the group row");
  GroupRow row;
  uint32_t seen = 0;
  while (fields.Next()) {
    seen |= fields.number() < 8 ? 1u << fields.number() : 0;
    switch (fields.number()) {
      case 1:
        row.first = fields.Varint();
        break;
      case 2:
        row.count = fields.Varint();
        break;
      case 3:
        row.root = fields.HashValue();
        break;
      case 4:
        row.key_id = fields.Bytes(4);
        break;
      case 5:
        row.signature = fields.Bytes(64);
        break;
      case 6:
        row.previous = fields.HashValue();
        break;
      case 7:
        row.epoch = fields.Varint();
        break;
      default:
        fields.Unknown();
    }
  }
  VERIFY_TRY(fields.status());
  constexpr uint32_t kNeeded = 0b1111100;  // first may be 0, epoch may be 0
  if ((seen & kNeeded) != kNeeded) return NotProven("the group row lacks a field");
  if (row.count < 1 || row.count > 4096) {
    return NotProven("a group must hold 1 to 4,096 entries");
  }
  return row;
}

Hash OpenStreamKey(StreamKind kind, std::string_view origin, std::string_view name) {
  std::string prefix("\x13");
  prefix.push_back(static_cast<char>(kind));
  AppendU16(&prefix, static_cast<uint16_t>(origin.size()));
  return Sha256({prefix, origin, name});
}

Hash SecretStreamKey(StreamKind kind, std::string_view origin, std::string_view secret,
                     std::string_view name) {
  std::string message(1, static_cast<char>(kind));
  message += name;
  return OpenStreamKey(kind, origin, HmacSha256(secret, message).view());
}

Status StreamKeyCheck::Check(const Event& event) {
  bool in_source_stream = false;
  for (const StreamPlace& place : event.streams) {
    if (place.kind == StreamKind::kSource) {
      if (source_name_ != place.name) {
        source_name_ = std::string(place.name);
        source_key_ = OpenStreamKey(place.kind, origin_, place.name);
      }
      if (place.key != source_key_) {
        return NotProven("the key of stream " + StreamText(place) + " is not that of its name");
      }
      in_source_stream = in_source_stream || place.name == event.source;
    } else if (place.kind == StreamKind::kLedger) {
      if (place.name != "ledger" || place.key != OpenStreamKey(place.kind, origin_, place.name)) {
        return NotProven("the key of the ledger's stream is wrong");
      }
    } else if (secret_ && place.kind != StreamKind::kIdentifier &&
               place.key != SecretStreamKey(place.kind, origin_, *secret_, place.name)) {
      return NotProven("the key of stream " + StreamText(place) +
                       " is not that of its name under the secret K you gave");
    }
  }
  if (!in_source_stream) return NotProven("the event is not in the stream of its source");
  return {};
}

std::string StreamText(const StreamPlace& place) {
  switch (place.kind) {
    case StreamKind::kCase:
      return "case/" + Printable(place.name);
    case StreamKind::kDebtor:
      return "debtor/" + Printable(place.name);
    case StreamKind::kSource:
      return "source/" + Printable(place.name);
    case StreamKind::kExport:
      return "export/" + Printable(place.name);
    case StreamKind::kLedger:
      return "ledger";
    case StreamKind::kAgent:
      return "agent/" + Printable(place.name);
    case StreamKind::kHold:
      return "hold/" + Printable(place.name);
    case StreamKind::kIdentifier:
      return "identifier/" + HexEncode(place.key.view());
  }
  return HexEncode(place.key.view());
}

std::string SealMessage(uint64_t first, uint64_t count, const Hash& root) {
  std::string message(kSealDomain);
  message.push_back('\0');
  AppendU64(&message, first);
  AppendU32(&message, static_cast<uint32_t>(count));
  message += root.view();
  return message;
}

bool SourceSignatureHolds(const Event& event, std::string_view key) {
  if (!event.source_signature) return false;
  std::string message(kSourceDomain);
  message.push_back('\0');
  message += event.event_id;
  AppendU64(&message, event.occurred_at);
  message += Sha256(event.type).view();
  message += Sha256(event.public_payload).view();
  message += (event.sealed ? event.sealed->commitment : Hash{}).view();
  return Ed25519Verify(key, message, event.source_signature->signature);
}

Result<VerifierKey> ParseSourceKey(std::string_view text) {
  VERIFY_ASSIGN(VerifierKey key, ParseVerifierKey(text));
  if (key.type != kPrivateType || key.key.size() != kSourceDomain.size() + 32 ||
      key.key.substr(0, kSourceDomain.size()) != kSourceDomain) {
    return NotProven("not the key of a source (type 255, \"constancia/source/v1\", 32 bytes)");
  }
  key.key.erase(0, kSourceDomain.size());
  return key;
}

bool HasFieldWithValue(std::string_view message, std::string_view value) {
  return HasFieldWithValue(message, value, 0);
}

}  // namespace verify
