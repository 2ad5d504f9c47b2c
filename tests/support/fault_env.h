// A file system that fails as disks and machines do, below RocksDB.
//
// Files live in memory. What was not synced is lost, or kept in part, when the power goes; syncs
// and writes can be made to fail; bytes can be flipped. Everything random comes from the seed.
//
// Used by: tests of eventstore and the simulation.
// Threads: any.
#ifndef CONSTANCIA_TESTS_SUPPORT_FAULT_ENV_H_
#define CONSTANCIA_TESTS_SUPPORT_FAULT_ENV_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace rocksdb {
class Env;
}

namespace constancia::testing {

class FaultFileSystem;

class FaultEnv {
 public:
  explicit FaultEnv(uint64_t seed = 1);
  ~FaultEnv();

  // For DatabaseOptions::env and EventLog::Options::env. Lives as long as this.
  rocksdb::Env* env();

  // Every sync of a file whose name holds `part` fails after the next `after` of them, until Heal.
  void FailSyncs(const std::string& part, uint64_t after = 0);

  // Every sync of a file whose name holds `part` waits until LetSyncs.
  void HoldSyncs(const std::string& part);
  // Waits until one does.
  void AwaitHeldSync();
  void LetSyncs();

  // Writing fails with "no space" once `bytes` more have been written, until Heal.
  void FillDisk(uint64_t bytes);

  void Heal();

  // The power goes: from each file goes what was not synced, but for a part of it at its front, of
  // random length, when `torn`; of a write-ahead log (".log") random pages within that part never
  // arrived either. Open databases must be abandoned first: everything they still do goes nowhere.
  void LosePower(bool torn);

  // From now on nothing that is written or synced arrives, and nothing fails: what a process does
  // between the moment the power went and the moment it notices.
  void Freeze();

  // The same at the moment when `operations` more writes, syncs, renames and removals are done.
  void FreezeAfter(uint64_t operations);

  // Whether that moment has come. What was answered while it had not is on the disk.
  bool frozen() const;

  // Flips one bit of `path` at byte `offset`. False when the file is shorter.
  bool FlipBit(const std::string& path, uint64_t offset);

  std::vector<std::string> Files(const std::string& suffix) const;
  uint64_t Size(const std::string& path) const;
  std::string Read(const std::string& path) const;
  void Truncate(const std::string& path, uint64_t size);
  uint64_t syncs() const;

  // Removes all files below `folder`.
  void RemoveFolder(const std::string& folder);

 private:
  std::shared_ptr<FaultFileSystem> files_;
  std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace constancia::testing

#endif  // CONSTANCIA_TESTS_SUPPORT_FAULT_ENV_H_
