#include "thalweg/io/safetensors.hpp"

#include <gmock/gmock.h>

#include "io/test_bytes.hpp"

namespace thalweg::io {
namespace {

using testing::ElementsAre;

std::string safetensors(const std::string& header, const std::string& data) {
  return little(header.size(), 8) + header + data;
}

Expected<SafetensorsFile> parse(const std::string& bytes) {
  return SafetensorsFile::parse(to_bytes(bytes), "f.safetensors");
}

/// {"dtype":...,"shape":...,"data_offsets":[begin,end]}
std::string entry(const std::string& type, const std::string& shape, std::size_t begin,
                  std::size_t end) {
  return R"({"dtype":")" + type + R"(","shape":)" + shape + R"(,"data_offsets":[)" +
         std::to_string(begin) + "," + std::to_string(end) + "]}";
}

/// A file with the one tensor "t" (n).
Expected<NdArray> one(const std::string& type, std::size_t n, const std::string& data) {
  const std::string shape = std::string(1, '[') + std::to_string(n) + ']';
  const auto file = parse(safetensors(R"({"t":)" + entry(type, shape, 0, data.size()) + "}", data));
  if (!file) return tl::unexpected(file.error());
  return file->read("t");
}

TEST(Safetensors, ReadsEveryType) {
  EXPECT_THAT(one("F64", 2, little(bits(0.1), 8) + little(bits(-2.0), 8))->values,
              ElementsAre(0.1, -2));
  EXPECT_THAT(one("F32", 1, little(bits(0.1f), 4))->values, ElementsAre(double{0.1f}));
  EXPECT_THAT(one("I64", 1, little(~std::uint64_t{4}, 8))->values, ElementsAre(-5));
  EXPECT_THAT(one("I32", 1, little(~std::uint64_t{4}, 4))->values, ElementsAre(-5));
  EXPECT_THAT(one("I16", 1, little(~std::uint64_t{4}, 2))->values, ElementsAre(-5));
  EXPECT_THAT(one("I8", 2, "\xfb\x05")->values, ElementsAre(-5, 5));
  EXPECT_THAT(one("U64", 1, little(1ULL << 63, 8))->values, ElementsAre(0x1p63));
  EXPECT_THAT(one("U32", 1, little(0xffffffff, 4))->values, ElementsAre(4294967295.0));
  EXPECT_THAT(one("U16", 1, little(0xffff, 2))->values, ElementsAre(65535));
  EXPECT_THAT(one("U8", 1, "\xff")->values, ElementsAre(255));
  EXPECT_THAT(one("BOOL", 2, std::string("\0\1", 2))->values, ElementsAre(0, 1));
}

TEST(Safetensors, WidensHalfPrecisionExactly) {
  // IEEE binary16: 1, -2, largest 65504, smallest normal 2^-14, smallest subnormal 2^-24, -0.
  const std::vector<std::uint64_t> halves = {0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x8000};
  std::string data;
  for (const std::uint64_t half : halves) data += little(half, 2);
  EXPECT_THAT(one("F16", 6, data)->values, ElementsAre(1, -2, 65504, 0x1p-14, 0x1p-24, 0));
  // bfloat16 is the upper half of a float: 1, -2, 1 + 2^-7, 2^-126.
  EXPECT_THAT(
      one("BF16", 4, little(0x3f80, 2) + little(0xc000, 2) + little(0x3f81, 2) + little(0x0080, 2))
          ->values,
      ElementsAre(1, -2, 1 + 0x1p-7, 0x1p-126));
  for (const std::uint64_t bad : {0x7c00, 0xfc00, 0x7e00}) {
    expect_error(one("F16", 1, little(bad, 2)), ErrorCode::kBadValue,
                 {"f.safetensors: array 't': element 0", "a finite number"});
  }
  expect_error(one("BF16", 1, little(0x7f80, 2)), ErrorCode::kBadValue, {"found inf"});
  expect_error(one("I64", 1, little((1ULL << 53) + 1, 8)), ErrorCode::kBadValue,
               {"9007199254740993"});
  expect_error(one("BOOL", 1, "\x02"), ErrorCode::kMalformed, {"a bool stored as 0 or 1"});
}

TEST(Safetensors, ReadsSeveralTensorsInTheOrderOfTheirData) {
  const std::string header = R"({"__metadata__":{"format":"pt"},"b":)" +
                             entry("U8", "[2,1]", 3, 5) + R"(,"a":)" + entry("U8", "[3]", 0, 3) +
                             R"(,"none":)" + entry("F64", "[0]", 3, 3) + "}   ";
  const auto file = parse(safetensors(header, "\x01\x02\x03\x04\x05"));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_THAT(file->names(), ElementsAre("a", "none", "b"));
  EXPECT_THAT(file->read("a")->values, ElementsAre(1, 2, 3));
  EXPECT_THAT(file->read("b")->values, ElementsAre(4, 5));
  EXPECT_THAT(file->read("b")->shape, ElementsAre(2, 1));
  EXPECT_FALSE(file->contains("__metadata__"));
  expect_error(file->read("c"), ErrorCode::kMissing, {"expected an array 'c'"});
}

TEST(Safetensors, RefusesEveryTruncationAndExtraBytes) {
  const std::string whole = safetensors(R"({"t":)" + entry("U8", "[2]", 0, 2) + "}", "\x01\x02");
  ASSERT_TRUE(parse(whole));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(parse(whole.substr(0, size))) << size;
  expect_error(parse(whole.substr(0, whole.size() - 1)), ErrorCode::kMalformed,
               {"up to 1 (the bytes of data in the file), found 0 and 2"});
  expect_error(parse(whole + "x"), ErrorCode::kMalformed,
               {"expected 2 bytes of data as the header says, found 3"});
  expect_error(parse("1234567"), ErrorCode::kMalformed,
               {"expected 8 bytes of header length, found 7"});
}

TEST(Safetensors, RefusesTensorsThatOverlapOrLeaveHoles) {
  const auto two = [&](std::size_t begin, std::size_t end) {
    return parse(safetensors(
        R"({"a":)" + entry("U8", "[2]", 0, 2) + R"(,"b":)" + entry("U8", "[2]", begin, end) + "}",
        "wxyz"));
  };
  EXPECT_TRUE(two(2, 4));
  expect_error(two(1, 3), ErrorCode::kMalformed,
               {"array 'b': header: expected data from byte 2 on (overlap), found 1"});
  expect_error(two(0, 2), ErrorCode::kMalformed, {"(overlap)"});
  expect_error(parse(safetensors(R"({"a":)" + entry("U8", "[2]", 1, 3) + "}", "xyz")),
               ErrorCode::kMalformed, {"(hole), found 1"});
}

TEST(Safetensors, RefusesHeadersOfTheWrongForm) {
  const auto refuse = [](const std::string& header, std::string_view fragment) {
    SCOPED_TRACE(header);
    expect_error(parse(safetensors(header, "x")), ErrorCode::kMalformed,
                 {"f.safetensors", fragment});
  };
  refuse("", "expected '{' as first byte");
  refuse(" {}", "expected '{' as first byte, found ' '");
  refuse("{", "expected valid JSON, found an error at byte");
  refuse("{} {}", "expected valid JSON");
  refuse("{\"\xff\":1}", "expected valid JSON");
  refuse("{\"t\":1}", "exactly the keys dtype, shape and data_offsets");
  refuse(R"({"t":{"dtype":"U8","shape":[1]}})", "exactly the keys");
  refuse(R"({"t":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"more":1}})", "exactly the keys");
  refuse(R"({"t":{"dtype":8,"shape":[1],"data_offsets":[0,1]}})", "a string for dtype");
  refuse(R"({"t":{"dtype":"U8","shape":1,"data_offsets":[0,1]}})", "integers for shape");
  refuse(R"({"t":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}})", "integers for shape");
  refuse(R"({"t":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}})", "integers for shape");
  refuse(R"({"t":{"dtype":"U8","shape":[1],"data_offsets":[0]}})",
         "two non-negative integers for data_offsets");
  refuse(R"({"t":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}})",
         "data_offsets in increasing order");
  refuse(R"({"t":{"dtype":"U8","shape":[1],"data_offsets":[0,99999999999999999999]}})",
         "data_offsets");
  refuse(R"({"t":)" + entry("U8", "[2]", 0, 1) + "}",
         "expected 2 bytes for this shape and dtype, found 1");
  refuse(R"({"t":)" + entry("U8", "[1]", 0, 1) + R"(,"t":)" + entry("U8", "[1]", 0, 1) + "}",
         "each key once, found 't' again");
  refuse(R"({"t":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
         "found 'dtype' again");
  refuse(R"({"__metadata__":{"a":1}})", "an object of strings for __metadata__");
  refuse(R"({"__metadata__":"a"})", "an object of strings for __metadata__");
  refuse("{\"t\":" + std::string(100000, '['), "nesting of at most 3 levels");
}

TEST(Safetensors, TrustsNoSizeInTheFile) {
  expect_error(parse(little(~std::uint64_t{0}, 8) + "{}"), ErrorCode::kMalformed,
               {"expected a header of 18446744073709551615 bytes, found 2"});
  const auto shape = [](const std::string& text) {
    return parse(safetensors(R"({"t":)" + entry("F64", text, 0, 0) + "}", ""));
  };
  expect_error(shape("[2147483647,2147483647]"), ErrorCode::kTooLarge, {"below 2^63 bytes"});
  expect_error(shape("[4294967296,4294967296]"), ErrorCode::kTooLarge, {"extents of at most"});
  expect_error(shape("[2147483647,0]"), ErrorCode::kTooLarge, {"extents of at most 1048576"});
  expect_error(shape("[1,1,1,1,1]"), ErrorCode::kUnsupported, {"at most 4 dimensions"});
  expect_error(shape("[1]"), ErrorCode::kMalformed,
               {"expected 8 bytes for this shape and dtype, found 0"});
  std::string many = "{";
  for (int i = 0; i < 4097; ++i) {
    many += i == 0 ? "" : ",";
    many += '"' + std::to_string(i) + R"(":)" + entry("U8", "[0]", 0, 0);
  }
  expect_error(parse(safetensors(many + "}", "")), ErrorCode::kTooLarge,
               {"at most 4096 tensors, found 4097"});
}

TEST(Safetensors, RefusesOtherTypes) {
  for (const std::string type : {"F8_E4M3", "C64", "", "f64"}) {
    expect_error(parse(safetensors(R"({"t":)" + entry(type, "[1]", 0, 1) + "}", "x")),
                 ErrorCode::kUnsupported,
                 {"array 't': expected element type F64", "found '" + type + "'"});
  }
}

}  // namespace
}  // namespace thalweg::io
