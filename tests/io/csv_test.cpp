#include "thalweg/io/csv.hpp"

#include <gmock/gmock.h>

#include "io/test_bytes.hpp"

namespace thalweg::io {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Expected<CsvTable> parse(const std::string& text) { return parse_csv(to_bytes(text), "f.csv"); }

Matrix matrix(std::initializer_list<std::initializer_list<double>> rows) { return Matrix(rows); }

TEST(Csv, ReadsNumbersWithAndWithoutHeader) {
  const auto plain = parse("1,2.5\n-3e2,.5\n");
  ASSERT_TRUE(plain);
  EXPECT_THAT(plain->header, IsEmpty());
  EXPECT_EQ(plain->values, matrix({{1, 2.5}, {-300, 0.5}}));
  const auto named = parse("a,b c\n+1,2.\n");
  ASSERT_TRUE(named);
  EXPECT_THAT(named->header, ElementsAre("a", "b c"));
  EXPECT_EQ(named->values, matrix({{1, 2}}));
}

TEST(Csv, AcceptsCrlfBlanksQuotesMarkAndMissingLastNewline) {
  const auto table = parse("\xef\xbb\xbf\"a \"\"x\"\"\", b \r\n\"1\" ,\t2 \r\n 3,4\r\n\r\n");
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_THAT(table->header, ElementsAre("a \"x\"", "b"));
  EXPECT_EQ(table->values, matrix({{1, 2}, {3, 4}}));
  EXPECT_EQ(parse("1,2\n3,4")->values, matrix({{1, 2}, {3, 4}}));
  EXPECT_THAT(parse("\"a,b\",c\n1,2")->header, ElementsAre("a,b", "c"));
}

TEST(Csv, DecimalsBecomeTheNearestDouble) {
  EXPECT_EQ(parse("0.1,0.30000000000000004,9007199254740993,1e-400,123456789012345678901234567890")
                ->values,
            matrix({{0.1, 0.1 + 0.2, 9007199254740992.0, 0, 123456789012345678901234567890.0}}));
}

TEST(Csv, NamesLineAndColumnOfWhatIsNoNumber) {
  const auto malformed = ErrorCode::kMalformed;
  expect_error(parse("a,b\n1,2\n3,x\n"), malformed,
               {"f.csv: line 3, column 2: expected a number, found 'x'"});
  expect_error(parse("1,2\n3,\n"), malformed,
               {"line 2, column 2: expected a number, found an empty field"});
  expect_error(parse("1,,2\n"), malformed,
               {"line 1, column 2: expected a number, found an empty field"});
  for (const std::string field :
       {"0x10", "1.2.3", "1e", "e5", ".", "--1", "1 2", "1_000", "1d5", "NA", "1f"}) {
    expect_error(parse("1,2\n3," + field + "\n"), malformed,
                 {"line 2, column 2: expected a number, found '" + field});
  }
  expect_error(parse("1;2\n"), ErrorCode::kBadShape, {"expected at least one row of numbers"});
  expect_error(parse("1,2\n3;4,5\n"), malformed, {"found '3;4' (fields are separated by commas)"});
  expect_error(parse(std::string("1,2\n3,\0\n", 8)), malformed, {"found '\\x00'"});
}

TEST(Csv, RefusesNumbersThatAreNotFinite) {
  for (const std::string field : {"nan", "NaN", "inf", "-Infinity", "1e400", "-1e400"}) {
    expect_error(parse("1,2\n3," + field + "\n"), ErrorCode::kBadValue,
                 {"line 2, column 2: expected a finite number, found '" + field + "'"});
  }
}

TEST(Csv, RefusesRaggedAndEmptyLines) {
  expect_error(parse("1,2\n3\n"), ErrorCode::kMalformed, {"line 2: expected 2 fields, found 1"});
  expect_error(parse("1,2\n3,4,5\n"), ErrorCode::kMalformed,
               {"line 2: expected 2 fields, found 3"});
  expect_error(parse("1,2\n\n3,4\n"), ErrorCode::kMalformed,
               {"line 2: expected 2 fields, found 1"});
  expect_error(parse("\n1,2\n"), ErrorCode::kMalformed, {"line 1, column 1", "an empty field"});
}

TEST(Csv, RefusesTablesWithoutData) {
  for (const std::string text : {"", "\n", "\r\n\n", "a,b\n"}) {
    expect_error(parse(text), ErrorCode::kBadShape,
                 {"f.csv: expected at least one row of numbers, found none"});
  }
}

TEST(Csv, RefusesAFirstLineThatIsNeitherHeaderNorData) {
  expect_error(parse("a,1\n2,3\n"), ErrorCode::kMalformed,
               {"line 1: expected names in every field"});
  expect_error(parse("a,nan\n2,3\n"), ErrorCode::kMalformed,
               {"line 1: expected names in every field"});
}

TEST(Csv, RefusesQuotesThatDoNotClose) {
  expect_error(parse("1,\"2\n3\",4\n"), ErrorCode::kMalformed,
               {"line 1, column 2: expected a closing quote on the same line"});
  expect_error(parse("1,\"2\"3\n"), ErrorCode::kMalformed,
               {"line 1, column 2: expected ',' after a quoted field, found '3'"});
  expect_error(parse("1,2\"3\"\n"), ErrorCode::kMalformed,
               {"expected quotes around the whole field"});
}

TEST(Csv, FindsAColumnByNameThenByIndex) {
  const CsvTable named = *parse("a,b,y\n1,2,3\n");
  EXPECT_EQ(find_column(named, "y", "f.csv"), 2);
  EXPECT_EQ(find_column(named, "0", "f.csv"), 0);
  EXPECT_EQ(find_column(named, "-1", "f.csv"), 2);
  EXPECT_EQ(find_column(named, "-3", "f.csv"), 0);
  for (const std::string target :
       {"3", "-4", "Y", "", "1.0", "0x1", " 1", "99999999999999999999"}) {
    expect_error(find_column(named, target, "f.csv"), ErrorCode::kMissing,
                 {"f.csv: target column '" + target + "'", "index from 0 to 2"});
  }
  expect_error(find_column(*parse("a,y,y\n1,2,3\n"), "y", "f.csv"), ErrorCode::kMalformed,
               {"found several"});
}

TEST(Csv, RefusesTruncatedLines) {
  const std::string whole = "1,2\n3,4\n5,6";
  for (std::size_t size = 5; size < whole.size(); ++size) {
    const auto cut = parse(whole.substr(0, size));
    const bool complete = size == 7 || size == 8;  // ends with the second row
    EXPECT_EQ(cut.has_value(), complete) << size;
  }
}

}  // namespace
}  // namespace thalweg::io
