// The catalogue: every event type there is and what it says about itself.
//
// It is read from the descriptors of the event families, so a new type is a new message and nothing
// else. A new family file is named once, in catalogue.cc.
//
// Used by: api/commands (what may be appended), eventstore (retention class, contact ledger),
// api/export and the console (titles).
// Threads: any; nothing changes after construction.

#ifndef CONSTANCIA_CORE_EVENT_CATALOGUE_H_
#define CONSTANCIA_CORE_EVENT_CATALOGUE_H_

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace google::protobuf {
class Descriptor;
}

namespace constancia {

// The classes of the retention schedule. Everything personal in an event falls under exactly one.
inline constexpr std::string_view kRetentionClasses[] = {
    "contact",   "notice", "recording", "consent", "money",  "agreement", "case",
    "complaint", "legal",  "write_off", "party",   "people", "governance"};

// Who may bring an event of a type into being.
enum class EventOrigin {
  kFact,      // It happened outside; sources may append it.
  kDecision,  // Only a command of the server makes it.
};

struct EventType {
  std::string name;  // Full name of the payload message: constancia.event.v1.ContactAttempted.
  const google::protobuf::Descriptor* descriptor;  // Lives for ever.
  std::string title_es, title_pt, title_en;        // Names for people.
  std::string family;                              // CONTACT, WRITE_OFF: the group of the trade.
  EventOrigin origin;
  std::string retention_class;       // One of kRetentionClasses.
  bool counts;                       // Whether the contact ledger reads it.
  std::vector<int> personal_fields;  // Numbers of the sealed fields, ascending.
};

class Catalogue {
 public:
  // Reads every type of every family linked into the program.
  Catalogue();
  Catalogue(const Catalogue&) = delete;
  Catalogue& operator=(const Catalogue&) = delete;

  // Returns the type with that full name, null when there is none. Lives as long as the catalogue.
  const EventType* Find(std::string_view name) const;

  // Returns all types, family by family, in the order in which they are declared.
  std::span<const EventType> All() const { return types_; }

 private:
  std::vector<EventType> types_;
  std::unordered_map<std::string_view, const EventType*> by_name_;  // Keys point into types_.
};

}  // namespace constancia

#endif  // CONSTANCIA_CORE_EVENT_CATALOGUE_H_
