// Keys of the rows of case_file, and how they are read and written.
//
//   f <case>              CaseFile, without what the rows below hold
//   a <case>              CaseActivity
//   k m n r l <case>      FactList of each concern (folds.h)
//   d <case> 0 <date>     ActDay
//   p <party>             PersonFile
//   q <party>             FactList of a person
//   e <event id>          FactPlace; the id is 16 bytes
//   i <field> <value> 0 <case>    empty: a list of the cases with that value
//   s <key> 0 <kind> 0 <case>     empty: a public key that leads to a case
//
// Used by: this folder.

#ifndef CONSTANCIA_EVENTSTORE_PROJECTIONS_CASE_FILE_CASE_ROWS_H_
#define CONSTANCIA_EVENTSTORE_PROJECTIONS_CASE_FILE_CASE_ROWS_H_

#include <string>
#include <string_view>

#include "eventstore/log/inline_projection.h"

namespace constancia::eventstore::case_row {

inline constexpr char kFile = 'f';
inline constexpr char kActivity = 'a';
inline constexpr char kDay = 'd';
inline constexpr char kPerson = 'p';
inline constexpr char kPersonFacts = 'q';
inline constexpr char kPlace = 'e';
inline constexpr char kList = 'i';
inline constexpr char kKey = 's';

inline std::string Key(char kind, std::string_view id) {
  std::string key(1, kind);
  return key.append(id);
}

inline std::string Key(char kind, std::string_view id, std::string_view more) {
  std::string key = Key(kind, id);
  key.push_back('\0');
  return key.append(more);
}

template <typename Message>
Message Load(Rows& rows, std::string_view key) {
  Message message;
  if (const auto bytes = rows.Get(key)) message.ParseFromString(*bytes);
  return message;
}

template <typename Message>
void Store(Rows& rows, std::string_view key, const Message& message) {
  std::string bytes;
  message.SerializeToString(&bytes);
  rows.Put(key, bytes);
}

}  // namespace constancia::eventstore::case_row

#endif  // CONSTANCIA_EVENTSTORE_PROJECTIONS_CASE_FILE_CASE_ROWS_H_
