#include "core/event/catalogue.h"

#include <algorithm>

#include "constancia/event/v1/access.pb.h"
#include "constancia/event/v1/case.pb.h"
#include "constancia/event/v1/consent.pb.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/correction.pb.h"
#include "constancia/event/v1/gate.pb.h"
#include "constancia/event/v1/legal.pb.h"
#include "constancia/event/v1/money.pb.h"
#include "constancia/event/v1/negotiation.pb.h"
#include "constancia/event/v1/notice.pb.h"
#include "constancia/event/v1/options.pb.h"
#include "constancia/event/v1/party.pb.h"
#include "constancia/event/v1/people.pb.h"
#include "constancia/event/v1/portfolio.pb.h"
#include "constancia/event/v1/records.pb.h"
#include "constancia/event/v1/rights.pb.h"
#include "constancia/event/v1/strategy.pb.h"
#include "constancia/event/v1/write_off.pb.h"
#include "core/base/check.h"
#include "google/protobuf/descriptor.h"

namespace constancia {
namespace {

using event::v1::EventOptions;
using google::protobuf::Descriptor;
using google::protobuf::FileDescriptor;

// One type of each family file: naming it here is what links the whole file into the program.
std::vector<const FileDescriptor*> Families() {
  return {
      event::v1::PartyRegistered::descriptor()->file(),
      event::v1::ConsentGranted::descriptor()->file(),
      event::v1::PortfolioReceived::descriptor()->file(),
      event::v1::CaseOpened::descriptor()->file(),
      event::v1::StrategyPublished::descriptor()->file(),
      event::v1::PermitGranted::descriptor()->file(),
      event::v1::ContactAttempted::descriptor()->file(),
      event::v1::InitialInformationGiven::descriptor()->file(),
      event::v1::OfferMade::descriptor()->file(),
      event::v1::PaymentReported::descriptor()->file(),
      event::v1::DisputeOpened::descriptor()->file(),
      event::v1::LitigationProposed::descriptor()->file(),
      event::v1::WriteOffProposed::descriptor()->file(),
      event::v1::AgentOnboarded::descriptor()->file(),
      event::v1::MatterOpened::descriptor()->file(),
      event::v1::RecordViewed::descriptor()->file(),
      event::v1::EventCorrected::descriptor()->file(),
  };
}

EventType Read(const Descriptor& message) {
  const EventOptions& options = message.options().GetExtension(event::v1::event);
  EventType type{
      .name = message.full_name(),
      .descriptor = &message,
      .title_es = options.title_es(),
      .title_pt = options.title_pt(),
      .title_en = options.title(),
      .family = EventOptions::Family_Name(options.family()),
      .origin =
          options.origin() == EventOptions::FACT ? EventOrigin::kFact : EventOrigin::kDecision,
      .retention_class = options.retention_class(),
      .counts = options.counts(),
      .personal_fields = {},
  };
  for (int i = 0; i < message.field_count(); ++i) {
    if (message.field(i)->options().GetExtension(event::v1::personal)) {
      type.personal_fields.push_back(message.field(i)->number());
    }
  }
  std::sort(type.personal_fields.begin(), type.personal_fields.end());
  return type;
}

}  // namespace

Catalogue::Catalogue() {
  for (const FileDescriptor* family : Families()) {
    for (int i = 0; i < family->message_type_count(); ++i) {
      const Descriptor& message = *family->message_type(i);
      if (message.options().HasExtension(event::v1::event)) types_.push_back(Read(message));
    }
  }
  for (const EventType& type : types_) {
    const bool added = by_name_.emplace(type.name, &type).second;
    CHECK(added);
  }
}

const EventType* Catalogue::Find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

}  // namespace constancia
