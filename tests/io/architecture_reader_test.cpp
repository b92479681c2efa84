#include "thalweg/io/architecture_reader.hpp"

#include <gmock/gmock.h>

#include "io/test_bytes.hpp"

namespace thalweg::io {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Expected<ArchitectureDescription> parse(const std::string& text) {
  return parse_architecture(text, "a.json");
}

ArchitectureDescription accept(const std::string& text) {
  auto description = parse(text);
  EXPECT_TRUE(description) << description.error().message;
  return description.value_or(ArchitectureDescription{});
}

void refuse(const std::string& text, ErrorCode code,
            std::initializer_list<std::string_view> fragments) {
  SCOPED_TRACE(text);
  expect_error(parse(text), code, fragments);
}

TEST(ArchitectureReader, ReadsAConvolution) {
  const ArchitectureDescription image = accept(R"({
    "architecture": "cnn", "input": [1, 8, 9], "kernel": [3, 2], "stride": [2, 1], "padding": [2, 0],
    "pooling": "max", "filter_bias": true})");
  EXPECT_EQ(image.kind, ArchitectureKind::kCnn);
  EXPECT_THAT(image.input, ElementsAre(1, 8, 9));
  EXPECT_THAT(image.kernel, ElementsAre(3, 2));
  EXPECT_THAT(image.stride, ElementsAre(2, 1));
  EXPECT_THAT(image.padding, ElementsAre(2, 0));
  EXPECT_EQ(image.pooling, Pooling::kMax);
  EXPECT_TRUE(image.filter_bias);
  EXPECT_FALSE(image.residual);

  const ArchitectureDescription signal =
      accept(R"({"architecture": "cnn-flattened", "input": [4], "kernel": [2]})");
  EXPECT_EQ(signal.kind, ArchitectureKind::kCnnFlattened);
  EXPECT_THAT(signal.stride, IsEmpty());
  EXPECT_FALSE(signal.filter_bias);
  EXPECT_TRUE(accept(R"({"architecture": "cnn", "input": [4], "kernel": [3], "padding": [1],
                         "pooling": "none", "residual": true})")
                  .residual);
}

TEST(ArchitectureReader, ReadsTheOthers) {
  EXPECT_EQ(accept(R"({"architecture": "three-layer", "neurons": 2})").neurons, 2);
  EXPECT_THAT(accept(R"({"architecture": "path", "fan_in": [2, 3]})").fan_in, ElementsAre(2, 3));
  EXPECT_THAT(accept(R"({"architecture": "path", "fan_in": []})").fan_in, IsEmpty());
  EXPECT_EQ(accept(R"({"architecture": "one-dimensional", "layers": 4})").layers, 4);
  EXPECT_THAT(
      accept(R"({"architecture": "polynomial", "coefficients": [0.09, 0.5, -1]})").coefficients,
      ElementsAre(0.09, 0.5, -1));
  EXPECT_EQ(accept(R"({"architecture": "threshold", "layers": 3})").layers, 3);
  for (const ArchitectureKind kind :
       {ArchitectureKind::kTwoLayer, ArchitectureKind::kCircularLinear,
        ArchitectureKind::kCircularRelu}) {
    const std::string word(to_string(kind));
    EXPECT_EQ(accept("{\"architecture\": \"" + word + "\"}").kind, kind);
  }
}

TEST(ArchitectureReader, NamesTheKeyOfAMistake) {
  refuse(R"([1])", ErrorCode::kMalformed, {"a.json", "JSON object"});
  refuse(R"({"architecture": "cnn")", ErrorCode::kMalformed, {"a.json", "valid JSON"});
  refuse(R"({"architecture": "path", "fan_in": [2], "fan_in": [3]})", ErrorCode::kMalformed,
         {"'fan_in' again"});
  refuse(R"({})", ErrorCode::kMissing, {"a.json: expected a key 'architecture', found none"});
  refuse(R"({"architecture": "rnn"})", ErrorCode::kBadValue,
         {"key 'architecture'", "'two-layer', 'cnn'", "found '\"rnn\"'"});
  refuse(R"({"architecture": 3})", ErrorCode::kMalformed, {"key 'architecture'", "found '3'"});
  refuse(R"({"architecture": "cnn", "kernel": [3]})", ErrorCode::kMissing, {"key 'input'"});
  refuse(R"({"architecture": "cnn", "input": [4], "kernel": [3]})", ErrorCode::kMissing,
         {"key 'pooling'"});
  refuse(R"({"architecture": "three-layer"})", ErrorCode::kMissing, {"key 'neurons'"});
}

TEST(ArchitectureReader, RefusesUnknownKeysWithTheKnownOnes) {
  refuse(R"({"architecture": "three-layer", "neurons": 2, "fan_in": [2]})", ErrorCode::kMalformed,
         {"key 'fan_in'", "'three-layer'", "'architecture' and 'neurons'"});
  refuse(R"({"architecture": "circular-relu", "layers": 3})", ErrorCode::kMalformed,
         {"key 'layers'", "keys are 'architecture'"});
  refuse(R"({"architecture": "cnn-flattened", "input": [4], "kernel": [2], "pooling": "sum"})",
         ErrorCode::kMalformed, {"key 'pooling'"});
}

TEST(ArchitectureReader, RefusesValuesOutOfRange) {
  const auto cnn = [](const std::string& rest) {
    return R"({"architecture": "cnn", "pooling": "sum", )" + rest + "}";
  };
  const auto bad = ErrorCode::kBadValue;
  const auto type = ErrorCode::kMalformed;
  const auto shape = ErrorCode::kBadShape;
  refuse(cnn(R"("input": [2, 3], "kernel": [1])"), shape,
         {"key 'input'", "[length] of a signal or [channels, height, width]", "'[2,3]'"});
  refuse(cnn(R"("input": [1, 4, 4], "kernel": [2])"), shape, {"key 'kernel'", "[height, width]"});
  refuse(cnn(R"("input": [4], "kernel": [2, 2])"), shape, {"key 'kernel'", "[length]"});
  refuse(cnn(R"("input": [4], "kernel": [2], "stride": [0])"), bad, {"key 'stride'", "from 1"});
  refuse(cnn(R"("input": [4], "kernel": [2], "padding": [-1])"), bad, {"key 'padding'", "from 0"});
  refuse(cnn(R"("input": [4], "kernel": [2], "padding": [2])"), bad,
         {"key 'padding'", "less than the kernel"});
  refuse(cnn(R"("input": [4.0], "kernel": [2])"), type, {"key 'input'"});
  refuse(cnn(R"("input": [18446744073709551615], "kernel": [2])"), bad, {"key 'input'"});
  refuse(cnn(R"("input": 4, "kernel": [2])"), type, {"key 'input'"});
  refuse(cnn(R"("input": [4], "kernel": [2], "filter_bias": 1)"), type, {"true or false"});
  refuse(cnn(R"("input": [4], "kernel": [2], "residual": true)"), bad, {"key 'residual'"});
  refuse(R"({"architecture": "cnn", "input": [4], "kernel": [2], "pooling": "mean"})", bad,
         {"'sum', 'average', 'max' and 'none'"});
  refuse(R"({"architecture": "three-layer", "neurons": 0})", bad, {"key 'neurons'"});
  refuse(R"({"architecture": "three-layer", "neurons": "2"})", type, {"key 'neurons'"});
  refuse(R"({"architecture": "path", "fan_in": [0]})", bad, {"key 'fan_in'"});
  refuse(R"({"architecture": "path", "fan_in": [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]})", shape,
         {"key 'fan_in'"});
  refuse(R"({"architecture": "one-dimensional", "layers": 1})", bad, {"from 2 to 16"});
  refuse(R"({"architecture": "threshold", "layers": 4})", bad, {"from 2 to 3"});
  refuse(R"({"architecture": "polynomial", "coefficients": [1, 2]})", shape, {"list of 3 numbers"});
  refuse(R"({"architecture": "polynomial", "coefficients": [1, 2, "3"]})", type, {"coefficients"});
}

TEST(ArchitectureReader, ReadsFiles) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder / "a.json", R"({"architecture": "path", "fan_in": [2]})"));
  const auto description = read_architecture(folder / "a.json");
  ASSERT_TRUE(description) << description.error().message;
  EXPECT_EQ(description->kind, ArchitectureKind::kPath);
  expect_error(read_architecture(folder / "none.json"), ErrorCode::kUnreadable, {"none.json"});
  expect_error(parse(std::string((1 << 20) + 1, ' ')), ErrorCode::kTooLarge, {"1048576 bytes"});
}

}  // namespace
}  // namespace thalweg::io
