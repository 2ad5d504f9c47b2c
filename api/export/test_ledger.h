// A small ledger with one case that has everything an export tells apart: personal parts, a permit,
// a refused contact, a violation, a correction, an annulment, other people's events in between.
//
// Used by: the tests of api/export.
#ifndef CONSTANCIA_API_EXPORT_TEST_LEDGER_H_
#define CONSTANCIA_API_EXPORT_TEST_LEDGER_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/auth/access.h"
#include "api/auth/caller.h"
#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/crypto/ed25519.h"
#include "core/event/catalogue.h"
#include "eventstore/log/event_log.h"

namespace constancia::api {

inline constexpr char kTestOrigin[] = "agency.example/constancia/ledger-1";
inline constexpr char kTestCase[] = "C-17";

class TestLedger {
 public:
  // A new ledger in a folder of its own, with the events of the case.
  TestLedger();
  ~TestLedger();

  // Appends the payload, parted, to the streams; returns the event's id.
  std::string Append(const google::protobuf::Message& payload, std::vector<Stream> streams);

  // Destroys every data key of the debtor and records it outside the case.
  void EraseDebtor();

  // Waits until a checkpoint covers everything.
  void Publish();

  // Waits until the log holds an event of `type`, looking from `from` on.
  eventstore::RecordedEvent AwaitEvent(const std::string& type, Position from);

  eventstore::EventLog& log() { return *log_; }
  const Catalogue& catalogue() const { return catalogue_; }
  const Signer& signer() const { return signer_; }
  Clock* clock() { return &clock_; }
  Random* random() { return &random_; }
  const Access& access() const { return access_; }
  const std::string& folder() const { return folder_; }
  std::string policy_file() const { return folder_ + "/policy.txt"; }

  // Ids of what the story is about.
  std::string permitted, ungoverned, denied, annulled, violation;

 private:
  void TellStory();

  const std::string folder_;
  ManualClock clock_;
  SeededRandom random_{7};
  Ed25519Key signer_;
  Catalogue catalogue_;
  Access access_;
  std::unique_ptr<eventstore::EventLog> log_;
  uint64_t requests_ = 0;
};

// Who may order exports, and who may not.
Caller ComplianceOfficer();
Caller AnotherComplianceOfficer();
Caller Dialler();

// The files of a bundle by their path below the bag, read with a reader that is not ours.
std::map<std::string, std::string> ReadZip(const std::string& path);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_EXPORT_TEST_LEDGER_H_
