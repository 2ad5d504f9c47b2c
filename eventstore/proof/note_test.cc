#include "eventstore/proof/note.h"

#include <set>
#include <string>
#include <vector>

#include "boost/json.hpp"
#include "core/base/bytes.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "core/base/test_data.h"
#include "eventstore/proof/checkpoint.h"
#include "eventstore/proof/cosignature.h"
#include "gtest/gtest.h"

namespace constancia::eventstore {
namespace {

namespace json = boost::json;

std::string Text(const json::value& value) { return json::value_to<std::string>(value); }

Ed25519Key AKey(uint64_t seed) {
  SeededRandom random(seed);
  return Ed25519Key::Generate(random);
}

VerifierKey VerifierOf(std::string name, const Ed25519Key& key, KeyType type = KeyType::kEd25519) {
  return {std::move(name), type, key.public_key()};
}

TEST(OpenNote, DecidesEveryCaseOfTheGoLibrary) {
  const auto vectors = VectorsDir();
  CONSTANCIA_NEEDS_FOLDER(vectors);
  const json::value file = json::parse(ReadTestFile(*vectors + "/golang-mod-sumdb/note.json"));
  for (const auto& item : file.at("open").as_array()) {
    std::vector<VerifierKey> trusted;
    for (const auto& vkey : item.at("trusted").as_array()) {
      trusted.push_back(VerifierKey::Parse(Text(vkey)).value());
    }
    const auto opened = OpenNote(*Base64Decode(Text(item.at("note_b64"))), trusted);
    ASSERT_EQ(opened.ok(), item.at("want") == "ok") << opened.status();
    if (!opened.ok()) continue;
    std::vector<std::string> names;
    for (const NoteSignature& line : opened->signatures) names.push_back(line.name);
    EXPECT_EQ(names, json::value_to<std::vector<std::string>>(item.at("verified")));
  }
  for (const auto& note : file.at("malformed_notes_b64").as_array()) {
    EXPECT_EQ(ReasonOf(ParseNote(*Base64Decode(Text(note))).status()), error::v1::INPUT_MALFORMED);
  }
}

TEST(SignNote, MakesTheNoteOfTheGoLibrary) {
  const auto vectors = VectorsDir();
  CONSTANCIA_NEEDS_FOLDER(vectors);
  const json::value file = json::parse(ReadTestFile(*vectors + "/golang-mod-sumdb/note.json"));
  const std::string secret = Text(file.at("signer_key"));
  const std::string seed = Base64Decode(secret.substr(secret.size() - 44))->substr(1);
  const Ed25519Key key = Ed25519Key::FromSeed(PublicKey::From(seed)->bytes);
  EXPECT_EQ(SignNote(Text(file.at("sign").at("text")), "PeterNeumann", key).value(),
            Text(file.at("sign").at("signed_note")));
  EXPECT_EQ(VerifierOf("PeterNeumann", key).ToText(), Text(file.at("verifier_keys").at(0)));
}

TEST(VerifierKey, RefusesBadKeysCutKeysAndKeysWithAnyByteChanged) {
  const auto vectors = VectorsDir();
  CONSTANCIA_NEEDS_FOLDER(vectors);
  const json::value file = json::parse(ReadTestFile(*vectors + "/golang-mod-sumdb/note.json"));
  for (const auto& bad : file.at("bad_verifier_keys").as_array()) {
    EXPECT_EQ(ReasonOf(VerifierKey::Parse(Text(bad)).status()), error::v1::INPUT_MALFORMED);
  }
  for (const auto& item : file.at("verifier_keys").as_array()) {
    const std::string good = Text(item);
    ASSERT_EQ(VerifierKey::Parse(good)->ToText(), good);
    for (size_t begin = 0; begin < good.size(); ++begin) {
      for (size_t end = begin; end < good.size() + (begin > 0 ? 1 : 0); ++end) {
        EXPECT_FALSE(VerifierKey::Parse(good.substr(begin, end - begin)).ok());
      }
      std::string changed = good;
      ++changed[begin];
      EXPECT_FALSE(VerifierKey::Parse(changed).ok()) << changed;
    }
  }
}

TEST(VerifierKey, RefusesKeysOfLowOrder) {
  const VerifierKey zero = {"log", KeyType::kEd25519, PublicKey()};
  EXPECT_EQ(ReasonOf(VerifierKey::Parse(zero.ToText()).status()), error::v1::INPUT_MALFORMED);
}

TEST(OpenNote, ReadsTheExampleOfTheSpecification) {
  const auto vectors = VectorsDir();
  CONSTANCIA_NEEDS_FOLDER(vectors);
  const json::value file = json::parse(ReadTestFile(*vectors + "/c2sp/examples.json"));
  const json::value& example = file.at("signed_note");
  const VerifierKey key = VerifierKey::Parse(Text(example.at("vkey"))).value();
  EXPECT_EQ(OpenNote(Text(example.at("note")), {{key}})->text, "This is an example message.\n");

  // Its checkpoint comes without keys; only the form can be checked.
  const Note cosigned = ParseNote(Text(file.at("checkpoint_with_cosignature"))).value();
  ASSERT_EQ(cosigned.signatures.size(), 2u);
  EXPECT_EQ(ParseCheckpoint(cosigned.text)->size, 20852163u);
  EXPECT_EQ(cosigned.signatures[1].signature.size(), 72u);
  EXPECT_EQ(ByteReader(cosigned.signatures[1].signature).TakeU64(),
            file.at("cosignature_timestamp").to_number<uint64_t>());
}

TEST(OpenNote, RefusesATrustedLineThatDoesNotVerifyAndSkipsOthers) {
  const Ed25519Key log = AKey(1);
  const Ed25519Key other = AKey(2);
  const std::string note = SignNote("text\n", "log", log).value();
  const std::vector<VerifierKey> trusted = {VerifierOf("log", log)};
  ASSERT_TRUE(OpenNote(note, trusted).ok());

  const KeyId same_name = MakeKeyId("log", KeyType::kEd25519, other.public_key());
  EXPECT_TRUE(OpenNote(note + SignatureLine("log", same_name, "junk"), trusted).ok());
  EXPECT_TRUE(OpenNote(note + SignatureLine("else", trusted[0].id(), "junk"), trusted).ok());
  EXPECT_EQ(
      ReasonOf(OpenNote(note + SignatureLine("log", trusted[0].id(), "junk"), trusted).status()),
      error::v1::PROOF_INVALID);
  EXPECT_EQ(ReasonOf(OpenNote(note, {{VerifierOf("log", other)}}).status()),
            error::v1::PROOF_INVALID);
  EXPECT_EQ(ReasonOf(OpenNote(note, {{trusted[0], trusted[0]}}).status()),
            error::v1::INPUT_MALFORMED);
  for (size_t i = 0; i < note.size(); ++i) {
    std::string altered = note;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    EXPECT_FALSE(OpenNote(altered, trusted).ok()) << i;
    EXPECT_FALSE(OpenNote(note.substr(0, i), trusted).ok()) << i;
  }
}

TEST(ParseNote, PartsAtTheLastEmptyLine) {
  const std::string line = "\xe2\x80\x94 a AAAAAAAA\n";
  EXPECT_EQ(ParseNote("one\n\ntwo\n\n" + line)->text, "one\n\ntwo\n");
  const std::vector<std::string> malformed = {
      "",
      line,
      "text\n" + line,
      "text\n\n",
      "text\n\n" + line + "\n",
      "text\n\n- a AAAAAAAA\n",
      "text\n\n\xe2\x80\x94 a AAAAAA==\n",
      "text\n\n\xe2\x80\x94 a+b AAAAAAAA\n",
      "text\n\n\xe2\x80\x94 a\xc2\xa0"
      "b AAAAAAAA\n",
      "text\n\n\xe2\x80\x94  AAAAAAAA\n",
      "text\n\n\xe2\x80\x94 a AAAAAAAA \n",
      "te\rxt\n\n" + line,
      "te\xffxt\n\n" + line,
      "te\xc0\x80xt\n\n" + line,
      "te\xed\xa0\x80xt\n\n" + line,
      std::string(65 * 1024, 'x') + "\n\n" + line,
  };
  for (const std::string& note : malformed) {
    EXPECT_EQ(ReasonOf(ParseNote(note).status()), error::v1::INPUT_MALFORMED) << note;
  }
  std::string many = "text\n\n";
  for (int i = 0; i < 100; ++i) many += line;
  EXPECT_EQ(ParseNote(many)->signatures.size(), 100u);
  EXPECT_FALSE(ParseNote(many + line).ok());
}

TEST(ParseCheckpoint, RefusesEveryOtherSpelling) {
  const std::string root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
  ASSERT_TRUE(ParseCheckpoint("log\n7\n" + root).ok());
  ASSERT_TRUE(ParseCheckpoint("log\n7\n" + root + "more\n").ok());
  const std::vector<std::string> malformed = {
      "",
      "log\n",
      "log\n7\n",
      "log\n007\n" + root,
      "log\n+7\n" + root,
      "log\n-0\n" + root,
      "log\n7 \n" + root,
      "log\n18446744073709551616\n" + root,
      "lo g\n7\n" + root,
      "\n7\n" + root,
      "log\n7\n" + root.substr(0, 43) + "\n",
      "log\n7\nAAAA\n",
      "log\n7\n" + root + "\n",
      "log\n7\n" + root + "more",
  };
  for (const std::string& text : malformed) {
    EXPECT_EQ(ReasonOf(ParseCheckpoint(text).status()), error::v1::INPUT_MALFORMED) << text;
  }
}

TEST(VerifyCosignature, CoversTimeAndText) {
  const Ed25519Key witness = AKey(3);
  const std::string text = "log\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
  const std::string cosignature = MakeCosignature(witness, text, 1679315147).value();
  EXPECT_EQ(cosignature.size(), 72u);
  EXPECT_EQ(VerifyCosignature(witness.public_key(), text, cosignature).value(), 1679315147);
  for (size_t i = 0; i < cosignature.size(); ++i) {
    std::string altered = cosignature;
    altered[i] = static_cast<char>(altered[i] ^ 0x80);
    EXPECT_FALSE(VerifyCosignature(witness.public_key(), text, altered).ok()) << i;
  }
  EXPECT_FALSE(VerifyCosignature(witness.public_key(), text + "x\n", cosignature).ok());
  EXPECT_FALSE(VerifyCosignature(witness.public_key(), text, cosignature + "x").ok());
}

}  // namespace
}  // namespace constancia::eventstore
