#include "thalweg/report/json_value.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <nlohmann/json.hpp>

namespace thalweg::report {
namespace {

/// Builds the tree while the library reads; stops at the first thing that is wrong.
class TreeBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  using Kind = JsonValue::Kind;

  bool null() override { return add(Kind::kNull, ""); }
  bool boolean(bool value) override { return add(Kind::kBoolean, value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override {
    return add(Kind::kNumber, std::to_string(value));
  }
  bool number_unsigned(number_unsigned_t value) override {
    return add(Kind::kNumber, std::to_string(value));
  }
  bool number_float(number_float_t /*value*/, const string_t& digits) override {
    return add(Kind::kNumber, digits);
  }
  bool string(string_t& value) override { return add(Kind::kString, value); }
  bool binary(binary_t& /*value*/) override { return false; }
  bool start_object(std::size_t /*size*/) override { return open(Kind::kObject); }
  bool start_array(std::size_t /*size*/) override { return open(Kind::kArray); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& value) override {
    std::vector<std::string>& keys = open_.back().keys;
    if (std::find(keys.begin(), keys.end(), value) != keys.end()) {
      error = {ErrorCode::kMalformed, "key '" + value + "' occurs twice in one object"};
      return false;
    }
    keys.push_back(value);
    return true;
  }

  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& what) override {
    std::string words = what.what();
    if (const std::size_t name = words.find("] "); name != std::string::npos) {
      words.erase(0, name + 2);
    }
    error = {ErrorCode::kMalformed, "expected a JSON document, found a " + words};
    return false;
  }

  JsonValue root;
  Error error{ErrorCode::kMalformed, "expected a JSON document"};

 private:
  void place(JsonValue value) {
    if (open_.empty()) {
      root = std::move(value);
    } else {
      open_.back().items.push_back(std::move(value));
    }
  }
  bool add(Kind kind, std::string text) {
    place({kind, std::move(text), {}, {}});
    return true;
  }
  bool open(Kind kind) {
    if (open_.size() == kDeepestJson) {
      error = {ErrorCode::kTooLarge, "expected at most " + std::to_string(kDeepestJson) +
                                         " brackets inside each other, found more"};
      return false;
    }
    open_.push_back({kind, "", {}, {}});
    return true;
  }
  bool close() {
    JsonValue value = std::move(open_.back());
    open_.pop_back();
    place(std::move(value));
    return true;
  }

  std::vector<JsonValue> open_;
};

}  // namespace

const JsonValue* JsonValue::find(std::string_view key) const {
  const auto found = std::find(keys.begin(), keys.end(), key);
  return found == keys.end() ? nullptr : &items[static_cast<std::size_t>(found - keys.begin())];
}

double JsonValue::number() const {
  if (kind != Kind::kNumber) return std::numeric_limits<double>::quiet_NaN();
  return std::strtod(text.c_str(), nullptr);
}

std::string describe(JsonValue::Kind kind) {
  switch (kind) {
    case JsonValue::Kind::kNull:
      return "null";
    case JsonValue::Kind::kBoolean:
      return "true or false";
    case JsonValue::Kind::kNumber:
      return "a number";
    case JsonValue::Kind::kString:
      return "a string";
    case JsonValue::Kind::kArray:
      return "an array";
    case JsonValue::Kind::kObject:
      return "an object";
  }
  return "null";
}

Expected<JsonValue> parse_json(const std::string& name, const std::string& text) {
  if (text.size() > kMostJsonBytes) {
    return fail(ErrorCode::kTooLarge, name + ": expected at most " +
                                          std::to_string(kMostJsonBytes) + " bytes, found " +
                                          std::to_string(text.size()));
  }
  TreeBuilder builder;
  if (!nlohmann::json::sax_parse(text, &builder)) {
    return fail(builder.error.code, name + ": " + builder.error.message);
  }
  return std::move(builder.root);
}

}  // namespace thalweg::report
