#include "thalweg/io/npy.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "io/test_bytes.hpp"

namespace thalweg::io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kData = THALWEG_TEST_DATA "/io/";

Expected<NdArray> parse(const std::string& file) {
  return parse_npy(to_bytes(file), {"f.npy", ""});
}

/// A type, the bits of three values in it, and the values.
struct TypeCase {
  std::string name;
  std::size_t size;
  std::vector<std::uint64_t> bits;
  std::vector<double> values;
};

std::vector<TypeCase> type_cases() {
  const auto negative = [](std::int64_t value) { return static_cast<std::uint64_t>(value); };
  return {
      {"f8", 8, {bits(0.1), bits(-2.5), bits(5e-324)}, {0.1, -2.5, 5e-324}},
      {"f4", 4, {bits(0.1f), bits(-2.5f), bits(1e-45f)}, {double{0.1f}, -2.5, double{1e-45f}}},
      {"i1", 1, {negative(-128), 127, negative(-1)}, {-128, 127, -1}},
      {"i2", 2, {negative(-32768), 32767, 258}, {-32768, 32767, 258}},
      {"i4", 4, {negative(-2147483648LL), 2147483647, 66051}, {-2147483648.0, 2147483647, 66051}},
      {"i8",
       8,
       {negative(std::numeric_limits<std::int64_t>::min()), (1ULL << 53) + 2, negative(-3)},
       {-0x1p63, 0x1p53 + 2, -3}},
      {"u1", 1, {255, 0, 7}, {255, 0, 7}},
      {"u2", 2, {65535, 0, 258}, {65535, 0, 258}},
      {"u4", 4, {4294967295, 0, 66051}, {4294967295.0, 0, 66051}},
      {"u8", 8, {1ULL << 63, (1ULL << 53) - 1, 5}, {0x1p63, 0x1p53 - 1, 5}},
      {"b1", 1, {0, 1, 1}, {0, 1, 1}},
  };
}

TEST(Npy, ReadsEveryTypeInBothByteOrdersAndAllVersions) {
  for (const TypeCase& type : type_cases()) {
    std::string little_data;
    std::string big_data;
    for (const std::uint64_t value : type.bits) {
      little_data += little(value, type.size);
      big_data += big(value, type.size);
    }
    for (const int version : {1, 2, 3}) {
      SCOPED_TRACE(type.name + " version " + std::to_string(version));
      const auto small = parse(npy("<" + type.name, "(3,)", little_data, false, version));
      ASSERT_TRUE(small) << small.error().message;
      EXPECT_EQ(small->values, type.values);
      EXPECT_THAT(small->shape, ElementsAre(3));
      const auto large = parse(npy(">" + type.name, "(3,)", big_data, false, version));
      ASSERT_TRUE(large) << large.error().message;
      EXPECT_EQ(large->values, type.values);
    }
  }
}

TEST(Npy, OneByteTypesHaveNoByteOrderAndWiderOnesNeedOne) {
  EXPECT_TRUE(parse(npy("|i1", "(1,)", "\x05")));
  EXPECT_TRUE(parse(npy("|b1", "(1,)", "\x01")));
  expect_error(parse(npy("|i2", "(1,)", "\x05\x05")), ErrorCode::kUnsupported, {"found '|i2'"});
  expect_error(parse(npy("=f8", "(0,)", "")), ErrorCode::kUnsupported, {"found '=f8'"});
}

TEST(Npy, FortranOrderRunsTheFirstIndexFastest) {
  // (2 x 3) with entries 10 i + j; then (2 x 3 x 2) with entries 100 i + 10 j + k.
  const std::string matrix("\x00\x0a\x01\x0b\x02\x0c", 6);
  const auto two = parse(npy("|u1", "(2, 3)", matrix, true));
  ASSERT_TRUE(two);
  EXPECT_THAT(two->values, ElementsAre(0, 1, 2, 10, 11, 12));
  std::string cube;
  for (int k = 0; k < 2; ++k) {
    for (int j = 0; j < 3; ++j) {
      for (int i = 0; i < 2; ++i) cube += static_cast<char>(100 * i + 10 * j + k);
    }
  }
  const auto three = parse(npy("|u1", "(2, 3, 2)", cube, true));
  ASSERT_TRUE(three);
  EXPECT_THAT(three->values, ElementsAre(0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121));
  const auto four = parse(npy("|u1", "(2, 1, 3, 2)", cube, true));
  ASSERT_TRUE(four);
  EXPECT_EQ(four->values, three->values);
  EXPECT_EQ(parse(npy("|u1", "(2, 1, 3, 2)", cube))->values,
            parse(npy("|u1", "(12,)", cube))->values);
}

TEST(Npy, ReadsWhatNumPyWrote) {
  const std::vector<double> expected = {0,   -0.25, -0.5, -0.75, 1,   0.75,
                                        0.5, 0.25,  2,    1.75,  1.5, 1.25};
  for (const std::string name : {"x_float64.npy", "x_float32_big_endian_fortran.npy"}) {
    const auto array = read_npy(kData + name);
    ASSERT_TRUE(array) << array.error().message;
    EXPECT_THAT(array->shape, ElementsAre(3, 4));
    EXPECT_EQ(array->values, expected);
  }
  const auto y = read_npy(kData + "y_int64.npy");
  ASSERT_TRUE(y);
  EXPECT_THAT(y->values, ElementsAre(-1, 0, 1));
}

TEST(Npy, ReadsScalarsAndEmptyArrays) {
  const auto scalar = parse(npy_doubles("()", {2.5}));
  ASSERT_TRUE(scalar);
  EXPECT_THAT(scalar->shape, IsEmpty());
  EXPECT_THAT(scalar->values, ElementsAre(2.5));
  const auto empty = parse(npy_doubles("(0, 3)", {}));
  ASSERT_TRUE(empty);
  EXPECT_THAT(empty->shape, ElementsAre(0, 3));
  EXPECT_THAT(empty->values, IsEmpty());
}

TEST(Npy, AcceptsAnyOrderOfKeysAndEitherQuote) {
  const std::string data = little(bits(1.5), 8);
  EXPECT_TRUE(parse(npy_with_header(R"({"shape":(1,),"descr":"<f8","fortran_order":False})"
                                    "\n",
                                    data)));
}

TEST(Npy, RefusesEveryTruncation) {
  const std::string whole = npy_doubles("(2, 2)", {1, 2, 3, 4});
  ASSERT_TRUE(parse(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto cut = parse(whole.substr(0, size));
    ASSERT_FALSE(cut) << size << " bytes";
    EXPECT_THAT(cut.error().message, HasSubstr("f.npy"));
  }
  expect_error(parse(whole.substr(0, whole.size() - 3)), ErrorCode::kMalformed,
               {"f.npy: expected 32 bytes of data after the header, found 29"});
  expect_error(parse(whole + "x"), ErrorCode::kMalformed, {"expected 32 bytes", "found 33"});
}

TEST(Npy, RefusesEveryMutationOfTheHeader) {
  const std::string data = little(bits(1.0), 8);
  const auto refuse = [&](const std::string& header, ErrorCode code, std::string_view fragment) {
    SCOPED_TRACE(header);
    expect_error(parse(npy_with_header(header, data)), code, {"f.npy", fragment});
  };
  const auto malformed = ErrorCode::kMalformed;
  refuse("", malformed, "expected '{', found the end of the header");
  refuse("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", malformed, "final newline");
  refuse("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), } x\n", malformed,
         "final newline");
  refuse("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\n\n", malformed,
         "final newline");
  refuse("{'descr': '<f8', 'fortran_order': False, }\n", malformed, "found only some of them");
  refuse("{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (1,)}\n", malformed,
         "once each, found 'descr'");
  refuse("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'more': 1}\n", malformed,
         "found 'more'");
  refuse("{'descr': '<f8', 'fortran_order': 0, 'shape': (1,)}\n", malformed,
         "expected True or False, found '0'");
  refuse("{'descr': '<f8', 'fortran_order': Falsey, 'shape': (1,)}\n", malformed,
         "expected ',' or '}', found 'y'");
  refuse("{'descr': '<f8', 'fortran_order': False, 'shape': (1)}\n", malformed, "a tuple");
  refuse("{'descr': '<f8', 'fortran_order': False, 'shape': [1]}\n", malformed,
         "expected '(', found '['");
  refuse("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}\n", malformed,
         "shape of integers");
  refuse("{'descr': '<f8', 'fortran_order': False, 'shape': (1.0,)}\n", malformed,
         "expected ',' or ')'");
  refuse("{'descr': '<f8', 'fortran_order': False, 'shape': (,)}\n", malformed,
         "shape of integers");
  refuse("{'descr': '<f8', 'fortran_order': False, 'shape': (18446744073709551616,)}\n", malformed,
         "below 2^64");
  refuse("{'descr': __import__('os'), 'fortran_order': False, 'shape': (1,)}\n", malformed,
         "element type in quotes, found '_'");
  refuse("{'descr': '<\\x66f8', 'fortran_order': False, 'shape': (1,)}\n", malformed,
         "element type in quotes");
  refuse("{'descr' '<f8', 'fortran_order': False, 'shape': (1,)}\n", malformed, "expected ':'");
  const auto unsupported = ErrorCode::kUnsupported;
  refuse("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}\n", unsupported,
         "a structured type");
  for (const std::string type : {"<f2", "<c16", "|O", "<U3", "|S8", "<M8[s]", "", "f8", "<f16"}) {
    refuse("{'descr': '" + type + "', 'fortran_order': False, 'shape': (1,)}\n", unsupported,
           "found '" + type + "'");
  }
  refuse("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1)}\n", unsupported,
         "at most 4 dimensions, found 5");
}

TEST(Npy, NamesTheByteOfAHeaderError) {
  // 10 bytes come before the header, the key 10 more.
  expect_error(parse(npy_with_header("{'descr': 5}\n", "")), ErrorCode::kMalformed,
               {"header, byte 20 of the file: expected an element type in quotes, found '5'"});
}

TEST(Npy, RefusesOtherMagicAndVersions) {
  const std::string good = npy_doubles("(1,)", {1});
  expect_error(parse("PK\x03\x04zip"), ErrorCode::kMalformed,
               {"expected a .npy file", "'PK\\x03\\x04zi'"});
  expect_error(parse(""), ErrorCode::kMalformed, {"expected a .npy file"});
  for (const int version : {0, 4, 255}) {
    expect_error(parse(npy("<f8", "(1,)", "", false, version)), ErrorCode::kUnsupported,
                 {"version 1.0, 2.0 or 3.0, found " + std::to_string(version) + ".0"});
  }
  std::string minor = good;
  minor[7] = 1;
  expect_error(parse(minor), ErrorCode::kUnsupported, {"found 1.1"});
}

TEST(Npy, TrustsNoSizeInTheFile) {
  const std::string data(8, '\0');
  expect_error(parse(npy("<f8", "(4611686018427387904, 4)", data)), ErrorCode::kTooLarge,
               {"extents of at most 2147483647"});
  expect_error(parse(npy("<f8", "(2147483647, 2147483647)", data)), ErrorCode::kTooLarge,
               {"below 2^63 bytes"});
  expect_error(parse(npy("<f8", "(2147483647, 4)", data)), ErrorCode::kMalformed,
               {"expected 68719476704 bytes"});
  expect_error(parse(npy("<f8", "(0, 2147483647)", "")), ErrorCode::kTooLarge,
               {"extents of at most 1048576"});
  std::string header = npy_doubles("(1,)", {1});
  header[8] = header[9] = '\xff';
  expect_error(parse(header), ErrorCode::kMalformed, {"found the end of the file inside it"});
  const std::string long_header(70000, ' ');
  expect_error(parse(npy_with_header(long_header, "", 2)), ErrorCode::kTooLarge,
               {"at most 65535 bytes, found 70000"});
}

TEST(Npy, NamesThePositionOfABadValue) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  expect_error(parse(npy_doubles("(2, 3)", {1, 2, 3, 4, nan, 6})), ErrorCode::kBadValue,
               {"f.npy: row 1, column 1 (counted from 0): expected a finite number, found nan"});
  expect_error(parse(npy_doubles("(3,)", {1, 2, -infinity})), ErrorCode::kBadValue,
               {"element 2 (counted from 0)", "found -inf"});
  expect_error(parse(npy_doubles("()", {infinity})), ErrorCode::kBadValue,
               {"its only element", "found inf"});
  expect_error(parse(npy_doubles("(2, 1, 2)", {1, 2, 3, nan})), ErrorCode::kBadValue,
               {"block 1, row 0, column 1"});
  expect_error(parse(npy_doubles("(1, 2, 1, 2)", {1, 2, nan, 4})), ErrorCode::kBadValue,
               {"block 0, 1, row 0, column 0"});
  // Fortran order: the fourth stored number of a (2 x 3) array is row 1, column 1.
  std::string data;
  for (const double value : {1.0, 2.0, 3.0, nan, 5.0, 6.0}) data += little(bits(value), 8);
  expect_error(parse(npy("<f8", "(2, 3)", data, true)), ErrorCode::kBadValue, {"row 1, column 1"});
  expect_error(parse(npy("|b1", "(2,)", "\x01\x02")), ErrorCode::kMalformed,
               {"element 1", "a bool stored as 0 or 1, found 2"});
}

TEST(Npy, RefusesIntegersThatNoDoubleEquals) {
  const auto i8 = [](std::int64_t value) {
    return parse(npy("<i8", "()", little(static_cast<std::uint64_t>(value), 8)));
  };
  const auto u8 = [](std::uint64_t value) { return parse(npy("<u8", "()", little(value, 8))); };
  constexpr std::int64_t kLimit = std::int64_t{1} << 53;
  for (const std::int64_t value : {kLimit, -kLimit, kLimit + 2, std::int64_t{3} << 60})
    EXPECT_TRUE(i8(value)) << value;
  expect_error(i8(kLimit + 1), ErrorCode::kBadValue,
               {"an integer that a double represents exactly, found 9007199254740993"});
  expect_error(i8(-kLimit - 1), ErrorCode::kBadValue, {"found -9007199254740993"});
  expect_error(i8(std::numeric_limits<std::int64_t>::max()), ErrorCode::kBadValue,
               {"9223372036854775807"});
  expect_error(u8(std::numeric_limits<std::uint64_t>::max()), ErrorCode::kBadValue,
               {"18446744073709551615"});
  EXPECT_TRUE(u8(0xfffffffffffff800));
}

TEST(Npy, WritesTheLayoutOfTheFormat) {
  Matrix matrix(2, 2);
  matrix << 1, 2, 3, 4;
  const Bytes bytes = encode_npy(matrix);
  const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  EXPECT_EQ(text.substr(0, 8), std::string("\x93NUMPY\x01\0", 8));
  const std::size_t start = text.size() - 32;
  EXPECT_EQ(start % 64, 0u);
  EXPECT_EQ(text.substr(8, 2), little(start - 10, 2));
  EXPECT_EQ(text[start - 1], '\n');
  EXPECT_THAT(text, HasSubstr("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }"));
  EXPECT_EQ(text.substr(start), little(bits(1.0), 8) + little(bits(2.0), 8) + little(bits(3.0), 8) +
                                    little(bits(4.0), 8));
}

TEST(Npy, WritesEveryTypeItOffers) {
  const std::vector<Index> shape = {2};
  const auto read_back = [&](const Bytes& bytes) {
    return parse_npy(bytes, {"f.npy", ""})->values;
  };
  EXPECT_THAT(read_back(encode_npy<float>(shape, std::vector<float>{0.1f, -1})),
              ElementsAre(double{0.1f}, -1));
  EXPECT_THAT(read_back(encode_npy<std::int8_t>(shape, std::vector<std::int8_t>{-128, 1})),
              ElementsAre(-128, 1));
  EXPECT_THAT(read_back(encode_npy<std::uint8_t>(shape, std::vector<std::uint8_t>{255, 1})),
              ElementsAre(255, 1));
  EXPECT_THAT(
      read_back(encode_npy<std::int64_t>(shape, std::vector<std::int64_t>{-(1LL << 40), 1})),
      ElementsAre(-0x1p40, 1));
}

TEST(Npy, RefusesToWriteAShapeThatDoesNotFit) {
  const std::vector<Index> shape = {2, 2};
  const std::vector<double> values = {1, 2, 3};
  EXPECT_THROW((void)encode_npy<double>(shape, values), InvalidArgument);
  const std::vector<Index> negative = {-1};
  EXPECT_THROW((void)encode_npy<double>(negative, values), InvalidArgument);
}

}  // namespace
}  // namespace thalweg::io
