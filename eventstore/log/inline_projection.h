// Folds of the log that decide: they are brought up to date before an append is answered, so the
// next decision sees what the last one did.
//
// Used by: eventstore/projections (implements them), EventLog (runs them).
#ifndef CONSTANCIA_EVENTSTORE_LOG_INLINE_PROJECTION_H_
#define CONSTANCIA_EVENTSTORE_LOG_INLINE_PROJECTION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "eventstore/log/recorded_event.h"

namespace constancia::eventstore {

// The rows of one projection while an event is applied.
class Rows {
 public:
  virtual ~Rows() = default;

  // Returns the row, or nothing. When it cannot be read the log halts, and what Apply makes of the
  // missing row is never seen.
  virtual std::optional<std::string> Get(std::string_view key) = 0;
  virtual void Put(std::string_view key, std::string_view value) = 0;
  virtual void Delete(std::string_view key) = 0;
};

// One fold. Reads public parts only, and depends on nothing but the events and its own rows:
// applying the log again from the start gives the same bytes.
//
// Threads: one thread at a time calls Apply.
class InlineProjection {
 public:
  virtual ~InlineProjection() = default;

  // Of [a-z_], unique among projections.
  virtual std::string_view name() const = 0;

  // Raised with every change of what Apply does or of how rows look; a raised version is rebuilt
  // from position 0 when the log is opened.
  virtual uint32_t version() const = 0;

  // Sees every event once, in order of position. `event.sealed` and `event.leaf` are empty: the
  // header is all it reads.
  virtual void Apply(const RecordedEvent& event, Rows& rows) const = 0;
};

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_LOG_INLINE_PROJECTION_H_
