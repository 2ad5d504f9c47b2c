#include "api/commands/mask.h"

#include "constancia/event/v1/contact.pb.h"
#include "constancia/event/v1/party.pb.h"
#include "gtest/gtest.h"

namespace constancia::api {
namespace {

namespace ev = event::v1;

std::string AddressMasked(const std::string& address, ev::Masking masking, char k = 'k') {
  ev::ContactAttempted attempt;
  attempt.set_address(address);
  const StreamKeys keys("test.example/ledger", std::string(32, k));
  ev::ContactAttempted masked;
  EXPECT_TRUE(masked.ParseFromString(MaskPersonal(*ev::ContactAttempted::descriptor(),
                                                  attempt.SerializeAsString(), masking, keys)));
  return masked.address();
}

TEST(MaskPersonal, IsEmptyForWhatCannotBeRead) {
  const StreamKeys keys("test.example/ledger", std::string(32, 'k'));
  EXPECT_EQ(MaskPersonal(*ev::ContactAttempted::descriptor(), "\xff", ev::MASKING_PARTIAL, keys),
            "");
}

TEST(MaskPersonal, KeepsTheLastFourCharactersOfALongText) {
  EXPECT_EQ(AddressMasked("+56987654321", ev::MASKING_PARTIAL), "********4321");
  EXPECT_EQ(AddressMasked("José Ñuñoa", ev::MASKING_PARTIAL), "******uñoa");
}

TEST(MaskPersonal, HidesAShortTextWhole) {
  EXPECT_EQ(AddressMasked("Muñoz", ev::MASKING_PARTIAL), "*****");
  EXPECT_EQ(AddressMasked("7654321", ev::MASKING_PARTIAL), "*******");
}

TEST(MaskPersonal, ATokenOnlySaysWhetherTwoAreTheSame) {
  const std::string token = AddressMasked("+56987654321", ev::MASKING_TOKEN);
  EXPECT_EQ(token.size(), 16u);
  EXPECT_EQ(token, AddressMasked("+56987654321", ev::MASKING_TOKEN));
  EXPECT_NE(token, AddressMasked("+56987654322", ev::MASKING_TOKEN));
  // Of another ledger it cannot be told from there.
  EXPECT_NE(token, AddressMasked("+56987654321", ev::MASKING_TOKEN, 'x'));
}

TEST(MaskPersonal, MasksWhatStandsDeeperToo) {
  ev::PartyRegistered party;
  ev::NationalId* id = party.add_id_docs();
  id->set_country("CL");
  id->set_value("12345678-5");
  const StreamKeys keys("test.example/ledger", std::string(32, 'k'));
  ev::PartyRegistered masked;
  ASSERT_TRUE(masked.ParseFromString(MaskPersonal(
      *ev::PartyRegistered::descriptor(), party.SerializeAsString(), ev::MASKING_PARTIAL, keys)));
  ASSERT_EQ(masked.id_docs_size(), 1);
  EXPECT_EQ(masked.id_docs(0).value(), "******78-5");
}

}  // namespace
}  // namespace constancia::api
