#include "eventstore/log/internal/group_chain.h"

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "eventstore/log/internal/entry.h"
#include "eventstore/proof/group_seal.h"

namespace constancia::eventstore {

absl::StatusOr<GroupChain> GroupChain::Begin(const LogTables& log, Position from) {
  GroupChain chain(log.Groups());
  if (from.value > 0) {
    chain.cursor_.SeekBack(from.value - 1);
    if (chain.cursor_.valid()) chain.previous_ = GroupRowHash(chain.cursor_.row());
    RETURN_IF_ERROR(chain.cursor_.status());
  }
  chain.cursor_.Seek(from.value);
  return chain;
}

absl::StatusOr<bool> GroupChain::Covers(Position position) {
  if (in_group()) return true;
  RETURN_IF_ERROR(cursor_.status());
  return cursor_.valid() && cursor_.number() <= position.value;
}

absl::Status GroupChain::Take(Position position, const Hash& leaf_hash) {
  if (!in_group()) {
    RETURN_IF_ERROR(cursor_.status());
    if (!cursor_.valid() || cursor_.number() != position.value) {
      return DamagedAt(position, "it stands in no commit group");
    }
    row_bytes_ = std::string(cursor_.row());
    if (!row_.ParseFromString(row_bytes_) || row_.first() != position.value || row_.count() == 0 ||
        row_.count() > kGroupEventsMax) {
      return DamagedAt(position, "the row of its commit group cannot be read");
    }
    if (row_.previous() != previous_.view()) {
      return DamagedAt(position, "its commit group does not continue the one before");
    }
    taken_ = CompactRange();
    cursor_.Next();
  }
  taken_.Append(leaf_hash);
  if (in_group()) return absl::OkStatus();
  previous_ = GroupRowHash(row_bytes_);
  if (row_.root() != taken_.Root().view()) {
    return DamagedAt(Position{row_.first()},
                     absl::StrCat("it and the ", row_.count() - 1,
                                  " behind it are not the ones their commit group signed"));
  }
  return absl::OkStatus();
}

}  // namespace constancia::eventstore
