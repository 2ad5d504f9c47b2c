#include "test_writer.h"

#include <openssl/evp.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>

#include "bytes.h"

namespace verify {
namespace {

std::string H(const std::string& bytes) { return std::string(Sha256(bytes).view()); }

class MemoryStream : public ByteStream {
 public:
  explicit MemoryStream(std::string bytes) : bytes_(std::move(bytes)) {}
  Result<size_t> Read(char* out, size_t size) override {
    const size_t count = std::min(size, bytes_.size() - offset_);
    std::memcpy(out, bytes_.data() + offset_, count);
    offset_ += count;
    return count;
  }

 private:
  std::string bytes_;
  size_t offset_ = 0;
};

EVP_PKEY* PrivateKey(const std::string& seed) {
  return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr,
                                      reinterpret_cast<const unsigned char*>(seed.data()), 32);
}

std::string Hmac(const std::string& key, const std::string& message) {
  std::string inner(64, '\x36'), outer(64, '\x5c');
  for (size_t i = 0; i < key.size(); ++i) {
    inner[i] = static_cast<char>(inner[i] ^ key[i]);
    outer[i] = static_cast<char>(outer[i] ^ key[i]);
  }
  return H(outer + H(inner + message));
}

std::string U64(uint64_t value) {
  std::string out;
  AppendU64(&out, value);
  return out;
}
std::string U32(uint32_t value) {
  std::string out;
  AppendU32(&out, value);
  return out;
}

size_t SplitPoint(size_t n) {
  size_t k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

std::vector<std::string> Slice(const std::vector<std::string>& all, size_t from, size_t to) {
  return {all.begin() + static_cast<long>(from), all.begin() + static_cast<long>(to)};
}

// Over leaf hashes.
std::string RootOf(const std::vector<std::string>& hashes) {
  if (hashes.empty()) return H("");
  if (hashes.size() == 1) return hashes[0];
  const size_t k = SplitPoint(hashes.size());
  return H("\x01" + RootOf(Slice(hashes, 0, k)) + RootOf(Slice(hashes, k, hashes.size())));
}

std::vector<std::string> HashesOf(const std::vector<std::string>& leaves) {
  std::vector<std::string> hashes;
  for (const std::string& leaf : leaves) hashes.push_back(H(std::string("\0", 1) + leaf));
  return hashes;
}

std::vector<std::string> PathOf(size_t m, const std::vector<std::string>& hashes) {
  if (hashes.size() <= 1) return {};
  const size_t k = SplitPoint(hashes.size());
  const auto left = Slice(hashes, 0, k), right = Slice(hashes, k, hashes.size());
  auto path = m < k ? PathOf(m, left) : PathOf(m - k, right);
  path.push_back(RootOf(m < k ? right : left));
  return path;
}

std::vector<std::string> Subproof(size_t m, const std::vector<std::string>& hashes, bool whole) {
  if (m == hashes.size()) return whole ? std::vector<std::string>() : std::vector{RootOf(hashes)};
  const size_t k = SplitPoint(hashes.size());
  const auto left = Slice(hashes, 0, k), right = Slice(hashes, k, hashes.size());
  auto proof = m <= k ? Subproof(m, left, whole) : Subproof(m - k, right, false);
  proof.push_back(RootOf(m <= k ? right : left));
  return proof;
}

int Bit(const std::string& key, size_t i) { return (key[i / 8] >> (7 - i % 8)) & 1; }

using Values = std::map<std::string, std::string>;

std::string MapRootAt(const Values& values, size_t depth) {
  if (values.empty()) return std::string(32, '\0');
  if (values.size() == 1) {
    return H("\x10" + values.begin()->first + H("\x12" + values.begin()->second));
  }
  Values half[2];
  for (const auto& entry : values) half[Bit(entry.first, depth)].insert(entry);
  return H("\x11" + MapRootAt(half[0], depth + 1) + MapRootAt(half[1], depth + 1));
}

std::string HashLines(const std::vector<std::string>& hashes) {
  std::string out;
  for (const std::string& hash : hashes) out += Base64Encode(hash) + "\n";
  return out;
}

std::string Sha512Hex(const std::string& bytes) {
  unsigned char out[64];
  EVP_Digest(bytes.data(), bytes.size(), out, nullptr, EVP_sha512(), nullptr);
  return HexEncode(std::string_view(reinterpret_cast<char*>(out), 64));
}

std::string Little(uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
  return out;
}

}  // namespace

MemoryArchive::MemoryArchive(Files contents) : contents_(std::move(contents)) {
  for (const auto& [path, bytes] : contents_) files_[path] = bytes.size();
}

Result<std::unique_ptr<ByteStream>> MemoryArchive::Open(const std::string& path) {
  return std::unique_ptr<ByteStream>(std::make_unique<MemoryStream>(contents_.at(path)));
}

TestKey::TestKey(const std::string& seed) : seed_(seed), public_key_(32, '\0') {
  EVP_PKEY* key = PrivateKey(seed_);
  size_t size = 32;
  EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(public_key_.data()), &size);
  EVP_PKEY_free(key);
}

std::string TestKey::Sign(std::string_view message) const {
  EVP_PKEY* key = PrivateKey(seed_);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  std::string signature(64, '\0');
  size_t size = 64;
  EVP_DigestSignInit(context, nullptr, nullptr, nullptr, key);
  EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size,
                 reinterpret_cast<const unsigned char*>(message.data()), message.size());
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  return signature;
}

std::string VerifierKeyText(std::string_view name, char type, std::string_view key) {
  const std::string body = std::string(1, type) + std::string(key);
  const std::string id = H(std::string(name) + "\n" + body).substr(0, 4);
  return std::string(name) + "+" + HexEncode(id) + "+" + Base64Encode(body);
}

std::string SignatureLine(std::string_view name, char type, const TestKey& key,
                          const std::string& signature) {
  const std::string id =
      H(std::string(name) + "\n" + std::string(1, type) + key.public_key()).substr(0, 4);
  return "\xE2\x80\x94 " + std::string(name) + " " + Base64Encode(id + signature) + "\n";
}

std::string SignedNote(const std::string& text, const std::string& name, const TestKey& key) {
  return text + "\n" + SignatureLine(name, '\x01', key, key.Sign(text));
}

std::string WireVarint(int number, uint64_t value) {
  std::string out;
  for (uint64_t rest : {static_cast<uint64_t>(number) << 3, value}) {
    for (; rest >= 0x80; rest >>= 7) out.push_back(static_cast<char>(rest | 0x80));
    out.push_back(static_cast<char>(rest));
  }
  return out;
}

std::string WireBytes(int number, std::string_view bytes) {
  std::string out;
  for (uint64_t rest : {static_cast<uint64_t>(number) << 3 | 2, uint64_t{bytes.size()}}) {
    for (; rest >= 0x80; rest >>= 7) out.push_back(static_cast<char>(rest | 0x80));
    out.push_back(static_cast<char>(rest));
  }
  return out + std::string(bytes);
}

std::string WireFixed64(int number, uint64_t value) {
  std::string out = WireVarint(number, 0);
  out.pop_back();
  out.front() = static_cast<char>(out.front() | 1);
  return out + Little(value, 8);
}

std::string SlowRoot(const std::vector<std::string>& leaves) { return RootOf(HashesOf(leaves)); }
std::vector<std::string> SlowPath(size_t index, const std::vector<std::string>& leaves) {
  return PathOf(index, HashesOf(leaves));
}
std::vector<std::string> SlowConsistency(size_t old_size, const std::vector<std::string>& leaves) {
  return Subproof(old_size, HashesOf(leaves), true);
}
std::string SlowMapRoot(const std::map<std::string, std::string>& values) {
  return MapRootAt(values, 0);
}

TestLog::TestLog() { Begin(); }

void TestLog::Begin() {
  TestEvent created;
  created.type = "constancia.event.v1.LedgerCreated";
  created.streams = {{5, "ledger"}};
  Add(created);
  Publish();
}

std::string TestLog::KeyOf(int kind, const std::string& name) const {
  const std::string kind_byte(1, static_cast<char>(kind));
  std::string k;
  for (char i = 0; i < 32; ++i) k.push_back(i);
  std::string length;
  AppendU16(&length, static_cast<uint16_t>(origin.size()));
  const std::string id = kind == 3 || kind == 5 ? name : Hmac(k, kind_byte + name);
  return H("\x13" + kind_byte + length + origin + id);
}

uint64_t TestLog::Add(const TestEvent& event) {
  const uint64_t position = leaves.size();
  if (open_.members.empty()) open_.first = position;
  const std::string event_id = std::string("\x01\x93\x2c\x5e\x8a\x0a\x70\0", 8) + U64(position);
  auto all = event.streams;
  all.emplace_back(3, "dialler-1");
  std::string sealed, commitment(32, '\0');
  if (!event.personal.empty()) {
    salted[position] = std::string(32, '\xaa') + event.personal;
    commitment = H("\x20" + salted[position]);
    sealed = WireBytes(1, event.data_key_id) + WireBytes(2, commitment) +
             WireBytes(3, H("digest")) + WireVarint(4, 0);
  }
  std::string leaf = "\x01" + WireBytes(1, event_id) + WireBytes(2, event.type) +
                     WireFixed64(3, static_cast<uint64_t>(now)) + WireBytes(4, "America/Santiago") +
                     WireVarint(5, 359) + WireBytes(6, WireVarint(1, 1) + WireBytes(2, "A-4")) +
                     WireBytes(8, "dialler-1") + WireBytes(10, "r-1") +
                     WireBytes(13, event.public_payload);
  if (!sealed.empty()) leaf += WireBytes(14, sealed);
  if (event.source_signed) {
    const std::string name = "dialler-1";
    const std::string id =
        H(name + "\n\xff" + "constancia/source/v1" + source_key.public_key()).substr(0, 4);
    const std::string message = std::string("constancia/source/v1\0", 21) + event_id +
                                U64(static_cast<uint64_t>(now)) + H(event.type) +
                                H(event.public_payload) + commitment;
    leaf += WireBytes(15, WireBytes(1, id) + WireBytes(2, source_key.Sign(message)));
  }
  now += 1000;
  leaf += WireFixed64(16, static_cast<uint64_t>(now));
  for (const auto& [kind, name] : all) {
    const std::string key = KeyOf(kind, name);
    leaf += WireBytes(17, WireVarint(1, static_cast<uint64_t>(kind)) +
                              (kind == 8 ? "" : WireBytes(2, name)) + WireBytes(3, key) +
                              (streams[key].empty() ? "" : WireVarint(4, streams[key].size())));
    streams[key].push_back(position);
    keys[position].push_back(key);
  }
  leaves.push_back(leaf);
  open_.members.push_back(leaf);
  return position;
}

void TestLog::Seal() {
  if (open_.members.empty()) return;
  const std::string root = SlowRoot(open_.members);
  const uint32_t count = static_cast<uint32_t>(open_.members.size());
  const std::string message =
      std::string("constancia/seal/v1\0", 19) + U64(open_.first) + U32(count) + root;
  const std::string id = H(origin + "\n\x01" + log_key.public_key()).substr(0, 4);
  rows.push_back((open_.first == 0 ? "" : WireVarint(1, open_.first)) + WireVarint(2, count) +
                 WireBytes(3, root) + WireBytes(4, id) + WireBytes(5, log_key.Sign(message)) +
                 WireBytes(6, rows.empty() ? std::string(32, '\0') : H("\x22" + rows.back())));
  groups_.push_back(open_);
  open_ = Group();
}

std::map<std::string, std::string> TestLog::MapValues(size_t size) const {
  Values values;
  for (const auto& [key, positions] : streams) {
    std::vector<std::string> members;
    uint64_t last = 0;
    for (uint64_t position : positions) {
      if (position >= size) break;
      members.push_back(leaves[position]);
      last = position;
    }
    if (!members.empty()) values[key] = U64(members.size()) + U64(last) + SlowRoot(members);
  }
  return values;
}

void TestLog::Publish() {
  Seal();
  uint64_t previous = UINT64_MAX;
  for (size_t i = 0; i < leaves.size(); ++i) {
    if (leaves[i][0] == '\x02') previous = i;
  }
  const Values values = MapValues(leaves.size());
  leaves.push_back("\x02" + U64(leaves.size()) + U64(values.size()) + SlowMapRoot(values) +
                   U64(previous));
}

std::string TestLog::Checkpoint(size_t size) const {
  const std::string text = origin + "\n" + std::to_string(size) + "\n" +
                           Base64Encode(SlowRoot(Slice(leaves, 0, size))) + "\n";
  const uint64_t time = 1768000000;
  const std::string message = "cosignature/v1\ntime " + std::to_string(time) + "\n" + text;
  return SignedNote(text, origin, log_key) + SignatureLine("witness.example/w1", '\x04',
                                                           witness_key,
                                                           U64(time) + witness_key.Sign(message));
}

std::string TestLog::PolicyText() const {
  return "# a test policy\nlog " + VerifierKeyText(origin, '\x01', log_key.public_key()) +
         "\nwitness w1 " + VerifierKeyText("witness.example/w1", '\x04', witness_key.public_key()) +
         " https://witness.example\ngroup g any w1\nquorum g\n";
}

Trust TestLog::Reader() const {
  Trust trust;
  trust.policy = *Policy::Parse(PolicyText());
  return trust;
}

Files TestLog::Tree() const {
  Files files;
  files["checkpoint"] = Checkpoint();
  for (const std::string& row : rows) {
    files["seals"] += U32(static_cast<uint32_t>(row.size())) + row;
  }
  const auto name = [](const std::string& kind, size_t index, size_t width) {
    std::string digits = std::to_string(index);
    digits = std::string(3 - digits.size(), '0') + digits;  // enough for small logs
    return "tile/" + kind + "/" + digits + (width == 256 ? "" : ".p/" + std::to_string(width));
  };
  for (size_t first = 0; first < leaves.size(); first += 256) {
    const size_t width = std::min<size_t>(256, leaves.size() - first);
    std::string bundle;
    for (size_t i = first; i < first + width; ++i) {
      AppendU16(&bundle, static_cast<uint16_t>(leaves[i].size()));
      bundle += leaves[i];
    }
    files[name("entries", first / 256, width)] = bundle;
  }
  std::vector<std::string> row = HashesOf(leaves);
  for (int level = 0; !row.empty(); ++level) {
    std::vector<std::string> above;
    for (size_t first = 0; first < row.size(); first += 256) {
      const size_t width = std::min<size_t>(256, row.size() - first);
      std::string tile;
      for (size_t i = first; i < first + width; ++i) tile += row[i];
      files[name(std::to_string(level), first / 256, width)] = tile;
      if (width == 256) above.push_back(RootOf(Slice(row, first, first + 256)));
    }
    row = above;
  }
  return files;
}

std::string TestLog::Completeness(int kind, const std::string& name) const {
  const std::string key = KeyOf(kind, name);
  Values values = MapValues(leaves.size() - 1);
  const auto found = streams.find(key);
  std::string out = "constancia-completeness/v1\nkey " + HexEncode(key) + "\ncount ";
  out += std::to_string(found == streams.end() ? 0 : found->second.size()) + "\n";
  if (found != streams.end()) out += "last " + std::to_string(found->second.back()) + "\n";
  // Descend until at most one key is left.
  std::vector<std::string> siblings;
  for (size_t depth = 0; values.size() > 1; ++depth) {
    Values half[2];
    for (const auto& entry : values) half[Bit(entry.first, depth)].insert(entry);
    siblings.insert(siblings.begin(), MapRootAt(half[1 - Bit(key, depth)], depth + 1));
    values = half[Bit(key, depth)];
  }
  if (values.empty()) {
    out += "terminal empty\n";
  } else if (values.begin()->first == key) {
    out += "terminal present\n";
  } else {
    out += "terminal other " + HexEncode(values.begin()->first) + " " +
           HexEncode(H("\x12" + values.begin()->second)) + "\n";
  }
  const auto path = SlowPath(leaves.size() - 1, leaves);
  return out + "siblings " + std::to_string(siblings.size()) + "\n" + HashLines(siblings) +
         "maproot " + Base64Encode(leaves.back()) + "\nindex " + std::to_string(leaves.size() - 1) +
         "\nproof " + std::to_string(path.size()) + "\n" + HashLines(path) + "\n" + Checkpoint();
}

std::string TestLog::TlogProof(size_t index) const {
  return "c2sp.org/tlog-proof@v1\nindex " + std::to_string(index) + "\n" +
         HashLines(SlowPath(index, leaves)) + "\n" + Checkpoint();
}

std::string TestLog::SealFile(size_t index) const {
  for (const Group& group : groups_) {
    if (index < group.first || index >= group.first + group.members.size()) continue;
    const auto path = SlowPath(index - group.first, group.members);
    const uint32_t count = static_cast<uint32_t>(group.members.size());
    const std::string message = std::string("constancia/seal/v1\0", 19) + U64(group.first) +
                                U32(count) + SlowRoot(group.members);
    return "constancia-seal/v1\norigin " + origin + "\nfirst " + std::to_string(group.first) +
           "\ncount " + std::to_string(count) + "\nindex " + std::to_string(index) + "\npath " +
           std::to_string(path.size()) + "\n" + HashLines(path) +
           SignatureLine(origin, '\x01', log_key, log_key.Sign(message));
  }
  return "";
}

std::string TestLog::Consistency(size_t old_size) const {
  const auto proof = SlowConsistency(old_size, leaves);
  return "constancia-consistency/v1\nold " + std::to_string(old_size) + "\nnew " +
         std::to_string(leaves.size()) + "\nproof " + std::to_string(proof.size()) + "\n" +
         HashLines(proof);
}

std::string TestLog::Inclusion(const std::vector<uint64_t>& positions) const {
  // Every perfect node without a proven leaf whose parent is not such a node.
  std::map<std::pair<int, size_t>, std::string> nodes;
  const auto free_node = [&](int level, size_t index) {
    const size_t first = index << level, end = (index + 1) << level;
    if (end > leaves.size()) return false;
    return std::none_of(positions.begin(), positions.end(),
                        [&](uint64_t p) { return p >= first && p < end; });
  };
  const auto hashes = HashesOf(leaves);
  for (int level = 0; (size_t{1} << level) <= leaves.size(); ++level) {
    for (size_t i = 0; (i + 1) << level <= leaves.size(); ++i) {
      if (!free_node(level, i) || free_node(level + 1, i / 2)) continue;
      nodes[{level, i}] = RootOf(Slice(hashes, i << level, (i + 1) << level));
    }
  }
  std::string out = "constancia-inclusion/v1\nsize " + std::to_string(leaves.size()) + "\nleaves " +
                    std::to_string(positions.size()) + "\n";
  for (uint64_t position : positions) out += std::to_string(position) + "\n";
  out += "nodes " + std::to_string(nodes.size()) + "\n";
  for (const auto& [place, hash] : nodes) {
    out += std::to_string(place.first) + " " + std::to_string(place.second) + " " +
           Base64Encode(hash) + "\n";
  }
  return out;
}

std::string TestLog::AuditFeed() const {
  std::string out;
  for (size_t i = 0; i < leaves.size(); ++i) {
    if (leaves[i][0] == '\x02') {
      out += "map " + std::to_string(i) + " " + Base64Encode(leaves[i]) + "\n";
      continue;
    }
    out += "event " + std::to_string(i) + " " + Base64Encode(HashesOf({leaves[i]})[0]);
    for (const std::string& key : keys.at(i)) out += " " + Base64Encode(key);
    out += "\n";
  }
  return out;
}

std::string TestLog::RecordOf(uint64_t position, std::optional<int> state, uint64_t by) const {
  const std::string& leaf = leaves[position];
  const auto personal = salted.find(position);
  const int chosen = state.value_or(personal == salted.end() ? 0 : 1);
  std::string out = U64(position) + U32(static_cast<uint32_t>(leaf.size())) + leaf;
  out.push_back(static_cast<char>(chosen));
  if (chosen == 1) {
    out += U32(static_cast<uint32_t>(personal->second.size())) + personal->second;
  }
  if (chosen == 3) out += U64(by);
  return out;
}

Files TestLog::Bundle(Files files) const {
  files["bagit.txt"] = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
  files["bag-info.txt"] = "External-Identifier: X-1\n";
  std::string manifest, tag_manifest;
  for (const auto& [path, bytes] : files) {
    if (path.substr(0, 5) == "data/") manifest += Sha512Hex(bytes) + "  " + path + "\n";
  }
  files["manifest-sha512.txt"] = manifest;
  for (const auto& [path, bytes] : files) {
    if (path.substr(0, 5) != "data/") tag_manifest += Sha512Hex(bytes) + "  " + path + "\n";
  }
  files["tagmanifest-sha512.txt"] = tag_manifest;
  files["export.note"] = SignedNote("constancia-export/v1\nX-1\n" + std::to_string(leaves.size()) +
                                        "\n" + Base64Encode(H(tag_manifest)) + "\n",
                                    origin, log_key);
  return files;
}

Files TestLog::WholeBundle() const {
  // The first event of case/C-17 is erased by the first PersonalDataErased; the rest is opened.
  Files files;
  uint64_t erasing = 0;
  for (uint64_t i = 0; i < leaves.size(); ++i) {
    if (leaves[i].find("PersonalDataErased") != std::string::npos) erasing = i;
  }
  std::vector<uint64_t> positions = streams.at(KeyOf(1, "C-17"));
  for (size_t n = 0; n < positions.size(); ++n) {
    const uint64_t position = positions[n];
    files["data/events.bin"] +=
        n == 0 && erasing != 0 ? RecordOf(position, 3, erasing) : RecordOf(position);
    files["data/events.jsonl"] += "{\"position\":\"" + std::to_string(position) +
                                  "\",\"leaf_hash\":\"" +
                                  HexEncode(HashesOf({leaves[position]})[0]) + "\",\"x\":1}\n";
  }
  if (erasing != 0) {
    files["data/related.bin"] = RecordOf(erasing);
    positions.push_back(erasing);
    std::sort(positions.begin(), positions.end());
  }
  files["proofs/checkpoint"] = Checkpoint();
  files["proofs/checkpoint.old"] = Checkpoint(2);
  files["proofs/consistency.txt"] = Consistency(2);
  files["proofs/inclusion.txt"] = Inclusion(positions);
  files["proofs/audit-feed"] = AuditFeed();
  for (const char* name : {"C-17", "C-99"}) {
    files["proofs/completeness/" + HexEncode(KeyOf(1, name)) + ".txt"] = Completeness(1, name);
  }
  return Bundle(files);
}

std::string ZipOf(const Files& files, bool deflate_entries, bool descriptors, bool zip64) {
  std::string out, directory;
  for (const auto& entry : files) {
    const std::string& bytes = entry.second;
    const std::string name = "export-1/" + entry.first;
    std::string packed = bytes;
    if (deflate_entries) {
      packed.resize(compressBound(bytes.size()) + 16);
      z_stream stream = {};
      deflateInit2(&stream, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
      stream.avail_in = static_cast<uInt>(bytes.size());
      stream.next_out = reinterpret_cast<Bytef*>(packed.data());
      stream.avail_out = static_cast<uInt>(packed.size());
      deflate(&stream, Z_FINISH);
      packed.resize(stream.total_out);
      deflateEnd(&stream);
    }
    const uint64_t crc =
        crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size()));
    const uint64_t offset = out.size();
    const uint64_t full = 0xFFFFFFFF;
    const std::string common = Little(descriptors ? 0x808 : 0x800, 2) +
                               Little(deflate_entries ? 8 : 0, 2) + Little(0x5a21, 2) +
                               Little(0x5b76, 2);
    const auto sizes = [&](bool open) {
      return Little(open ? 0 : crc, 4) +
             Little(zip64  ? full
                    : open ? 0
                           : packed.size(),
                    4) +
             Little(zip64  ? full
                    : open ? 0
                           : bytes.size(),
                    4);
    };
    const std::string local_extra = !zip64 ? ""
                                           : Little(1, 2) + Little(16, 2) +
                                                 Little(descriptors ? 0 : bytes.size(), 8) +
                                                 Little(descriptors ? 0 : packed.size(), 8);
    out += Little(0x04034b50, 4) + Little(45, 2) + common + sizes(descriptors) +
           Little(name.size(), 2) + Little(local_extra.size(), 2) + name + local_extra + packed;
    const int width = zip64 ? 8 : 4;
    if (descriptors) {
      out += Little(0x08074b50, 4) + Little(crc, 4) + Little(packed.size(), width) +
             Little(bytes.size(), width);
    }
    const std::string extra = !zip64 ? ""
                                     : Little(1, 2) + Little(24, 2) + Little(bytes.size(), 8) +
                                           Little(packed.size(), 8) + Little(offset, 8);
    directory += Little(0x02014b50, 4) + Little(45, 2) + Little(45, 2) + common + sizes(false) +
                 Little(name.size(), 2) + Little(extra.size(), 2) + Little(0, 2) + Little(0, 2) +
                 Little(0, 2) + Little(0, 4) + Little(zip64 ? full : offset, 4) + name + extra;
  }
  const uint64_t start = out.size();
  out += directory;
  if (zip64) {
    const uint64_t end = out.size();
    out += Little(0x06064b50, 4) + Little(44, 8) + Little(45, 2) + Little(45, 2) + Little(0, 4) +
           Little(0, 4) + Little(files.size(), 8) + Little(files.size(), 8) +
           Little(directory.size(), 8) + Little(start, 8);
    out += Little(0x07064b50, 4) + Little(0, 4) + Little(end, 8) + Little(1, 4);
  }
  const uint64_t count = zip64 ? 0xFFFF : files.size();
  return out + Little(0x06054b50, 4) + Little(0, 4) + Little(count, 2) + Little(count, 2) +
         Little(zip64 ? 0xFFFFFFFF : directory.size(), 4) + Little(zip64 ? 0xFFFFFFFF : start, 4) +
         Little(0, 2);
}

}  // namespace verify
