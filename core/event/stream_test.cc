#include "core/event/stream.h"

#include <set>
#include <string>

#include "core/base/status.h"
#include "gtest/gtest.h"

namespace constancia {
namespace {

TEST(ParseStream, RefusesWhatIsNoStream) {
  for (const std::string text : {"",
                                 "case",
                                 "case/",
                                 "/C-17",
                                 "Case/C-17",
                                 "cases/C-17",
                                 "case/C 17",
                                 "case/C/17",
                                 "case/\xc3\x91",
                                 "case/C-17\n",
                                 "ledger/",
                                 "ledger/ledger",
                                 "ledger/x",
                                 "LEDGER",
                                 "identifier/",
                                 "identifier/CL.RUT.123456786",
                                 "identifier/CL.RUT.12.345.678-5",
                                 "identifier/CL.CPF.123456785",
                                 "identifier/123456785",
                                 "hold",
                                 "0/x"}) {
    EXPECT_EQ(ReasonOf(ParseStream(text).status()), error::v1::STREAM_INVALID) << text;
  }
  EXPECT_FALSE(ParseStream("case/" + std::string(65, 'a')).ok());
  EXPECT_TRUE(ParseStream("case/" + std::string(64, 'a')).ok());
}

TEST(ParseStream, RefusesAPersonsNumberAsAName) {
  for (const char* text : {"debtor/12.345.678-5", "debtor/123.456.789-09", "case/GODE561231GR8",
                           "debtor/CL.RUT.123456785"}) {
    const absl::Status status = ParseStream(text).status();
    EXPECT_EQ(ReasonOf(status), error::v1::PERSONAL_DATA_MISPLACED) << text;
    EXPECT_EQ(status.ToString().find("123"), std::string::npos) << status;
  }
}

TEST(CheckStream, RefusesKindsNobodyKnows) {
  for (const int kind : {-1, 0, 9, 1000}) {
    EXPECT_EQ(ReasonOf(CheckStream({static_cast<StreamKind>(kind), "x"})),
              error::v1::STREAM_INVALID);
  }
}

TEST(ParseStream, ReadsWhatToTextWrites) {
  for (const char* text :
       {"case/C-17", "debtor/P-9", "source/dialler-1", "export/E.1", "ledger", "agent/A_4",
        "hold/H-1", "identifier/CL.RUT.123456785", "identifier/MX.RFC.ÑUÑO800101AB4"}) {
    const auto stream = ParseStream(text);
    ASSERT_TRUE(stream.ok()) << text << stream.status();
    EXPECT_EQ(ToText(*stream), text);
  }
  EXPECT_EQ(ParseStream("case/C-17")->kind, ledger::v1::STREAM_KIND_CASE);
  EXPECT_EQ(ParseStream("case/C-17")->name, "C-17");
  EXPECT_EQ(ParseStream("ledger")->name, "ledger");
}

TEST(StreamKeys, DifferByKindNameOriginAndSecret) {
  const std::string k(32, 'k');
  std::set<Hash> keys;
  for (const StreamKeys& ledger :
       {StreamKeys("a", k), StreamKeys("ab", k), StreamKeys("a", std::string(32, 'l'))}) {
    for (const char* text : {"case/b", "case/c", "debtor/b", "agent/b", "hold/b", "export/b"}) {
      EXPECT_TRUE(keys.insert(ledger.KeyOf(ParseStream(text).value())).second) << text;
    }
  }
  // "a" and "bb" must not read as "ab" and "b".
  EXPECT_NE(StreamKeys("a", k).KeyOf(ParseStream("source/bb").value()),
            StreamKeys("ab", k).KeyOf(ParseStream("source/b").value()));
}

TEST(StreamKeys, NeedNoSecretForSourceAndLedger) {
  const StreamKeys one("a", std::string(32, 'k'));
  const StreamKeys other("a", std::string(32, 'l'));
  for (const char* text : {"source/b", "ledger"}) {
    EXPECT_EQ(one.KeyOf(ParseStream(text).value()), other.KeyOf(ParseStream(text).value()));
  }
}

}  // namespace
}  // namespace constancia
