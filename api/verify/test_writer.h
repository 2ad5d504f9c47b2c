// A second writer of logs and bundles, for tests only: it shares nothing with the readers under
// test but base64, hex, big-endian integers and SHA-256, and does everything the slow way.
//
// Used by: the tests of this folder.
#ifndef CONSTANCIA_VERIFY_TEST_WRITER_H_
#define CONSTANCIA_VERIFY_TEST_WRITER_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "archive.h"
#include "checks.h"
#include "hash.h"

namespace verify {

using Files = std::map<std::string, std::string>;

// An archive in memory.
class MemoryArchive : public Archive {
 public:
  explicit MemoryArchive(Files contents);
  Result<std::unique_ptr<ByteStream>> Open(const std::string& path) override;

 private:
  Files contents_;
};

// An Ed25519 key pair from a seed of one repeated byte.
class TestKey {
 public:
  explicit TestKey(char seed) : TestKey(std::string(32, seed)) {}
  explicit TestKey(const std::string& seed);
  const std::string& public_key() const { return public_key_; }
  std::string Sign(std::string_view message) const;

 private:
  std::string seed_;
  std::string public_key_;
};

std::string VerifierKeyText(std::string_view name, char type, std::string_view key);
std::string SignatureLine(std::string_view name, char type, const TestKey& key,
                          const std::string& signature);
std::string SignedNote(const std::string& text, const std::string& name, const TestKey& key);

// Protobuf fields.
std::string WireBytes(int number, std::string_view bytes);
std::string WireVarint(int number, uint64_t value);
std::string WireFixed64(int number, uint64_t value);

// RFC 6962, by the recursive definitions.
std::string SlowRoot(const std::vector<std::string>& leaves);
std::vector<std::string> SlowPath(size_t index, const std::vector<std::string>& leaves);
std::vector<std::string> SlowConsistency(size_t old_size, const std::vector<std::string>& leaves);

// The map, by the recursive definition; keys and values as raw bytes.
std::string SlowMapRoot(const std::map<std::string, std::string>& values);

struct TestEvent {
  std::string type = "constancia.event.v1.ContactAttempted";
  std::vector<std::pair<int, std::string>> streams;  // kind and name; the source's is added
  std::string public_payload = "\x10\x02";
  std::string personal;  // empty: none
  std::string data_key_id = std::string(16, '\xdd');
  bool source_signed = false;
};

class TestLog {
 public:
  TestLog();

  // Appends an event to the open group; returns its position.
  uint64_t Add(const TestEvent& event);
  // Closes the open group.
  void Seal();
  // Closes the open group and appends a map root: a checkpoint can be made of what is there.
  void Publish();

  // LedgerCreated, a map root, and `calls` contact attempts of case C-17 with a map root behind.
  void Begin();

  std::string Checkpoint(size_t size) const;  // signed by log and witness
  std::string Checkpoint() const { return Checkpoint(leaves.size()); }
  Files Tree() const;  // the published files, with `seals`
  std::string PolicyText() const;
  Trust Reader() const;

  std::string KeyOf(int kind, const std::string& name) const;
  std::string Completeness(int kind, const std::string& name) const;
  std::string TlogProof(size_t index) const;
  std::string SealFile(size_t index) const;
  std::string Consistency(size_t old_size) const;
  std::string Inclusion(const std::vector<uint64_t>& positions) const;
  std::string AuditFeed() const;

  // The record of one event: state 1 when it has a personal part, or as given.
  std::string RecordOf(uint64_t position, std::optional<int> state = {}, uint64_t by = 0) const;
  // A bag of the files given, signed as an export.
  Files Bundle(Files data_and_proofs) const;
  // A bundle of `positions` with everything; completeness of case/C-17 and of an absent case.
  Files WholeBundle() const;

  std::string origin = "agency.example/constancia/ledger-1";
  TestKey log_key{'\x01'};
  TestKey witness_key{'\x02'};
  TestKey source_key{'\x03'};
  std::vector<std::string> leaves;
  std::vector<std::string> rows;                      // group rows
  std::map<uint64_t, std::string> salted;             // salt || personal part by position
  std::map<uint64_t, std::vector<std::string>> keys;  // stream keys by position
  std::map<std::string, std::vector<uint64_t>> streams;
  int64_t now = 1767960000000000;

 private:
  struct Group {
    uint64_t first = 0;
    std::vector<std::string> members;
  };
  std::map<std::string, std::string> MapValues(size_t size) const;
  std::vector<Group> groups_;
  Group open_;
};

// A ZIP of the files below one folder. `descriptors`: as a streaming writer would.
std::string ZipOf(const Files& files, bool deflate, bool descriptors, bool zip64);

}  // namespace verify

#endif  // CONSTANCIA_VERIFY_TEST_WRITER_H_
