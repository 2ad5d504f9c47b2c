// Contacts and messages of a case: how many there were, the first and the last of each kind.
//
// A case may have thousands. One costs two rows of bounded size, its day's and the case's counts,
// which grow by a few bytes with each day of contact.
//
// Used by: case_file.cc.
// Threads: one at a time.

#ifndef CONSTANCIA_EVENTSTORE_PROJECTIONS_CASE_FILE_TALLIES_H_
#define CONSTANCIA_EVENTSTORE_PROJECTIONS_CASE_FILE_TALLIES_H_

#include <string>
#include <string_view>
#include <vector>

#include "constancia/casefile/v1/case_file.pb.h"
#include "constancia/casefile/v1/case_rows.pb.h"
#include "eventstore/log/inline_projection.h"

namespace constancia::eventstore {

// Tells whether events of this type are tallied.
bool IsTallied(std::string_view type);

// The tallies a contact or message counts in; none for what the collector did not do.
std::vector<std::string> TalliesOf(const casefile::v1::Fact& fact);

// Counts a contact in `tallies`, or takes one back by its local date and position.
void Count(const std::string& case_id, const casefile::v1::Fact& fact,
           const std::vector<std::string>& tallies, casefile::v1::CaseActivity* activity,
           Rows& rows);
void Uncount(const std::string& case_id, std::string_view date, uint64_t position,
             casefile::v1::CaseActivity* activity, Rows& rows);

// Adds to a file what the tallies say: counts, attempts by family, first and last acts.
void ShowTallies(const casefile::v1::CaseActivity& activity, casefile::v1::CaseFile* file);

}  // namespace constancia::eventstore

#endif  // CONSTANCIA_EVENTSTORE_PROJECTIONS_CASE_FILE_TALLIES_H_
