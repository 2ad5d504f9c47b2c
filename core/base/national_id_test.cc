#include "core/base/national_id.h"

#include <string>
#include <vector>

#include "core/base/status.h"
#include "gtest/gtest.h"

namespace constancia {
namespace {

struct Example {
  std::string country;
  std::string type;
  std::string written;
  std::string value;
};

// Published examples where there are any, made-up numbers with a computed check digit otherwise.
const std::vector<Example>& Examples() {
  static const auto* const examples = new std::vector<Example>{
      {"CL", "RUT", "12.345.678-5", "123456785"},
      {"CL", "RUT", "20.347.878-k", "20347878K"},
      {"CL", "RUT", "012345678-5", "123456785"},
      {"CL", "RUT", "6-K", "6K"},
      {"CO", "CC", "1.020.304.050", "1020304050"},
      {"CO", "CE", "345678", "345678"},
      {"CO", "NIT", "213.123.432-1", "2131234321"},
      {"CO", "NIT", "860002964-4", "8600029644"},
      {"MX", "RFC", "GODE 561231 GR8", "GODE561231GR8"},
      {"MX", "RFC", "mab-930714-8t4", "MAB9307148T4"},
      {"MX", "RFC", "ñuño-800101-AB4", "ÑUÑO800101AB4"},
      {"MX", "CURP", "BOXW310820HNERXN09", "BOXW310820HNERXN09"},
      {"MX", "CURP", "hegg560427mvzrrl04", "HEGG560427MVZRRL04"},
      {"PE", "DNI", "01234567", "01234567"},
      {"PE", "RUC", "20512333797", "20512333797"},
      {"BR", "CPF", "390.533.447-05", "39053344705"},
      {"BR", "CPF", "123.456.789-09", "12345678909"},
      {"BR", "CNPJ", "16.727.723/0001-27", "16727723000127"},
      {"BR", "CNPJ", "12.abc.345/01de-35", "12ABC34501DE35"},
      {"AR", "DNI", "20.123.456", "20123456"},
      {"AR", "CUIT", "20-05536168-2", "20055361682"},
  };
  return *examples;
}

TEST(NationalId, RefusesCountriesAndTypesItDoesNotKnow) {
  EXPECT_EQ(FieldOf(NationalId::Parse("XX", "RUT", "12.345.678-5").status()), "country");
  EXPECT_EQ(FieldOf(NationalId::Parse("cl", "RUT", "12.345.678-5").status()), "country");
  EXPECT_EQ(FieldOf(NationalId::Parse("CL", "CPF", "12.345.678-5").status()), "type");
}

TEST(NationalId, RefusesWrongNumbers) {
  const std::vector<std::vector<std::string>> wrong = {
      {"CL", "RUT", "", "5", "12.345.678-6", "12.345.678-K", "0-0", "123.456.789-2", "1234567a-5"},
      {"CO", "NIT", "900.123.456-7", "12-3", "900123456"},
      {"CO", "CC", "", "12", "12345678901", "10a0", "0"},
      {"MX", "RFC", "GODE561231GR9", "GODE561331GR8", "GODE560230GR8", "GOD1561231GR8",
       "XAXX010101000"},
      {"MX", "CURP", "BOXW310820HNERXN08", "BOXW310820ZNERXN09", "BOXW310820HXXRXN09",
       "BOXW311320HNERXN09", "BOXW310820HNERXN0"},
      {"PE", "DNI", "1234567", "123456789", "1234567A"},
      {"PE", "RUC", "20512333798", "99512333797", "2051233379"},
      {"BR", "CPF", "390.533.447-06", "111.111.111-11", "39053344715"},
      {"BR", "CNPJ", "16.727.723/0001-28", "12ABC34501DE36", "00000000000000", "12ABC34501DEAB"},
      {"AR", "DNI", "123456", "123456789", "1234567A"},
      {"AR", "CUIT", "20-05536168-3", "99-05536168-2", "20-0553616-2"},
  };
  for (const std::vector<std::string>& row : wrong) {
    for (size_t i = 2; i < row.size(); ++i) {
      const absl::Status status = NationalId::Parse(row[0], row[1], row[i]).status();
      EXPECT_EQ(ReasonOf(status), error::v1::SCHEMA_INVALID) << row[1] << " " << row[i];
      EXPECT_EQ(FieldOf(status), "value");
    }
  }
}

TEST(NationalId, NeverRepeatsThePersonsNumberInAnError) {
  const absl::Status status = NationalId::Parse("CL", "RUT", "12.345.678-6").status();
  EXPECT_EQ(status.ToString().find("345"), std::string::npos) << status;
}

TEST(NationalId, HasOneSpelling) {
  for (const Example& example : Examples()) {
    const auto id = NationalId::Parse(example.country, example.type, example.written);
    ASSERT_TRUE(id.ok()) << example.type << " " << example.written;
    EXPECT_EQ(id->value, example.value);
    EXPECT_EQ(NationalId::Parse(example.country, example.type, id->value).value(), *id);
  }
}

TEST(NationalId, IsTheNameOfItsStream) {
  for (const Example& example : Examples()) {
    const NationalId id = *NationalId::Parse(example.country, example.type, example.written);
    EXPECT_EQ(NationalId::FromText(id.ToText()).value(), id) << id.ToText();
  }
  EXPECT_EQ(NationalId::Parse("CL", "RUT", "12.345.678-5")->ToText(), "CL.RUT.123456785");
}

TEST(NationalId, RefusesStreamNamesThatAreNotNormal) {
  for (const char* text : {"", "CL", "CL.RUT", "CL.RUT.", "CL.RUT.12.345.678-5",
                           "CL.RUT.12345678-5", "CL.RUT.20347878k", "CL.RUT.0123456785",
                           "CL.RUT.123456786", "cl.rut.123456785", "CL.RUT.123456785 "}) {
    EXPECT_EQ(ReasonOf(NationalId::FromText(text).status()), error::v1::SCHEMA_INVALID) << text;
  }
}

TEST(NationalId, FindsEverySingleWrongDigitOfARut) {
  const std::string value = "123456785";
  for (size_t i = 0; i < value.size(); ++i) {
    for (char digit = '0'; digit <= '9'; ++digit) {
      std::string changed = value;
      changed[i] = digit;
      EXPECT_EQ(NationalId::Parse("CL", "RUT", changed).ok(), changed == value) << changed;
    }
  }
}

TEST(ReadsAsNationalId, FindsWrittenFormsWithARightCheckDigit) {
  for (const char* text :
       {"12.345.678-5", "12345678-5", "20347878-k", "7.654.321-6", "900.123.456-8", "900123456-8",
        "123.456.789-09", "123456789-09", "16.727.723/0001-27", "16727723/0001-27",
        "12.ABC.345/01DE-35", "20-05536168-2", "GODE561231GR8", "gode561231gr8", "GODE-561231-GR8",
        "MAB9307148T4", "BOXW310820HNERXN09", "CL.RUT.123456785", "BR.CPF.12345678909"}) {
    EXPECT_TRUE(ReadsAsNationalId(text)) << text;
  }
}

TEST(ReadsAsNationalId, LeavesOtherIdsAlone) {
  for (const char* text :
       {"", "C-17", "P-9", "dialler-1", "12.345.678-6", "123456785", "12345678909", "20055361682",
        "20512333797", "01932c5e-8a00-7000-8000-000000000001", "1900123456-7", "C-1234-2026",
        "2026-01-09", "constancia.event.v1.ContactAttempted", "GODE561231GR9", "CL.RUT.123456786",
        "a.b.c.d.e"}) {
    EXPECT_FALSE(ReadsAsNationalId(text)) << text;
  }
}

}  // namespace
}  // namespace constancia
