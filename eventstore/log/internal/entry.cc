#include "eventstore/log/internal/entry.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/event/header.h"
#include "core/event/sealing.h"

namespace constancia::eventstore {

std::string EncodeEntry(std::string_view leaf, std::string_view sealed) {
  std::string row;
  row.reserve(sizeof(uint32_t) + leaf.size() + sealed.size());
  AppendU32(&row, static_cast<uint32_t>(leaf.size()));
  return row.append(leaf).append(sealed);
}

absl::StatusOr<EntryView> ParseEntry(std::string_view row) {
  ByteReader reader(row);
  const std::optional<uint32_t> length = reader.TakeU32();
  const std::optional<std::string_view> leaf = reader.Take(length.value_or(0));
  if (!length.has_value() || !leaf.has_value()) {
    return Error(error::v1::DAMAGED, "an entry is cut short");
  }
  return EntryView{*leaf, reader.rest()};
}

absl::StatusOr<ledger::v1::EventHeader> ParseHeader(Position position, const EntryView& entry) {
  absl::StatusOr<EventHeader> header = ParseEventLeaf(entry.leaf);
  if (!header.ok()) return DamagedAt(position, ToStd(header.status().message()));
  if (!entry.sealed.empty() &&
      SealedDigest(entry.sealed).view() != std::string_view(header->sealed().digest())) {
    return DamagedAt(position, "the sealed part is not the one the header names");
  }
  return header;
}

absl::StatusOr<RecordedEvent> ParseEvent(Position position, std::string_view row) {
  const absl::StatusOr<EntryView> entry = ParseEntry(row);
  if (!entry.ok()) return DamagedAt(position, ToStd(entry.status().message()));
  ASSIGN_OR_RETURN(EventHeader header, ParseHeader(position, *entry));
  return RecordedEvent{position, std::move(header), std::string(entry->leaf),
                       std::string(entry->sealed)};
}

absl::Status DamagedAt(Position position, std::string_view what) {
  return Error(error::v1::DAMAGED,
               absl::StrCat("the entry at position ", position.value, ": ", ToAbsl(what)), "",
               {{"position", absl::StrCat(position.value)}});
}

}  // namespace constancia::eventstore
