#include "core/event/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "constancia/event/v1/common.pb.h"
#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/options.pb.h"
#include "constancia/event/v1/values.pb.h"
#include "google/protobuf/descriptor.h"

namespace constancia {
namespace {

using event::v1::About;
using event::v1::EventOptions;
using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view kPackage = "constancia.event.v1.";

// What the trade records, group by group. A type that leaves this list leaves the ledger
// unreadable.
constexpr const char* kTrade[] = {
    // Corrections.
    "EventCorrected", "EventAnnulled", "EventAnnotated", "LateEventAccepted",
    // Party and contact data.
    "PartyRegistered", "PartyLinked", "PartyMerged", "PartyUnmerged", "ContactPointAdded",
    "ContactPointVerified", "ContactPointInvalidated", "ContactPointOwnerChanged",
    "SkipTraceRequested", "SkipTraceResult", "ZoneDetermined", "VulnerabilityRecorded",
    "DeathReported", "DeathConfirmed", "RepresentationRecorded", "RepresentationEnded",
    "InsolvencyRecorded", "InsolvencyEnded", "LanguagePreferenceSet",
    // Consent and preferences.
    "ConsentGranted", "ConsentRevoked", "ChannelAuthorised", "ChannelDeauthorised",
    "PreferredTimeSet", "InconvenientTimeOrPlaceReported", "PreferenceWithdrawn",
    "CeaseContactRequested", "CeaseContactLifted", "MediumStopRequested", "RecordingConsentGiven",
    "RecordingConsentRefused",
    // Portfolio and obligation.
    "PortfolioReceived", "PortfolioReconciled", "ObligationPlaced", "InvoiceIssued",
    "BalanceReported", "InterestAccrued", "FeeCharged", "FeeReversed", "IndexRevalued",
    "ObligationRecalled", "ObligationSold", "ObligationReturned",
    // Case and stage.
    "CaseOpened", "CaseAssigned", "CaseReassigned", "PrioritySet", "SegmentEntered", "SegmentLeft",
    "ScoreRecorded", "StageChanged", "StageChangeRefused", "CaseSuspended", "CaseResumed",
    "CaseClosed", "CaseReopened", "NoteAdded",
    // Strategy, campaign, policy.
    "StrategyPublished", "StrategyRetired", "PolicyPublished", "PackActivated", "TemplatePublished",
    "CampaignStarted", "CampaignPaused", "CampaignEnded", "ActionSuggested", "SuggestionFollowed",
    "SuggestionOverridden", "ObjectiveSet", "CreditorInstructionReceived",
    "InstructionAcknowledged",
    // Gate.
    "PermitGranted", "PermitCancelled", "PermitExpired", "ContactDenied", "DutyCreated",
    "DutyFulfilled", "DutyMissed", "ViolationDetected", "ViolationCleared", "ViolationAcknowledged",
    "SelfReportPrepared",
    // Contact.
    "ContactAttempted", "ContactCompleted", "MessageQueued", "MessageSent", "MessageDelivered",
    "MessageRead", "MessageFailed", "MessageBounced", "MessageReceived", "VisitPerformed",
    "VoicemailLeft", "CallTransferred", "BotEscalatedToHuman", "CallbackScheduled",
    "LetterGenerated", "LetterPosted", "LetterDelivered", "LetterReturned", "LetterRefused",
    "ElectronicLetterSent", "ElectronicLetterAccessed", "PortalVisited", "PortalAction",
    "InformationRequested", "InformationProvided", "QualityReviewed",
    // Notices with legal meaning.
    "InitialInformationGiven", "WrittenInformationSent", "PreBureauNoticeSent", "BureauReported",
    "BureauUpdated", "BureauRemoved", "BureauInquiryRecorded", "FormalDemandSent",
    "AssignmentNotified", "VerificationSent", "ValidationNoticeSent",
    // Negotiation.
    "OfferMade", "OfferAccepted", "OfferRejected", "OfferExpired", "OfferEscalated", "PromiseMade",
    "PromiseKept", "PromisePartiallyKept", "PromiseBroken", "PromiseReplaced", "PromiseCancelled",
    "AgreementDrafted", "AgreementSigned", "AgreementInForce", "AgreementCompleted",
    "AgreementDefaulted", "AgreementAnnulled", "RefinancingApproved", "WaiverGranted",
    "ExtensionGranted", "HardshipDeclared",
    // Money.
    "PaymentReported", "PaymentConfirmed", "PaymentApplied", "PaymentReversed", "PaymentChargeback",
    "PaymentLinkIssued", "PaymentLinkUsed", "PaymentLinkExpired", "DirectDebitMandateSigned",
    "DirectDebitMandateRevoked", "UnidentifiedPaymentReceived", "UnidentifiedPaymentMatched",
    "RefundIssued", "RemittanceMade", "CommissionComputed",
    // Dispute, complaint, rights of the data subject.
    "DisputeOpened", "DisputeEvidenceRequested", "DisputeEvidenceReceived", "DisputeResolved",
    "ComplaintReceived", "ComplaintAcknowledged", "ComplaintAnswered", "ComplaintEscalated",
    "ComplaintClosed", "DataRightRequested", "DataRightAnswered",
    // Legal.
    "LitigationProposed", "LitigationGateEvaluated", "TitleRegistered", "TitleCustodyChanged",
    "PowerOfAttorneyRecorded", "LawFirmAssigned", "ClaimFiled", "DocketActRecorded",
    "ServiceOfProcess", "SeizureRecorded", "AuctionScheduled", "AuctionHeld", "JudgmentEntered",
    "AppealFiled", "AppealDecided", "SettlementInCourt", "ClaimWithdrawn", "LegalCostRecorded",
    "AccelerationNotified", "PrescriptionInterrupted", "ExhibitProduced",
    // Write-off.
    "WriteOffProposed", "WriteOffApproved", "WriteOffReversed", "RecoveryAfterWriteOff",
    "WriteOffCertificateIssued",
    // People.
    "AgentOnboarded", "AgentOffboarded", "RoleGranted", "RoleRevoked", "TrainingAssigned",
    "TrainingCompleted", "TrainingExpired", "SkillGranted", "IncentivePeriodComputed",
    "SanctionApplied", "SessionStarted", "SessionEnded", "BreakGlassUsed",
    // Records governance.
    "MatterOpened", "MatterClosed", "HoldPlaced", "HoldScopeExtended", "HoldNoticeSent",
    "HoldNoticeAcknowledged", "HoldReviewed", "HoldReleaseRequested", "HoldReleaseApproved",
    "HoldReleased", "RetentionScheduleActivated", "RetentionExtended", "DisposalProposed",
    "DisposalApproved", "RecordDisposed", "DisposalCertificateIssued", "PersonalDataErased",
    "ErasureRefused",
    // Access, export, proof.
    "RecordViewed", "SearchPerformed", "ExportRequested", "ExportBuilt", "ExportDelivered",
    "ExportDownloaded", "RedactionApplied", "LedgerCreated", "CheckpointSealed",
    "TimestampRequested", "TimestampReceived", "TimestampVerified", "TimestampFailed", "KeyRotated",
    "KeyRevoked", "ChainVerified", "RoleProposed", "AccessGrantProposed", "AccessGrantIssued",
    "AccessGrantRevoked", "CustodyTransferred", "ClockSkewObserved"};

// Calls `visit` with every message type that `root` holds, at any depth, once.
template <typename Visit>
void ForEachNested(const Descriptor& root, std::set<const Descriptor*>* seen, Visit visit) {
  for (int i = 0; i < root.field_count(); ++i) {
    const Descriptor* nested = root.field(i)->message_type();
    if (nested == nullptr || !seen->insert(nested).second) continue;
    visit(*nested);
    ForEachNested(*nested, seen, visit);
  }
}

std::set<const FileDescriptor*> Files(const Catalogue& catalogue) {
  std::set<const FileDescriptor*> files;
  for (const EventType& type : catalogue.All()) {
    const FileDescriptor* file = type.descriptor->file();
    files.insert(file);
    for (int i = 0; i < file->dependency_count(); ++i) {
      if (file->dependency(i)->package() == file->package()) files.insert(file->dependency(i));
    }
  }
  return files;
}

TEST(Catalogue, DoesNotKnowWhatIsNoEvent) {
  const Catalogue catalogue;
  EXPECT_EQ(catalogue.Find("constancia.event.v1.Money"), nullptr);
  EXPECT_EQ(catalogue.Find("ContactAttempted"), nullptr);
  EXPECT_EQ(catalogue.Find(""), nullptr);
}

TEST(Catalogue, KnowsWhatATypeSaysAboutItself) {
  const Catalogue catalogue;
  const EventType* type = catalogue.Find("constancia.event.v1.ContactAttempted");
  ASSERT_NE(type, nullptr);
  EXPECT_EQ(type->descriptor, event::v1::ContactAttempted::descriptor());
  EXPECT_EQ(type->title_en, "Contact attempted");
  EXPECT_EQ(type->title_es, "Gestión intentada");
  EXPECT_EQ(type->title_pt, "Acionamento tentado");
  EXPECT_EQ(type->family, "CONTACT");
  EXPECT_EQ(type->origin, EventOrigin::kFact);
  EXPECT_EQ(type->retention_class, "contact");
  EXPECT_TRUE(type->counts);
  EXPECT_THAT(type->personal_fields, ElementsAre(7));
}

TEST(Catalogue, HoldsEverythingTheTradeRecords) {
  const Catalogue catalogue;
  for (const char* name : kTrade) {
    EXPECT_NE(catalogue.Find(std::string(kPackage) + name), nullptr) << name;
  }
}

TEST(Catalogue, HoldsEveryEventTypeOfThePackage) {
  const Catalogue catalogue;
  for (const FileDescriptor* file : Files(catalogue)) {
    for (int i = 0; i < file->message_type_count(); ++i) {
      const Descriptor& message = *file->message_type(i);
      EXPECT_EQ(catalogue.Find(message.full_name()) != nullptr,
                message.options().HasExtension(event::v1::event))
          << message.full_name();
    }
  }
}

TEST(Catalogue, FindsEachTypeByItsName) {
  const Catalogue catalogue;
  for (const EventType& type : catalogue.All()) EXPECT_EQ(catalogue.Find(type.name), &type);
}

TEST(EventType, IsComplete) {
  const Catalogue catalogue;
  std::set<std::string> families;
  for (const EventType& type : catalogue.All()) {
    const EventOptions& options = type.descriptor->options().GetExtension(event::v1::event);
    EXPECT_THAT(type.title_en, Not(IsEmpty())) << type.name;
    EXPECT_THAT(type.title_es, Not(IsEmpty())) << type.name;
    EXPECT_THAT(type.title_pt, Not(IsEmpty())) << type.name;
    EXPECT_NE(options.family(), EventOptions::FAMILY_UNSPECIFIED) << type.name;
    EXPECT_NE(options.origin(), EventOptions::ORIGIN_UNSPECIFIED) << type.name;
    EXPECT_THAT(kRetentionClasses, Contains(std::string_view(type.retention_class))) << type.name;
    families.insert(type.family);
  }
  EXPECT_EQ(static_cast<int>(families.size()),
            EventOptions::Family_descriptor()->value_count() - 1);
}

TEST(EventType, StandsInTheFileOfItsFamily) {
  std::map<const FileDescriptor*, std::string> family_of;
  for (const Catalogue catalogue; const EventType& type : catalogue.All()) {
    EXPECT_EQ(family_of.emplace(type.descriptor->file(), type.family).first->second, type.family)
        << type.name;
  }
}

TEST(EventType, HasTitlesOfItsOwn) {
  const Catalogue catalogue;
  std::set<std::string> es, pt, en;
  for (const EventType& type : catalogue.All()) {
    EXPECT_TRUE(en.insert(type.title_en).second) << type.title_en;
    EXPECT_TRUE(es.insert(type.title_es).second) << type.title_es;
    EXPECT_TRUE(pt.insert(type.title_pt).second) << type.title_pt;
  }
}

TEST(EventType, IsMarkedPersonalAtItsTopLevelOnly) {
  const Catalogue catalogue;
  std::set<const Descriptor*> seen;
  for (const EventType& type : catalogue.All()) {
    ForEachNested(*type.descriptor, &seen, [&](const Descriptor& nested) {
      EXPECT_FALSE(nested.options().HasExtension(event::v1::event)) << nested.full_name();
      for (int i = 0; i < nested.field_count(); ++i) {
        EXPECT_FALSE(nested.field(i)->options().GetExtension(event::v1::personal))
            << nested.field(i)->full_name();
      }
    });
  }
}

TEST(EventType, HoldsNoFloatAndNoMap) {
  const Catalogue catalogue;
  std::set<const Descriptor*> messages;
  for (const EventType& type : catalogue.All()) {
    messages.insert(type.descriptor);
    ForEachNested(*type.descriptor, &messages, [](const Descriptor&) {});
  }
  for (const Descriptor* message : messages) {
    for (int i = 0; i < message->field_count(); ++i) {
      const FieldDescriptor& field = *message->field(i);
      EXPECT_FALSE(field.is_map()) << field.full_name();
      EXPECT_NE(field.cpp_type(), FieldDescriptor::CPPTYPE_DOUBLE) << field.full_name();
      EXPECT_NE(field.cpp_type(), FieldDescriptor::CPPTYPE_FLOAT) << field.full_name();
    }
  }
}

TEST(EventType, NeverMarksWhatDecidesAsPersonal) {
  for (const Catalogue catalogue; const EventType& type : catalogue.All()) {
    for (int number : type.personal_fields) {
      EXPECT_EQ(About::descriptor()->FindFieldByNumber(number), nullptr) << type.name;
    }
  }
}

// `obligation_id` stands at the number of `obligation_ids`: on the wire one is the other with one
// element.
TEST(EventType, SaysWhatItIsAboutInTheFieldsOfAbout) {
  const Descriptor& about = *About::descriptor();
  const Catalogue catalogue;
  for (const EventType& type : catalogue.All()) {
    for (int i = 0; i < type.descriptor->field_count(); ++i) {
      const FieldDescriptor& field = *type.descriptor->field(i);
      const bool one_debt = field.name() == "obligation_id";
      const FieldDescriptor* same =
          about.FindFieldByName(one_debt ? "obligation_ids" : field.name());
      EXPECT_EQ(same, about.FindFieldByNumber(field.number())) << field.full_name();
      if (same == nullptr) continue;
      EXPECT_EQ(field.number(), same->number()) << field.full_name();
      EXPECT_EQ(field.type(), same->type()) << field.full_name();
      EXPECT_EQ(field.message_type(), same->message_type()) << field.full_name();
      EXPECT_EQ(field.is_repeated(), same->is_repeated() && !one_debt) << field.full_name();
    }
  }
}

// The published example of a leaf rests on these bytes.
TEST(ContactAttempted, HasTheFieldNumbersOfTheWorkedExample) {
  event::v1::ContactAttempted contact;
  contact.set_channel(event::v1::CHANNEL_VOICE_CALL);
  EXPECT_EQ(contact.SerializeAsString(), "\x10\x01");
  contact.Clear();
  contact.set_address("+56 9 8765 4321");
  EXPECT_EQ(contact.SerializeAsString(), "\x3a\x0f+56 9 8765 4321");
  contact.Clear();
  contact.set_permit_id("p");
  EXPECT_EQ(contact.SerializeAsString(), "\x0a\x01p");
}

TEST(EventEnums, BeginWithUnspecified) {
  const Catalogue catalogue;
  for (const FileDescriptor* file : Files(catalogue)) {
    for (int i = 0; i < file->enum_type_count(); ++i) {
      const EnumDescriptor& type = *file->enum_type(i);
      EXPECT_EQ(type.value(0)->number(), 0) << type.full_name();
      EXPECT_THAT(type.value(0)->name(), testing::EndsWith("_UNSPECIFIED")) << type.full_name();
    }
  }
}

// Codes of national ids are their names in every language.
TEST(EventEnums, HaveALabelInThreeLanguagesWhenTheyAreShared) {
  const FileDescriptor& shared = *event::v1::Channel_descriptor()->file();
  for (int i = 0; i < shared.enum_type_count(); ++i) {
    const EnumDescriptor& type = *shared.enum_type(i);
    if (&type == event::v1::NationalIdType_descriptor()) continue;
    for (int v = 1; v < type.value_count(); ++v) {
      const event::v1::Label& label = type.value(v)->options().GetExtension(event::v1::label);
      EXPECT_THAT(label.es(), Not(IsEmpty())) << type.value(v)->name();
      EXPECT_THAT(label.pt(), Not(IsEmpty())) << type.value(v)->name();
      EXPECT_THAT(label.en(), Not(IsEmpty())) << type.value(v)->name();
    }
  }
}

}  // namespace
}  // namespace constancia
