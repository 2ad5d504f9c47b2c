#include "api/commands/replay_policy.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "api/commands/contact_facts.h"
#include "api/commands/limits.h"
#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/crypto/sha256.h"
#include "core/event/uuid.h"
#include "eventstore/projections/case_file/case_file.h"
#include "eventstore/projections/contact_ledger/contact_ledger.h"
#include "eventstore/projections/contact_ledger/contact_rows.h"
#include "policies/engine/evaluate.h"

namespace constancia::api {
namespace {

using casefile::v1::LedgerContact;
using counsel::v1::Finding;
using v1::ReplayDifference;

constexpr int kReplayedPacksMax = 64;
constexpr int kReplayedSwitchesMax = 64;
constexpr size_t kRunsKept = 4;

// What denies a contact, with what each rule counted; nothing when nobody can be asked about it.
using Denials = std::map<std::string, google::protobuf::RepeatedField<uint64_t>>;

absl::StatusOr<std::optional<Denials>> DenialsOf(const LedgerContact& contact,
                                                 std::span<const LedgerContact> around,
                                                 const policies::PackSet& packs,
                                                 ContactFacts& facts) {
  ASSIGN_OR_RETURN(const std::optional<counsel::v1::Proposal> proposal, facts.Propose(contact));
  if (!proposal.has_value()) return std::optional<Denials>();
  ASSIGN_OR_RETURN(const counsel::v1::Facts known, facts.Recall(contact, *proposal, around));
  ASSIGN_OR_RETURN(const counsel::v1::Verdict verdict, policies::Evaluate(packs, known, *proposal));
  Denials denials;
  for (const Finding& finding : verdict.findings()) {
    if (finding.result() != Finding::FAIL || finding.severity() == Finding::REVIEW) continue;
    denials.try_emplace(finding.rule_id(), finding.positions());
  }
  return std::optional<Denials>(std::move(denials));
}

// Adds the rules of `denying` that `other` lacks.
void AddDifferences(const LedgerContact& contact, const Denials& denying, const Denials& other,
                    ReplayDifference::Change change, v1::ReplayPolicyResponse* response) {
  const counsel::v1::Contact& made = contact.contact();
  for (const auto& [rule, counted] : denying) {
    if (other.contains(rule)) continue;
    ReplayDifference* difference = response->add_differences();
    difference->set_rule_id(rule);
    difference->set_change(change);
    if (const auto id = EventId::From(contact.event_id()); id.has_value()) {
      difference->set_event_id(ToText(*id));
    }
    difference->set_position(made.position());
    difference->set_case_id(contact.case_id());
    difference->mutable_began_at()->set_seconds(made.at_micros() / kMicrosPerSecond);
    difference->mutable_began_at()->set_nanos(
        static_cast<int32_t>(made.at_micros() % kMicrosPerSecond * 1000));
    *difference->mutable_counted() = counted;
  }
}

// What the packs of a request are made of.
Hash DigestOf(const v1::ReplayPolicyRequest& request) {
  std::string bytes;
  const auto append = [&](std::string_view text) {
    AppendU64(&bytes, text.size());
    bytes.append(text);
  };
  for (const std::string& text : request.packs()) append(text);
  for (const v1::SwitchValue& set : request.switches()) {
    append(set.switch_id());
    append(set.value());
  }
  AppendU64(&bytes, static_cast<uint64_t>(request.packs_size()));
  return Sha256(bytes);
}

// A switch keeps the value it has in force, unless the request names it or its pack went.
absl::StatusOr<policies::PackSet> Build(const policies::PackSet& in_force,
                                        const v1::ReplayPolicyRequest& request) {
  std::vector<policies::Pack> packs;
  std::set<std::string> given;
  for (int i = 0; i < request.packs_size(); ++i) {
    ASSIGN_OR_RETURN(policies::Pack pack,
                     policies::Pack::Load(absl::StrCat("packs[", i, "]"), request.packs(i)));
    given.insert(pack.text().pack());
    packs.push_back(std::move(pack));
  }
  for (const policies::PackSet::Member& member : in_force.members()) {
    if (!given.contains(member.pack->text().pack())) packs.push_back(*member.pack);
  }
  const policies::SwitchValues now = in_force.switches();
  policies::SwitchValues switches;
  for (const policies::Pack& pack : packs) {
    for (const policy::v1::Switch& choice : pack.text().switches()) {
      if (const auto value = now.find(choice.id()); value != now.end()) switches.insert(*value);
    }
  }
  for (const v1::SwitchValue& set : request.switches()) switches[set.switch_id()] = set.value();
  return policies::PackSet::Build(std::move(packs), &in_force.zones(), switches);
}

int64_t ToMicros(const google::protobuf::Timestamp& at) {
  return at.seconds() * kMicrosPerSecond + at.nanos() / 1000;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const policies::PackSet>> ReplayPolicy::PacksOf(
    const v1::ReplayPolicyRequest& request) {
  const Hash digest = DigestOf(request);
  const auto is_same = [&](const auto& kept) { return kept.first == digest; };
  {
    const absl::MutexLock lock(&mutex_);
    const auto found = std::find_if(kept_.begin(), kept_.end(), is_same);
    if (found != kept_.end()) {
      std::rotate(kept_.begin(), found, found + 1);
      return kept_.front().second;
    }
  }
  // Two that ask at once both compile; the second result is dropped.
  ASSIGN_OR_RETURN(policies::PackSet built, Build(*uses_.packs, request));
  auto packs = std::make_shared<const policies::PackSet>(std::move(built));
  const absl::MutexLock lock(&mutex_);
  if (std::none_of(kept_.begin(), kept_.end(), is_same)) kept_.emplace_front(digest, packs);
  if (kept_.size() > kRunsKept) kept_.pop_back();
  return packs;
}

absl::StatusOr<v1::ReplayPolicyResponse> ReplayPolicy::Run(const Caller& caller,
                                                           const v1::ReplayPolicyRequest& request) {
  ASSIGN_OR_RETURN(View view, uses_.access->ViewFor(caller, "PolicyService.ReplayPolicy"));
  RETURN_IF_ERROR(CheckTenant(caller, uses_.log->tenant(), request.parent()));
  if (request.page_size() > kPageSizeMax) {
    return Error(error::v1::LIMIT_EXCEEDED, absl::StrCat("a page has at most ", kPageSizeMax),
                 "page_size");
  }
  if (request.packs().empty() && request.switches().empty()) {
    return Error(error::v1::SCHEMA_INVALID, "give the text of a pack, or a switch", "packs");
  }
  if (request.packs_size() > kReplayedPacksMax) {
    return Error(error::v1::LIMIT_EXCEEDED, "at most 64 packs are replayed", "packs");
  }
  if (request.switches_size() > kReplayedSwitchesMax) {
    return Error(error::v1::LIMIT_EXCEEDED, "at most 64 switches are set", "switches");
  }
  const auto after = HexDecode(request.page_token());
  if (!after.has_value()) {
    return Error(error::v1::SCHEMA_INVALID, "not a token that was given out", "page_token");
  }
  ASSIGN_OR_RETURN(const std::shared_ptr<const policies::PackSet> packs, PacksOf(request));
  const policies::PackSet& replayed = *packs;

  const int64_t from = ToMicros(request.from());
  const int64_t to = ToMicros(request.to());
  const size_t size = request.page_size() == 0 ? kPageSizeDefault : request.page_size();
  // Behind the last key there is no key before this one.
  const std::string first = after->empty() ? "" : *after + std::string(1, '\0');
  ASSIGN_OR_RETURN(const auto page,
                   uses_.log->ScanRows(eventstore::ContactLedger::kName,
                                       eventstore::contact_row::kContacts, first, size));
  v1::ReplayPolicyResponse response;
  if (page.rows.size() == size) response.set_next_page_token(HexEncode(page.rows.back().first));

  const eventstore::StoredRows contact_rows(uses_.log, eventstore::ContactLedger::kName);
  const eventstore::StoredRows case_rows(uses_.log, eventstore::CaseFiles::kName);
  ContactFacts facts(&contact_rows, &case_rows, uses_.packs);
  ContactFacts replayed_facts(&contact_rows, &case_rows, &replayed);
  std::string person;
  std::vector<LedgerContact> around;  // of that person
  for (const auto& [key, row] : page.rows) {
    LedgerContact contact;
    if (!contact.ParseFromString(row)) {
      return Error(error::v1::DAMAGED, "a row of the contact ledger does not parse");
    }
    const int64_t at = contact.contact().at_micros();
    if (at < from || at >= to) continue;
    ASSIGN_OR_RETURN(const bool sees, view.SeesCase(contact.case_id()));
    if (!sees) continue;
    if (contact.contact().person() != person || around.empty()) {
      person = contact.contact().person();
      ASSIGN_OR_RETURN(
          around, eventstore::ReadContacts(contact_rows, person, {at - kFactsReachMicros}, {to}));
    }
    ASSIGN_OR_RETURN(const std::optional<Denials> now,
                     DenialsOf(contact, around, *uses_.packs, facts));
    ASSIGN_OR_RETURN(const std::optional<Denials> then,
                     DenialsOf(contact, around, replayed, replayed_facts));
    if (!now.has_value() && !then.has_value()) continue;
    response.set_judged(response.judged() + 1);
    const Denials none;
    AddDifferences(contact, then.value_or(none), now.value_or(none), ReplayDifference::NEWLY_DENIED,
                   &response);
    AddDifferences(contact, now.value_or(none), then.value_or(none),
                   ReplayDifference::NO_LONGER_DENIED, &response);
  }
  return response;
}

}  // namespace constancia::api
