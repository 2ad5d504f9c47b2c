#include "core/case/acts.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace constancia {
namespace {

using casefile::v1::CaseFile;
using casefile::v1::DatedAct;
using ::testing::ElementsAre;
using ::testing::SizeIs;

void Enter(CaseFile* file, const std::string& type, const std::string& date, uint64_t position) {
  DatedAct act;
  act.set_type(type);
  act.set_date(date);
  act.set_position(position);
  EnterAct(file, std::move(act));
}

std::vector<std::string> Dates(const CaseFile& file, const std::string& type) {
  std::vector<std::string> dates;
  for (const DatedAct& act : file.acts()) {
    if (act.type() == type) dates.push_back(act.date());
  }
  return dates;
}

TEST(Acts, AreThoseThatTimesRunFrom) {
  EXPECT_FALSE(IsAct("NoteAdded"));
  EXPECT_FALSE(IsAct(""));
  EXPECT_TRUE(IsAct("PreBureauNoticeSent"));
  EXPECT_TRUE(IsAct(kConversationAct));
}

TEST(Acts, KeepTheFirstAndTheLastContactInWhateverOrderTheyArrive) {
  CaseFile file;
  Enter(&file, "ContactAttempted", "2025-03-05", 1);
  Enter(&file, "ContactAttempted", "2025-03-09", 2);
  Enter(&file, "ContactAttempted", "2025-03-07", 3);
  EXPECT_THAT(Dates(file, "ContactAttempted"), ElementsAre("2025-03-05", "2025-03-09"));
  Enter(&file, "ContactAttempted", "2025-03-03", 4);
  Enter(&file, "ContactAttempted", "2025-03-11", 5);
  EXPECT_THAT(Dates(file, "ContactAttempted"), ElementsAre("2025-03-03", "2025-03-11"));
}

TEST(Acts, KeepTheLatestNoticesInOrder) {
  CaseFile file;
  Enter(&file, "ContactAttempted", "2020-01-01", 0);
  for (int i = 0; i < kActsOfTypeMax + 2; ++i) {
    Enter(&file, "PreBureauNoticeSent", i < 50 ? "2025-03-04" : "2025-03-03",
          static_cast<uint64_t>(i + 1));
  }
  const std::vector<std::string> dates = Dates(file, "PreBureauNoticeSent");
  EXPECT_THAT(dates, SizeIs(kActsOfTypeMax));
  EXPECT_EQ(dates.front(), "2025-03-03");
  EXPECT_EQ(dates.back(), "2025-03-04");
  EXPECT_THAT(Dates(file, "ContactAttempted"), SizeIs(1));
}

}  // namespace
}  // namespace constancia
