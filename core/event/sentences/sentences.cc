#include "core/event/sentences/sentences.h"

#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "core/base/check.h"
#include "core/base/status.h"
#include "core/event/catalogue.h"
#include "core/event/sentences/texts.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace constancia {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::Message;
using google::protobuf::MessageFactory;

constexpr char kPackage[] = "constancia.event.v1.";
constexpr std::string_view kCodes = "codes";

Phrase KindText(ledger::v1::ActorKind kind) {
  switch (kind) {
    case ledger::v1::PERSON:
      return {"persona", "pessoa", "person"};
    case ledger::v1::SYSTEM:
      return {"sistema", "sistema", "system"};
    case ledger::v1::BOT:
      return {"bot", "robô", "bot"};
    case ledger::v1::BATCH:
      return {"proceso masivo", "processo em lote", "batch"};
    case ledger::v1::AUTHORITY:
      return {"autoridad", "autoridade", "authority"};
    case ledger::v1::DEBTOR:
      return {"deudor", "devedor", "debtor"};
    default:
      return {"alguien", "alguém", "somebody"};
  }
}

// "UTC-03:00"
std::string OffsetText(int minutes) {
  return absl::StrFormat("UTC%c%02d:%02d", minutes < 0 ? '-' : '+', std::abs(minutes) / 60,
                         std::abs(minutes) % 60);
}

std::string ActorText(const ledger::v1::EventHeader& header, Language language) {
  const Phrase on_behalf = {"por cuenta de", "por conta de", "on behalf of"};
  const Phrase by = {"mediante", "por meio de", "through"};
  const ledger::v1::Actor& actor = header.actor();
  std::string text = absl::StrCat(KindText(actor.kind()).In(language), " ", actor.id());
  if (!actor.role().empty()) absl::StrAppend(&text, " (", actor.role(), ")");
  const ledger::v1::OnBehalfOf& whom = header.on_behalf_of();
  if (!whom.creditor().empty()) {
    absl::StrAppend(&text, ", ", on_behalf.In(language), " ", whom.creditor());
  }
  if (!whom.agency().empty()) {
    absl::StrAppend(&text, ", ", by.In(language), " ", whom.agency());
  }
  return text;
}

}  // namespace

Sentences::Sentences() {
  const Catalogue catalogue;  // links every family into the program
  for (const SentenceFile& file : SentenceFiles()) {
    const absl::Status read = file.name == kCodes ? ReadCodes(file.text) : ReadFamily(file.text);
    CHECK(read.ok());
  }
}

// "Masking FULL | es | pt | en", one a line.
absl::Status Sentences::ReadCodes(std::string_view text) {
  for (const absl::string_view line : absl::StrSplit(ToAbsl(text), '\n', absl::SkipEmpty())) {
    const std::vector<std::string> parts = absl::StrSplit(line, " | ");
    if (parts.size() != 4) {
      return Error(error::v1::SCHEMA_INVALID, absl::StrCat("no label in three languages: ", line));
    }
    labels_[parts[0]] = {parts[1], parts[2], parts[3]};
  }
  return absl::OkStatus();
}

// The name of a type, and its sentence in es, pt and en: four lines, then an empty one.
absl::Status Sentences::ReadFamily(std::string_view text) {
  for (const absl::string_view block :
       absl::StrSplit(ToAbsl(text), "\n\n", absl::SkipWhitespace())) {
    const std::vector<std::string> lines = absl::StrSplit(absl::StripAsciiWhitespace(block), '\n');
    const Descriptor* type =
        DescriptorPool::generated_pool()->FindMessageTypeByName(kPackage + lines.front());
    if (lines.size() != 4 || type == nullptr) {
      return Error(error::v1::SCHEMA_INVALID,
                   absl::StrCat("no type with three sentences: ", lines.front()));
    }
    std::array<SentenceText, 3> sentences;
    for (size_t i = 0; i < sentences.size(); ++i) {
      ASSIGN_OR_RETURN(sentences[i], SentenceText::Parse(lines[i + 1], *type));
    }
    by_type_[type->full_name()] = std::move(sentences);
  }
  return absl::OkStatus();
}

const std::array<SentenceText, 3>* Sentences::Find(std::string_view type) const {
  const auto found = by_type_.find(type);
  return found == by_type_.end() ? nullptr : &found->second;
}

ToldEvent Sentences::Tell(const ledger::v1::EventHeader& header, std::string_view payload,
                          Language language) const {
  const int offset = header.offset_minutes();
  ToldEvent told;
  told.occurred =
      absl::StrCat(ClockText(header.occurred_at(), offset, language), " (", header.zone(), ")");
  // Clocks may have changed since: the offset says which one this is.
  told.recorded = absl::StrCat(ClockText(header.recorded_at(), offset, language), " (",
                               OffsetText(offset), ")");
  told.actor = ActorText(header, language);
  const std::array<SentenceText, 3>* sentences = Find(header.type());
  if (sentences == nullptr) return told;
  const Descriptor* type = DescriptorPool::generated_pool()->FindMessageTypeByName(header.type());
  const std::unique_ptr<Message> message(
      MessageFactory::generated_factory()->GetPrototype(type)->New());
  if (!message->ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return told;
  told.sentence = (*sentences)[static_cast<size_t>(language)].Fill(
      *message, {.labels = &labels_, .language = language, .offset_minutes = offset});
  return told;
}

}  // namespace constancia
