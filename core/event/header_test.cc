#include "core/event/header.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/random.h"
#include "core/base/status.h"
#include "core/event/public_string.h"
#include "core/event/uuid.h"
#include "gtest/gtest.h"

namespace constancia {
namespace {

EventHeader ADesk() {
  SeededRandom random(1);
  EventHeader header;
  header.set_event_id(NewEventId({1'000'000}, random).str());
  header.set_type("constancia.event.v1.ContactAttempted");
  header.set_occurred_at(1'000'000);
  header.set_zone("America/Lima");
  header.set_offset_minutes(-300);
  header.mutable_actor()->set_kind(ledger::v1::BOT);
  header.mutable_actor()->set_id("bot-1");
  header.set_source("dialler-1");
  header.set_request_id("r-1");
  header.set_public_payload("public");
  header.mutable_sealed()->set_key_id(std::string(16, 'k'));
  header.mutable_sealed()->set_commitment(std::string(32, 'c'));
  header.mutable_sealed()->set_digest(std::string(32, 'd'));
  header.mutable_sealed()->set_subject(1);
  return header;
}

StreamPlace APlace(StreamKind kind, const std::string& name, char key) {
  StreamPlace place;
  place.set_kind(kind);
  place.set_name(name);
  place.set_key(std::string(32, key));
  place.set_sequence(300);
  return place;
}

std::vector<StreamPlace> Places() {
  return {APlace(ledger::v1::STREAM_KIND_SOURCE, "dialler-1", '1'),
          APlace(ledger::v1::STREAM_KIND_DEBTOR, "P-9", '2'),
          APlace(ledger::v1::STREAM_KIND_IDENTIFIER, "", '3')};
}

std::string LeafOf(const EventHeader& desk, const std::vector<StreamPlace>& places) {
  return FinishLeaf(desk.SerializeAsString(), {2'000'000}, places);
}

using Change = std::function<void(EventHeader*)>;

TEST(CheckDesk, NamesTheFieldAtFault) {
  const std::string long_text(129, 'a');
  const std::vector<std::pair<std::string, Change>> changes = {
      {"event_id", [](EventHeader* h) { h->clear_event_id(); }},
      {"event_id", [](EventHeader* h) { h->set_event_id(std::string(16, 'x')); }},
      {"type", [](EventHeader* h) { h->clear_type(); }},
      {"type", [](EventHeader* h) { h->set_type("not a type"); }},
      {"occurred_at", [](EventHeader* h) { h->set_occurred_at(-1); }},
      {"zone", [](EventHeader* h) { h->clear_zone(); }},
      {"zone", [](EventHeader* h) { h->set_zone("../x y"); }},
      {"offset_minutes", [](EventHeader* h) { h->set_offset_minutes(1561); }},
      {"actor.kind",
       [](EventHeader* h) { h->mutable_actor()->set_kind(static_cast<ledger::v1::ActorKind>(7)); }},
      {"actor.id", [](EventHeader* h) { h->mutable_actor()->set_id("Juan Soto"); }},
      {"actor.role", [&](EventHeader* h) { h->mutable_actor()->set_role(long_text); }},
      {"actor.session", [](EventHeader* h) { h->mutable_actor()->set_session("a b"); }},
      {"on_behalf_of.creditor",
       [](EventHeader* h) { h->mutable_on_behalf_of()->set_creditor("Banco de la Plaza"); }},
      {"on_behalf_of.agency", [](EventHeader* h) { h->mutable_on_behalf_of()->set_agency("a b"); }},
      {"source", [](EventHeader* h) { h->clear_source(); }},
      {"source", [](EventHeader* h) { h->set_source("a/b"); }},
      {"external_id", [&](EventHeader* h) { h->set_external_id(long_text); }},
      {"request_id", [](EventHeader* h) { h->clear_request_id(); }},
      {"request_id", [](EventHeader* h) { h->set_request_id("a:b"); }},
      {"correlation_id", [](EventHeader* h) { h->set_correlation_id("short"); }},
      {"causation_id", [](EventHeader* h) { h->set_causation_id("short"); }},
      {"sealed", [](EventHeader* h) { h->mutable_sealed()->clear_key_id(); }},
      {"sealed", [](EventHeader* h) { h->mutable_sealed()->set_commitment("short"); }},
      {"sealed", [](EventHeader* h) { h->mutable_sealed()->set_digest("short"); }},
      {"sealed", [](EventHeader* h) { h->mutable_sealed()->set_subject(8); }},
      {"source_signature", [](EventHeader* h) { h->mutable_source_signature(); }},
  };
  for (const auto& [field, change] : changes) {
    EventHeader header = ADesk();
    change(&header);
    const absl::Status status = CheckDesk(header);
    EXPECT_EQ(ReasonOf(status), error::v1::SCHEMA_INVALID) << field;
    EXPECT_EQ(FieldOf(status), field) << status;
  }
}

TEST(CheckDesk, RefusesAnEventWithoutActor) {
  EventHeader header = ADesk();
  header.clear_actor();
  EXPECT_EQ(ReasonOf(CheckDesk(header)), error::v1::ACTOR_REQUIRED);
  header = ADesk();
  header.mutable_actor()->clear_id();
  EXPECT_EQ(ReasonOf(CheckDesk(header)), error::v1::ACTOR_REQUIRED);
  header = ADesk();
  header.mutable_actor()->clear_kind();
  EXPECT_EQ(ReasonOf(CheckDesk(header)), error::v1::ACTOR_REQUIRED);
}

TEST(CheckDesk, RefusesAPersonsNumberInClear) {
  for (const Change& change :
       std::vector<Change>{[](EventHeader* h) { h->set_external_id("12.345.678-5"); },
                           [](EventHeader* h) { h->mutable_actor()->set_id("12.345.678-5"); },
                           [](EventHeader* h) { h->set_request_id("12.345.678-5"); }}) {
    EventHeader header = ADesk();
    change(&header);
    EXPECT_EQ(ReasonOf(CheckDesk(header)), error::v1::PERSONAL_DATA_MISPLACED);
  }
}

TEST(CheckDesk, RefusesAPublicPartAboveItsLimit) {
  EventHeader header = ADesk();
  header.set_public_payload(std::string(kPublicPartBytesMax, 'x'));
  EXPECT_TRUE(CheckDesk(header).ok());
  header.set_public_payload(std::string(kPublicPartBytesMax + 1, 'x'));
  EXPECT_EQ(ReasonOf(CheckDesk(header)), error::v1::EVENT_TOO_LARGE);
}

TEST(FinishLeaf, StaysWithinALeafWhateverPassesCheckDesk) {
  EventHeader header = ADesk();
  const std::string most(kPublicStringCharsMax, 'a');
  header.set_type(most);
  header.set_zone(most);
  header.set_external_id(most);
  header.set_request_id(std::string(64, 'r'));
  header.set_source(std::string(64, 's'));
  for (std::string* text :
       {header.mutable_actor()->mutable_id(), header.mutable_actor()->mutable_role(),
        header.mutable_actor()->mutable_session(), header.mutable_on_behalf_of()->mutable_agency(),
        header.mutable_on_behalf_of()->mutable_creditor()}) {
    *text = most;
  }
  header.set_correlation_id(header.event_id());
  header.set_causation_id(header.event_id());
  header.set_public_payload(std::string(kPublicPartBytesMax, 'x'));
  header.mutable_source_signature()->set_key_id("1234");
  header.mutable_source_signature()->set_signature(std::string(64, 'g'));
  ASSERT_TRUE(CheckDesk(header).ok()) << CheckDesk(header);

  std::vector<StreamPlace> places = {
      APlace(ledger::v1::STREAM_KIND_SOURCE, header.source(), '0'),
      APlace(ledger::v1::STREAM_KIND_DEBTOR, std::string(64, 'd'), '1')};
  for (char i = 2; i < 8; ++i) {
    places.push_back(
        APlace(ledger::v1::STREAM_KIND_CASE, std::string(64, 'c'), static_cast<char>('0' + i)));
    places.back().set_sequence(UINT64_MAX);
  }
  const std::string leaf = FinishLeaf(EncodeDesk(header), {INT64_MAX}, places);
  EXPECT_LE(leaf.size(), kLeafBytesMax);
  EXPECT_TRUE(ParseEventLeaf(leaf).ok()) << ParseEventLeaf(leaf).status();
}

TEST(FinishLeaf, WritesWhatAnEncoderWouldWrite) {
  for (const int64_t recorded_at : {int64_t{0}, int64_t{1}, int64_t{1'767'960'000'250'000}}) {
    for (const uint64_t sequence : {uint64_t{0}, uint64_t{127}, uint64_t{128}, UINT64_MAX}) {
      EventHeader whole = ADesk();
      std::vector<StreamPlace> places = Places();
      places[1].set_sequence(sequence);
      const std::string leaf = FinishLeaf(EncodeDesk(whole), {recorded_at}, places);
      whole.set_recorded_at(recorded_at);
      for (const StreamPlace& place : places) *whole.add_streams() = place;
      EXPECT_EQ(leaf.substr(1), whole.SerializeAsString());
    }
  }
}

TEST(ParseEventLeaf, RefusesOtherLeaves) {
  const std::string leaf = LeafOf(ADesk(), Places());
  ASSERT_TRUE(ParseEventLeaf(leaf).ok()) << ParseEventLeaf(leaf).status();
  for (const std::string& other :
       {std::string(), std::string("\x01", 1), "\x02" + leaf.substr(1), "\x03" + leaf.substr(1),
        leaf.substr(1), leaf + "x", leaf.substr(0, leaf.size() - 1),
        leaf + std::string(kLeafBytesMax, '\0')}) {
    EXPECT_EQ(ReasonOf(ParseEventLeaf(other).status()), error::v1::DAMAGED);
  }
}

TEST(ParseEventLeaf, RefusesFieldsThatNobodyKnows) {
  // Field 18, and field 5 inside the last stream place.
  EXPECT_FALSE(ParseEventLeaf(LeafOf(ADesk(), Places()) + "\x90\x01\x01").ok());
  EventHeader desk = ADesk();
  desk.mutable_actor()
      ->GetReflection()
      ->MutableUnknownFields(desk.mutable_actor())
      ->AddVarint(9, 1);
  EXPECT_FALSE(ParseEventLeaf(LeafOf(desk, Places())).ok());
  std::vector<StreamPlace> places = Places();
  EventHeader whole = ADesk();
  whole.set_recorded_at(5);
  for (const StreamPlace& place : places) *whole.add_streams() = place;
  StreamPlace* last = whole.mutable_streams(2);
  last->GetReflection()->MutableUnknownFields(last)->AddVarint(5, 1);
  EXPECT_FALSE(ParseEventLeaf("\x01" + whole.SerializeAsString()).ok());
}

TEST(ParseEventLeaf, RefusesFieldsOutOfOrderOrGivenTwice) {
  const std::string leaf = LeafOf(ADesk(), Places());
  EXPECT_FALSE(ParseEventLeaf(leaf + "\x0a\x01x").ok()) << "event id behind the streams";
  EventHeader desk = ADesk();
  const std::string request_again = "\x52\x03r-2";
  const std::string twice = FinishLeaf(EncodeDesk(desk) + request_again, {5}, Places());
  EXPECT_FALSE(ParseEventLeaf(twice).ok());
}

TEST(ParseEventLeaf, RefusesStreamsThatCannotBe) {
  using PlaceList = std::vector<StreamPlace>;
  const std::vector<std::function<void(PlaceList*)>> changes = {
      [](PlaceList* p) { p->clear(); },
      [](PlaceList* p) { p->resize(9, APlace(ledger::v1::STREAM_KIND_CASE, "C", '9')); },
      [](PlaceList* p) { p->erase(p->begin()); },  // Not in its source's.
      [](PlaceList* p) { p->at(0).set_name("dialler-2"); },
      [](PlaceList* p) { p->at(1).set_key(p->at(0).key()); },  // Twice in one.
      [](PlaceList* p) { p->at(1).set_key("short"); },
      [](PlaceList* p) { p->at(1).clear_name(); },
      [](PlaceList* p) { p->at(1).clear_kind(); },
      [](PlaceList* p) { p->at(1).set_kind(static_cast<StreamKind>(9)); },
      [](PlaceList* p) { p->at(2).set_name("CL.RUT.123456785"); },            // Never stored.
      [](PlaceList* p) { p->at(1).set_kind(ledger::v1::STREAM_KIND_CASE); },  // Not a subject.
      [](PlaceList* p) { p->resize(1); },  // The subject is missing.
  };
  for (size_t i = 0; i < changes.size(); ++i) {
    PlaceList places = Places();
    changes[i](&places);
    EXPECT_EQ(ReasonOf(ParseEventLeaf(LeafOf(ADesk(), places)).status()), error::v1::DAMAGED) << i;
  }
}

TEST(ParseEventLeaf, ReadsEventsWrittenUnderLooserRulesForStrings) {
  EventHeader desk = ADesk();
  desk.set_external_id("12.345.678-5");
  desk.mutable_actor()->set_role("jefe de mesa");
  ASSERT_FALSE(CheckDesk(desk).ok());
  EXPECT_TRUE(ParseEventLeaf(LeafOf(desk, Places())).ok());
}

TEST(ParseEventLeaf, NeverAcceptsALeafCutShort) {
  const std::string leaf = LeafOf(ADesk(), Places());
  // A cut at the end of a stream place leaves a shorter list of streams: the tree over the leaves
  // is what finds that. Every other cut is found here.
  for (size_t size = 0; size < leaf.size(); ++size) {
    const auto header = ParseEventLeaf(leaf.substr(0, size));
    if (header.ok()) {
      EXPECT_EQ(header->streams_size(), 2) << size;
    }
  }
}

TEST(MapRootLeaf, RefusesOtherBytes) {
  const std::string bytes = EncodeMapRootLeaf({7, 3, Hash(), 2});
  ASSERT_EQ(bytes.size(), MapRootLeaf::kSize);
  ASSERT_TRUE(ParseMapRootLeaf(bytes).ok());
  for (const std::string& other :
       {std::string(), bytes.substr(1), bytes + "x", "\x01" + bytes.substr(1),
        EncodeMapRootLeaf({7, 3, Hash(), 7}), EncodeMapRootLeaf({7, 3, Hash(), 8})}) {
    EXPECT_EQ(ReasonOf(ParseMapRootLeaf(other).status()), error::v1::DAMAGED);
  }
}

TEST(MapRootLeaf, IsReadBack) {
  MapRootLeaf leaf;
  leaf.covered = 0x0102030405060708;
  leaf.key_count = 9;
  leaf.root.bytes.fill(0xab);
  leaf.previous = MapRootLeaf::kNoPrevious;
  const auto again = ParseMapRootLeaf(EncodeMapRootLeaf(leaf));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, leaf);
  EXPECT_EQ(EncodeMapRootLeaf(leaf).substr(0, 9),
            std::string("\x02\x01\x02\x03\x04\x05\x06\x07\x08"));
  EXPECT_EQ(EncodeMapRootLeaf(leaf).substr(49), std::string(8, '\xff'));
}

TEST(KindOfLeaf, IsItsFirstByte) {
  EXPECT_EQ(KindOfLeaf(""), std::nullopt);
  EXPECT_EQ(KindOfLeaf(std::string_view("\0", 1)), std::nullopt);
  EXPECT_EQ(KindOfLeaf("\x01"), LeafKind::kEvent);
  EXPECT_EQ(KindOfLeaf("\x02"), LeafKind::kMapRoot);
  EXPECT_EQ(KindOfLeaf("\x03"), std::nullopt);
}

}  // namespace
}  // namespace constancia
