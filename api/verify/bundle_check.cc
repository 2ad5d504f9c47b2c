// The check of an exported bundle.
#include <map>
#include <set>
#include <unordered_map>

#include "bag.h"
#include "bytes.h"
#include "checks.h"
#include "merkle.h"
#include "proof_files.h"
#include "records.h"
#include "replay.h"

namespace verify {
namespace {

constexpr std::string_view kEventsFile = "data/events.bin";
constexpr std::string_view kRelatedFile = "data/related.bin";
constexpr std::string_view kListingFile = "data/events.jsonl";
constexpr std::string_view kCheckpointFile = "proofs/checkpoint";
constexpr std::string_view kOldCheckpointFile = "proofs/checkpoint.old";
constexpr std::string_view kConsistencyFile = "proofs/consistency.txt";
constexpr std::string_view kInclusionFile = "proofs/inclusion.txt";
constexpr std::string_view kAuditFeedFile = "proofs/audit-feed";
constexpr std::string_view kCompletenessFolder = "proofs/completeness/";
constexpr std::string_view kTagManifestFile = "tagmanifest-sha512.txt";
constexpr std::string_view kExportNoteFile = "export.note";
constexpr std::string_view kCmsFile = "export.p7s";
constexpr size_t kListingLineBytesMax = 8 * 1024 * 1024;
constexpr size_t kFeedLineBytesMax = 1024;

// The types of event that end a data key.
bool IsErasure(std::string_view type) {
  return type == "constancia.event.v1.PersonalDataErased" ||
         type == "constancia.event.v1.RecordDisposed";
}

// What the events of data/events.bin show of one stream.
struct SeenStream {
  std::string name;
  uint64_t last = 0;
  uint64_t last_sequence = 0;
  std::optional<uint64_t> gap_at;  // position of the first event that is not the next one
  Frontier tree;
  bool is_whole = false;
};

class BundleChecker {
 public:
  BundleChecker(Archive& archive, const Trust& trust, Report* report)
      : archive_(archive), trust_(trust), report_(report), sources_(trust.source_keys) {}

  Status Check() {
    VERIFY_TRY(CheckBagProfile());
    VERIFY_TRY(ReadCheckpoint());
    VERIFY_TRY(CheckExportNote());
    VERIFY_TRY(CheckOld());
    VERIFY_TRY(ReadRecords(std::string(kEventsFile), /*in_scope=*/true));
    if (archive_.Has(std::string(kRelatedFile))) {
      VERIFY_TRY(ReadRecords(std::string(kRelatedFile), /*in_scope=*/false));
    }
    VERIFY_TRY(CheckInclusion());
    VERIFY_TRY(CheckErasures());
    VERIFY_TRY(CheckStreams());
    if (archive_.Has(std::string(kAuditFeedFile))) VERIFY_TRY(CheckAuditFeed());
    Say();
    return {};
  }

 private:
  // A valid bag of version 1.0 with SHA-512 alone, where every file is listed but the tag
  // manifest and the two files written after it.
  Status CheckBagProfile() {
    VERIFY_ASSIGN(const Bag bag, CheckBag(archive_));
    const std::set<std::string> sha512 = {"sha512"};
    if (bag.version != "1.0" || bag.payload_algorithms != sha512 || bag.tag_algorithms != sha512) {
      return At(NotProven("the bag is not of version 1.0 with SHA-512 manifests"), Step::kBag,
                "bagit.txt");
    }
    for (const auto& [path, size] : archive_.files()) {
      if (path == "fetch.txt") {
        return At(NotProven("a bundle must not refer to files elsewhere"), Step::kBag, path);
      }
      const bool listed = path.substr(0, 5) == "data/" || bag.tagged.count(path) != 0 ||
                          path == kTagManifestFile || path == kExportNoteFile || path == kCmsFile;
      if (!listed) return At(NotProven("the tag manifest does not list it"), Step::kBag, path);
    }
    report_->Proven(Say::kBagValid, {std::to_string(bag.payload_files)});
    report_->warnings = bag.warnings;
    return {};
  }

  Status ReadCheckpoint() {
    const std::string file(kCheckpointFile);
    VERIFY_ASSIGN(const std::string bytes, archive_.ReadAll(file, kNoteBytesMax),
                  Step::kCheckpoint);
    VERIFY_ASSIGN(checkpoint_, ParseCheckpoint(bytes), Step::kCheckpoint, file);
    VERIFY_TRY(CheckCheckpoint(checkpoint_, file, trust_, report_));
    keys_ = std::make_unique<StreamKeyCheck>(checkpoint_.origin, trust_.stream_secret);
    return {};
  }

  // Lines: constancia-export/v1, export id, checkpoint size, base64 SHA-256 of the tag manifest.
  Status CheckExportNote() {
    const std::string file(kExportNoteFile);
    VERIFY_ASSIGN(const std::string bytes, archive_.ReadAll(file, kNoteBytesMax),
                  Step::kExportNote);
    VERIFY_ASSIGN(const Note note, ParseNote(bytes), Step::kExportNote, file);
    VERIFY_ASSIGN(const Acceptance acceptance,
                  trust_.policy.AcceptLogSignature(note, checkpoint_.origin, checkpoint_.size),
                  Step::kExportNote, file);
    VERIFY_ASSIGN(const std::string manifest, archive_.ReadAll(std::string(kTagManifestFile)));
    Lines lines(note.text);
    const auto head = lines.Next(), id = lines.Next(), size = lines.Next(), digest = lines.Next();
    const auto refuse = [&](const std::string& what) {
      return At(NotProven(what), Step::kExportNote, file);
    };
    if (!head || *head != "constancia-export/v1" || !digest || !lines.done() || id->empty()) {
      return refuse("must be four lines, the first 'constancia-export/v1'");
    }
    if (*size != std::to_string(checkpoint_.size)) {
      return refuse("it names another checkpoint than proofs/checkpoint");
    }
    if (*digest != Base64Encode(Sha256(manifest).view())) {
      return refuse("it names another tag manifest than that of the bag");
    }
    std::string key_ids;
    for (const std::string& key : acceptance.log_keys) {
      key_ids += (key_ids.empty() ? "" : ", ") + key;
    }
    report_->Proven(Say::kExportSigned, {std::string(*id), key_ids});
    return {};
  }

  // The earlier checkpoint the reader holds, or else the one the bundle names itself.
  Status CheckOld() {
    const bool has_proof = archive_.Has(std::string(kConsistencyFile));
    if (has_proof != archive_.Has(std::string(kOldCheckpointFile))) {
      return At(NotProven("proofs/consistency.txt and proofs/checkpoint.old belong together"),
                Step::kConsistency);
    }
    if (!has_proof && !trust_.old_checkpoint) return {};
    Consistency proof;
    if (has_proof) {
      const std::string file(kConsistencyFile), old_file(kOldCheckpointFile);
      VERIFY_ASSIGN(const std::string bytes, archive_.ReadAll(file));
      VERIFY_ASSIGN(proof, ParseConsistency(bytes), Step::kConsistency, file);
      VERIFY_ASSIGN(const std::string old_bytes, archive_.ReadAll(old_file, kNoteBytesMax));
      VERIFY_ASSIGN(const Checkpoint named,
                    CheckOldCheckpoint(old_bytes, old_file, checkpoint_, trust_.policy));
      VERIFY_TRY(CheckConsistency(named, checkpoint_, proof), Step::kConsistency, file);
      if (!trust_.old_checkpoint) {
        report_->Proven(Say::kConsistent,
                        {std::to_string(named.size), std::to_string(checkpoint_.size)});
      }
    }
    if (trust_.old_checkpoint) {
      VERIFY_ASSIGN(const Checkpoint held,
                    CheckOldCheckpoint(*trust_.old_checkpoint, "the earlier checkpoint",
                                       checkpoint_, trust_.policy));
      if (!has_proof && held.size != checkpoint_.size) {
        return At(NotProven("the bundle has no proof that it extends the checkpoint you hold"),
                  Step::kConsistency, std::string(kConsistencyFile));
      }
      if (!has_proof) proof = {held.size, checkpoint_.size, {}};
      VERIFY_TRY(CheckConsistency(held, checkpoint_, proof), Step::kConsistency,
                 std::string(kConsistencyFile));
      report_->Proven(Say::kOldExtended, {std::to_string(held.size)});
    }
    if (trust_.policy.has_quorum()) report_->Unproven(Say::kNotOldQuorum);
    return {};
  }

  Status ReadRecords(const std::string& file, bool in_scope) {
    if (!archive_.Has(file)) return At(NotProven("the file is missing"), Step::kRecords, file);
    VERIFY_ASSIGN(auto stream, archive_.Open(file));
    RecordReader reader(std::move(stream), file);
    std::unique_ptr<LineReader> listing;
    if (in_scope && archive_.Has(std::string(kListingFile))) {
      VERIFY_ASSIGN(auto listing_stream, archive_.Open(std::string(kListingFile)));
      listing = std::make_unique<LineReader>(std::move(listing_stream), kListingLineBytesMax);
    }
    Record record;
    int64_t recorded_at = INT64_MIN;
    while (true) {
      VERIFY_ASSIGN(const bool more, reader.Next(&record));
      if (!more) break;
      VERIFY_TRY(CheckRecord(record, in_scope, &recorded_at), Step::kRecords, file,
                 record.position);
      if (listing) {
        VERIFY_TRY(CheckListed(listing.get(), record), Step::kListing, std::string(kListingFile),
                   record.position);
      }
    }
    if (!listing) return {};
    std::string line;
    VERIFY_ASSIGN(const bool more, listing->Next(&line), Step::kListing, std::string(kListingFile));
    if (more) {
      return At(NotProven("it has more lines than there are events"), Step::kListing,
                std::string(kListingFile));
    }
    report_->Proven(Say::kListingMatches, {std::to_string(leaves_.size())});
    return {};
  }

  Status CheckRecord(const Record& record, bool in_scope, int64_t* recorded_at) {
    VERIFY_TRY(ParseEvent(record.leaf, &event_));
    VERIFY_TRY(keys_->Check(event_), Step::kStreams);
    VERIFY_TRY(sources_.Check(event_), Step::kSourceSignature);
    if (event_.recorded_at < *recorded_at) {
      return NotProven("the event was recorded before the one before it");
    }
    *recorded_at = event_.recorded_at;
    const Hash leaf_hash = LeafHash(record.leaf);
    if (!leaves_.emplace(record.position, leaf_hash).second) {
      return NotProven("the event is in both events.bin and related.bin");
    }
    VERIFY_TRY(CheckPersonalPart(record), Step::kPersonalPart);
    if (IsErasure(event_.type)) {
      bool in_ledger_stream = false;
      for (const StreamPlace& place : event_.streams) {
        in_ledger_stream = in_ledger_stream || place.kind == StreamKind::kLedger;
      }
      if (in_ledger_stream) {
        erasing_.emplace(record.position, std::string(event_.public_payload));
      }
    }
    if (!in_scope) {
      related_.insert(record.position);
      return {};
    }
    for (const StreamPlace& place : event_.streams) {
      VERIFY_TRY(AddToStream(place, record.position, leaf_hash), Step::kStreams);
    }
    std::vector<Hash>& keys = keys_by_event_.emplace_back();
    for (const StreamPlace& place : event_.streams) keys.push_back(place.key);
    return {};
  }

  Status CheckPersonalPart(const Record& record) {
    if (event_.sealed.has_value() == (record.state == PersonalState::kNone)) {
      return NotProven("the header and the record disagree on whether there is a personal part");
    }
    if (record.state == PersonalState::kOpened) {
      if (Sha256({"\x20", record.salt_and_personal}) != event_.sealed->commitment) {
        return NotProven("the opened personal part is not the one committed to");
      }
      ++opened_;
    } else if (record.state == PersonalState::kWithheld) {
      ++withheld_;
    } else if (record.state == PersonalState::kErased) {
      erasures_.push_back({record.position, record.erased_by, std::string(event_.sealed->key_id)});
    }
    return {};
  }

  Status AddToStream(const StreamPlace& place, uint64_t position, const Hash& leaf_hash) {
    const auto [entry, is_new] = streams_.try_emplace(place.key);
    SeenStream& stream = entry->second;
    const std::string name = StreamText(place);
    if (is_new) {
      stream.name = name;
    } else if (stream.name != name) {
      return NotProven("stream " + HexEncode(place.key.view()) + " has two names");
    } else if (place.sequence <= stream.last_sequence) {
      return NotProven("the sequence numbers of stream " + name + " do not rise");
    }
    if (place.sequence != stream.tree.size() && !stream.gap_at) stream.gap_at = position;
    stream.last_sequence = place.sequence;
    stream.last = position;
    stream.tree.Append(leaf_hash);
    return {};
  }

  // Line n begins with position and leaf hash of record n.
  Status CheckListed(LineReader* listing, const Record& record) {
    std::string line;
    VERIFY_ASSIGN(const bool more, listing->Next(&line));
    const std::string wanted = "{\"position\":\"" + std::to_string(record.position) +
                               "\",\"leaf_hash\":\"" +
                               HexEncode(leaves_.at(record.position).view()) + "\",";
    if (!more || line.substr(0, wanted.size()) != wanted) {
      return NotProven("the line of this event does not begin with its position and leaf hash");
    }
    return {};
  }

  Status CheckInclusion() {
    const std::string file(kInclusionFile);
    VERIFY_ASSIGN(const std::string bytes, archive_.ReadAll(file), Step::kInclusion);
    VERIFY_ASSIGN(const Inclusion inclusion, ParseInclusion(bytes), Step::kInclusion, file);
    if (inclusion.size != checkpoint_.size) {
      return At(NotProven("the proof is for another size than the checkpoint's"), Step::kInclusion,
                file);
    }
    size_t matched = 0;
    for (uint64_t index : inclusion.leaves) {
      if (leaves_.count(index) == 0) {
        return At(NotProven("the proof names a position of which there is no event"),
                  Step::kInclusion, file, index);
      }
      ++matched;
    }
    if (matched != leaves_.size()) {
      return At(NotProven("the proof does not name every event"), Step::kInclusion, file);
    }
    VERIFY_ASSIGN(const Hash root, RootFromLeaves(inclusion.size, leaves_, inclusion.nodes),
                  Step::kInclusion, file);
    if (root != checkpoint_.root) {
      return At(NotProven("the events are not those in the tree of the checkpoint"),
                Step::kInclusion, file);
    }
    return {};
  }

  // Every erased personal part names a later event here that names its data key.
  Status CheckErasures() {
    std::set<uint64_t> named;
    for (const Erasure& erasure : erasures_) {
      const auto refuse = [&](const std::string& what) {
        return At(NotProven(what), Step::kErasure, "", erasure.position);
      };
      const std::string by = std::to_string(erasure.by);
      if (erasure.by <= erasure.position) {
        return refuse("the event at " + by + " that is said to erase it came before it");
      }
      const auto event = erasing_.find(erasure.by);
      if (event == erasing_.end()) {
        return refuse(
            "there is no PersonalDataErased or RecordDisposed of the ledger's stream at " + by);
      }
      if (!HasFieldWithValue(event->second, erasure.key_id) &&
          !HasFieldWithValue(event->second, HexEncode(erasure.key_id))) {
        return refuse("the event at " + by + " does not name the data key of this one");
      }
      named.insert(erasure.by);
    }
    for (uint64_t position : related_) {
      if (named.count(position) == 0) {
        return At(NotProven("no erased event names this event"), Step::kErasure,
                  std::string(kRelatedFile), position);
      }
    }
    return {};
  }

  Status CheckStreams() {
    for (const auto& [path, size] : archive_.files()) {
      if (path.substr(0, kCompletenessFolder.size()) != kCompletenessFolder) continue;
      VERIFY_TRY(CheckStream(path), Step::kCompleteness, path);
    }
    return {};
  }

  Status CheckStream(const std::string& path) {
    VERIFY_ASSIGN(const std::string bytes, archive_.ReadAll(path, kNoteBytesMax * 2));
    VERIFY_ASSIGN(const Completeness proof, ParseCompleteness(bytes));
    const std::string key = HexEncode(proof.key.view());
    if (path != std::string(kCompletenessFolder) + key + ".txt") {
      return NotProven("the file is not named by the key it proves");
    }
    if (proof.checkpoint.note.text != checkpoint_.note.text) {
      return NotProven("it is proven against another checkpoint than proofs/checkpoint");
    }
    VERIFY_TRY(trust_.policy.AcceptLogSignature(proof.checkpoint.note, checkpoint_.origin,
                                                checkpoint_.size));
    const auto entry = streams_.find(proof.key);
    if (entry == streams_.end()) {
      if (proof.count != 0) return NotProven("its events are missing from data/events.bin");
      VERIFY_TRY(CheckCompleteness(proof, Hash()));
      report_->Proven(Say::kStreamAbsent, {key});
      return {};
    }
    SeenStream& stream = entry->second;
    if (stream.gap_at) {
      return At(NotProven("an event of " + stream.name + " before this one is missing"),
                Step::kCompleteness, path, *stream.gap_at);
    }
    if (proof.count != stream.tree.size()) {
      return NotProven(stream.name + " has " + std::to_string(proof.count) + " events and " +
                       std::to_string(stream.tree.size()) + " are in data/events.bin");
    }
    if (proof.last != stream.last) {
      return NotProven("the last event of " + stream.name + " is at another position");
    }
    VERIFY_TRY(CheckCompleteness(proof, stream.tree.Root()));
    stream.is_whole = true;
    report_->Proven(Say::kStreamComplete, {stream.name, key, std::to_string(proof.count)});
    return {};
  }

  // Lines `event <index> <b64 leaf hash> <b64 stream key>...` and `map <index> <b64 57 bytes>`.
  Status CheckAuditFeed() {
    const std::string file(kAuditFeedFile);
    VERIFY_ASSIGN(auto stream, archive_.Open(file));
    LineReader lines(std::move(stream), kFeedLineBytesMax);
    Replay replay(/*every_map_root=*/true);
    std::string line;
    while (true) {
      VERIFY_ASSIGN(const bool more, lines.Next(&line), Step::kAuditFeed, file);
      if (!more) break;
      VERIFY_TRY(ReplayLine(line, &replay), Step::kAuditFeed, file, replay.log().size());
    }
    if (replay.log().size() != checkpoint_.size || replay.log().Root() != checkpoint_.root) {
      return At(NotProven("the feed does not give the root of the checkpoint"), Step::kAuditFeed,
                file);
    }
    report_->Proven(Say::kAuditFeedReplayed,
                    {std::to_string(replay.events()), std::to_string(replay.map_roots())});
    return {};
  }

  static Status ReplayLine(std::string_view line, Replay* replay) {
    const std::vector<std::string_view> words = Split(line, ' ');
    if (words.size() < 3 || ParseDecimal(words[1]) != replay->log().size()) {
      return NotProven("the line is not that of the next position");
    }
    const auto bytes = Base64Decode(words[2]);
    if (!bytes) return NotProven("the line is malformed");
    if (words[0] == "map" && words.size() == 3) {
      VERIFY_ASSIGN(const MapRoot map_root, ParseMapRoot(*bytes));
      return replay->AddMapRoot(LeafHash(*bytes), map_root, /*is_last=*/false);
    }
    const auto leaf_hash = Hash::From(*bytes);
    if (words[0] != "event" || !leaf_hash || words.size() < 4 || words.size() > 3 + kStreamsMax) {
      return NotProven("the line is malformed");
    }
    std::vector<Hash> keys;
    for (size_t i = 3; i < words.size(); ++i) {
      const auto key_bytes = Base64Decode(words[i]);
      const auto key = key_bytes ? Hash::From(*key_bytes) : std::nullopt;
      if (!key) return NotProven("a stream key is malformed");
      for (const Hash& other : keys) {
        if (other == *key) return NotProven("a stream key stands twice");
      }
      keys.push_back(*key);
    }
    replay->AddEvent(*leaf_hash, keys);
    return {};
  }

  void Say() {
    using verify::Say;
    report_->Proven(Say::kEventsIncluded, {std::to_string(leaves_.size())});
    if (opened_ > 0) report_->Proven(Say::kPersonalOpened, {std::to_string(opened_)});
    if (!erasures_.empty()) {
      report_->Proven(Say::kPersonalErased, {std::to_string(erasures_.size())});
    }
    sources_.Report(report_);
    report_->Assumed(Say::kAssumeMap);
    report_->Assumed(Say::kAssumeClock);
    uint64_t loose = 0;
    for (const std::vector<Hash>& keys : keys_by_event_) {
      bool in_whole = false;
      for (const Hash& key : keys) in_whole = in_whole || streams_.at(key).is_whole;
      loose += !in_whole;
    }
    if (loose > 0) report_->Unproven(Say::kNotCompleteStreams, {std::to_string(loose)});
    if (withheld_ > 0) report_->Unproven(Say::kNotWithheld, {std::to_string(withheld_)});
    report_->Unproven(Say::kNotReadings);
    ReportNames(trust_, report_);
    if (archive_.Has("proofs/checkpoint.tsr")) report_->Unproven(Say::kNotTimestamp);
    if (archive_.Has(std::string(kCmsFile))) report_->Unproven(Say::kNotCms);
    report_->Unproven(Say::kNotUnsubmitted);
  }

  struct Erasure {
    uint64_t position;
    uint64_t by;
    std::string key_id;
  };

  Archive& archive_;
  const Trust& trust_;
  Report* report_;
  Checkpoint checkpoint_;
  SourceCheck sources_;
  std::unique_ptr<StreamKeyCheck> keys_;
  Event event_;  // reused
  std::map<uint64_t, Hash> leaves_;
  std::unordered_map<Hash, SeenStream, HashOfHash> streams_;
  std::vector<std::vector<Hash>> keys_by_event_;  // of data/events.bin
  std::vector<Erasure> erasures_;
  std::map<uint64_t, std::string> erasing_;  // public parts by position
  std::set<uint64_t> related_;
  uint64_t opened_ = 0;
  uint64_t withheld_ = 0;
};

}  // namespace

Status CheckBundle(Archive& archive, const Trust& trust, Report* report) {
  return BundleChecker(archive, trust, report).Check();
}

}  // namespace verify
