#include "policies/engine/internal/contact_duties.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "policies/engine/internal/conduct_scope.h"

namespace constancia::policies::internal {
namespace {

using counsel::v1::Facts;

struct DatedAct {
  absl::CivilDay on;
  const counsel::v1::Act* act = nullptr;
  bool used = false;
};

absl::StatusOr<std::vector<DatedAct>> ReadActs(const Facts& facts) {
  std::vector<DatedAct> acts;
  for (const counsel::v1::Act& act : facts.acts()) {
    absl::CivilDay on;
    if (!absl::ParseCivilTime(act.date(), &on)) {
      return Error(error::v1::SCHEMA_INVALID, "a date is written 2025-03-10", "facts.acts.date");
    }
    acts.push_back({on, &act});
  }
  std::sort(acts.begin(), acts.end(), [](const DatedAct& a, const DatedAct& b) {
    return std::forward_as_tuple(a.on, a.act->position(), a.act->type()) <
           std::forward_as_tuple(b.on, b.act->position(), b.act->type());
  });
  return acts;
}

// The acts that the contact will be, when it reaches the person.
std::vector<std::string_view> ActsOf(Channel channel) {
  std::vector<std::string_view> acts = {"ContactAttempted", "ContactCompleted", kConversation};
  if (channel == Channel::kLetter) {
    acts.insert(acts.end(), {"LetterPosted", "ElectronicLetterSent"});
  } else if (kWrittenChannels.Has(channel)) {
    acts.push_back("MessageSent");
  }
  return acts;
}

void AppendText(std::string* out, std::string_view text) {
  AppendU32(out, static_cast<uint32_t>(text.size()));
  out->append(text);
}

void AppendUsed(const std::vector<DatedAct>& acts, const ConductScope& scope, std::string* out) {
  const auto count = std::count_if(acts.begin(), acts.end(), [](const auto& a) { return a.used; });
  if (count == 0 && scope.circumstances.empty()) return;
  AppendU32(out, static_cast<uint32_t>(count));
  for (const DatedAct& one : acts) {
    if (!one.used) continue;
    AppendText(out, one.act->type());
    AppendText(out, one.act->date());
    AppendU64(out, one.act->position());
  }
  AppendU32(out, static_cast<uint32_t>(scope.circumstances.size()));
  for (const std::string& code : scope.circumstances) AppendText(out, code);
}

}  // namespace

absl::Status AddDuties(const std::vector<PackSet::Selected>& packs, const ProposalView& proposal,
                       const Facts& facts, counsel::v1::Verdict* verdict, std::string* used) {
  ASSIGN_OR_RETURN(std::vector<DatedAct> acts, ReadActs(facts));
  ConductScope scope;
  scope.region = proposal.region;
  scope.circumstances.insert(facts.circumstances().begin(), facts.circumstances().end());
  const absl::CivilDay date = LocalDate(proposal.moment.at, *proposal.zones.front());
  // Tells whether one of `types` is known until that date.
  const auto known = [&](const auto& types) {
    bool any = false;
    for (DatedAct& one : acts) {
      if (one.on > date || !Has(types, one.act->type())) continue;
      one.used = true;
      any = true;
    }
    return any;
  };
  const bool written = kWrittenChannels.Has(proposal.channel);
  const auto first = [&] { return !known(std::vector<std::string_view>{kConversation}); };
  RETURN_IF_ERROR(ForEachRule<Content>(
      packs, scope, date,
      [&](const PackSet::Selected&, const ConductRule& rule, const Content& content) {
        if (!rule.channels.Has(proposal.channel) || !rule.parties.Has(proposal.party) ||
            !rule.purposes.Has(proposal.purpose)) {
          return absl::OkStatus();
        }
        const bool asked =
            std::any_of(content.items.begin(), content.items.end(), [&](const auto& item) {
              return item.disclosure && (item.at == Content::At::kEach ||
                                         (item.at == Content::At::kFirst && first()) ||
                                         (item.at == Content::At::kWritten && written));
            });
        if (asked) verdict->add_duties()->set_rule_id(rule.id);
        return absl::OkStatus();
      }));
  const std::vector<std::string_view> makes = ActsOf(proposal.channel);
  RETURN_IF_ERROR(ForEachRule<Duty>(
      packs, scope, date,
      [&](const PackSet::Selected& pack, const ConductRule& rule, const Duty& duty) {
        const bool follows = std::any_of(makes.begin(), makes.end(), [&](std::string_view type) {
          return Has(duty.after, type);
        });
        if (!follows || (!duty.each && (known(duty.after) || known(duty.fulfilled_by)))) {
          return absl::OkStatus();
        }
        counsel::v1::Duty* due = verdict->add_duties();
        due->set_rule_id(rule.id);
        due->set_due_date(absl::FormatCivilTime(DueDate(pack, packs, scope, duty, date)));
        return absl::OkStatus();
      }));
  AppendUsed(acts, scope, used);
  return absl::OkStatus();
}

}  // namespace constancia::policies::internal
