// The words that events enter in the ledger and the words that rules ask for are the same words.

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"

#include "constancia/event/v1/values.pb.h"
#include "core/case/rule_records.h"
#include "core/event/catalogue.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "policies/engine/vocabulary.h"

namespace constancia {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// What is known of contact points and notices: preconditions, not records.
const std::set<std::string> kConditions = {"address_from_debtor", "address_from_creditor",
                                           "point_invalidated", "point_confirmed",
                                           "assignment_notified"};

// Calls `visit` with `message` under every combination of its choices, from field `index` on.
void ForEachChoice(Message* message, int index, const std::function<void()>& visit) {
  const auto* type = message->GetDescriptor();
  if (index == type->field_count()) return visit();
  const FieldDescriptor* field = type->field(index);
  const auto* reflection = message->GetReflection();
  if (field->is_repeated() || field->name() == "party_role" ||
      (field->type() != FieldDescriptor::TYPE_ENUM &&
       field->type() != FieldDescriptor::TYPE_BOOL)) {
    return ForEachChoice(message, index + 1, visit);
  }
  const int count =
      field->type() == FieldDescriptor::TYPE_BOOL ? 2 : field->enum_type()->value_count();
  for (int i = 0; i < count; ++i) {
    if (field->type() == FieldDescriptor::TYPE_BOOL) {
      reflection->SetBool(message, field, i == 1);
    } else {
      reflection->SetEnum(message, field, field->enum_type()->value(i));
    }
    ForEachChoice(message, index + 1, visit);
  }
}

// Every word that any event can make.
std::set<std::string> AllWords() {
  std::set<std::string> words;
  const Catalogue catalogue;
  for (const EventType& type : catalogue.All()) {
    const auto* descriptor = type.descriptor;
    if (!MakesRecords(descriptor->name())) continue;
    const std::unique_ptr<Message> message(
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
    for (const char* name : {"party_id", "case_id", "contact_point_id"}) {
      const FieldDescriptor* field = descriptor->FindFieldByName(name);
      if (field != nullptr) message->GetReflection()->SetString(message.get(), field, "X-1");
    }
    const FieldDescriptor* windows = descriptor->FindFieldByName("windows");
    if (windows != nullptr) {
      static_cast<event::v1::TimeWindow*>(
          message->GetReflection()->AddMessage(message.get(), windows))
          ->set_to_minute(600);
    }
    ForEachChoice(message.get(), 0, [&] {
      for (const RuleRecord& record :
           RecordsOf(descriptor->name(), message->SerializeAsString(), 0)) {
        EXPECT_FALSE(record.owners.empty()) << record.word;
        words.insert(record.word);
      }
    });
  }
  return words;
}

TEST(Records, CounselKnowsEveryWordThatAnEventMakes) {
  for (const std::string& word : AllWords()) {
    EXPECT_NE(policies::IsRecordWord(word), kConditions.contains(word)) << word;
  }
}

TEST(Records, EveryWordThatCounselKnowsIsMadeByAnEvent) {
  const std::set<std::string> words = AllWords();
  for (const char* word : {"served_in_lawsuit",      "suit_ended",
                           "insolvency_opened",      "insolvency_ended",
                           "cease_written",          "cease_lifted",
                           "attorney_represented",   "representation_ended",
                           "dispute_written",        "verification_sent",
                           "dispute_resolved",       "employer_prohibits",
                           "employer_allows",        "hours_waiver",
                           "waiver_ended",           "info_requested",
                           "breathing_space_opened", "breathing_space_ended",
                           "consent_calls",          "consent_email_work",
                           "consent_ended",          "visit_authorised_microcredit",
                           "inconvenient_time",      "request_withdrawn_time",
                           "suspended_dispute",      "resumed_dispute",
                           "suspended_court_order",  "case_closed",
                           "case_reopened",          "complaint_received",
                           "complaint_closed",       "dispute_opened",
                           "promise_made",           "promise_ended",
                           "cease_requested",        "wrong_party",
                           "party_confirmed",        "vulnerable",
                           "vulnerability_ended",    "deceased",
                           "hardship_declared"}) {
    EXPECT_TRUE(words.contains(word)) << word;
  }
  for (const char* channel : {"call", "visit", "sms", "im", "email", "letter", "social_dm"}) {
    for (const std::string prefix :
         {"stop_", "revoked_", "authorised_", "reasonable_request_", "request_withdrawn_"}) {
      EXPECT_TRUE(words.contains(prefix + channel)) << prefix << channel;
    }
  }
}

}  // namespace
}  // namespace constancia
