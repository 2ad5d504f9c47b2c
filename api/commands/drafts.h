// Drafts on their way into the log: what judging and the gate share about them.
//
// Used by: gate, judge_contacts, judge_conduct.
// Threads: any.
#ifndef CONSTANCIA_API_COMMANDS_DRAFTS_H_
#define CONSTANCIA_API_COMMANDS_DRAFTS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "constancia/counsel/v1/verdict.pb.h"
#include "core/event/stream.h"
#include "eventstore/log/append.h"
#include "eventstore/log/recorded_event.h"

namespace constancia::api {

// Drafts stand behind everything recorded; their real positions are not known yet.
inline constexpr uint64_t kFirstDraft = uint64_t{1} << 62;

Stream CaseStream(std::string_view id);
Stream DebtorStream(std::string_view id);

// The draft of that index in its append as it will stand, for projections to apply ahead of the
// log.
eventstore::RecordedEvent AsRecorded(const eventstore::EventDraft& draft, size_t index);

// Makes a verdict fit into an event beside what it judges. One over many debts is longer: findings
// that passed are left out first, then the last of those that failed.
void ShortenVerdict(counsel::v1::Verdict* verdict);

}  // namespace constancia::api

#endif  // CONSTANCIA_API_COMMANDS_DRAFTS_H_
