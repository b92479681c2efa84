#include "thalweg/report/document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "thalweg/report/page.hpp"

namespace thalweg::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string document(const std::string& more) {
  return R"({"schema_version": 1, "command": "simplify", "version": "0", "inputs": {}, "settings": {},
             "seconds": 0, "width_before": 4, "width_after": 3, "objective_before": 2,
             "objective_after": 1.50, "decrease": 5e-01, "exact": true)" +
         more + "}";
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(Json, KeepsDigitsAndOrder) {
  const auto value =
      parse_json("f", R"({"b": [1.50, -0.0, 1E+2, 12345678901234567890123], "a": "\u00e9"})");
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(value->keys, (std::vector<std::string>{"b", "a"}));
  const auto& numbers = value->find("b")->items;
  EXPECT_EQ(numbers[0].text, "1.50");
  EXPECT_EQ(numbers[1].text, "-0.0");
  EXPECT_EQ(numbers[2].text, "1E+2");
  EXPECT_EQ(numbers[2].number(), 100);
  EXPECT_EQ(numbers[3].text, "12345678901234567890123");
  EXPECT_EQ(value->find("a")->text, "\u00e9");
  EXPECT_EQ(value->find("c"), nullptr);
}

TEST(Json, DeepAndDoubledIsRefused) {
  EXPECT_TRUE(parse_json("f", nested(kDeepestJson)).has_value());
  const auto deep = parse_json("f", nested(kDeepestJson + 1));
  ASSERT_FALSE(deep.has_value());
  EXPECT_EQ(deep.error().code, ErrorCode::kTooLarge);
  EXPECT_FALSE(parse_json("f", std::string(1000000, '[')).has_value());
  EXPECT_TRUE(parse_json("f", R"([{"a": 1}, {"a": 1}])").has_value());
  EXPECT_FALSE(parse_json("f", R"({"a": 1, "a": 1})").has_value());
}

TEST(Document, IsCheckedByItsCommand) {
  EXPECT_TRUE(parse_document("f", document("")).has_value());
  EXPECT_TRUE(parse_document("f", document(R"(, "verdict": 7)")).has_value());
  const auto wrong = parse_document("f", document(R"(, "accuracy": "high")"));
  ASSERT_FALSE(wrong.has_value());
  EXPECT_EQ(wrong.error().message, "f: key 'accuracy': expected a number or null, found 'high'");
}

TEST(Page, HasTheDigitsOfItsDocument) {
  const auto parsed = parse_document("<f>", document(""));
  ASSERT_TRUE(parsed.has_value());
  const std::string page = make_page({*parsed}, "A & B");
  EXPECT_THAT(page, HasSubstr(R"(<data value="1.50" data-at="/objective_after">1.50</data>)"));
  EXPECT_THAT(page, HasSubstr(R"(<data value="5e-01" data-at="/decrease">5e-01</data>)"));
  EXPECT_THAT(page, HasSubstr("<h1>A &amp; B</h1>"));
  EXPECT_THAT(page, HasSubstr("&lt;f&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<f>")));
  EXPECT_THROW((void)make_page({}), InvalidArgument);
}

}  // namespace
}  // namespace thalweg::report
