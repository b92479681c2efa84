#pragma once

#include <string>
#include <string_view>

#include "thalweg/report/json_value.hpp"

namespace thalweg::report {

/// A value of a document and where it is (RFC 6901), so that what is printed can be traced back.
/// What is not there is null.
class Item {
 public:
  explicit Item(const JsonValue& value, std::string at = "") : value_(&value), at_(std::move(at)) {}

  [[nodiscard]] Item operator[](std::string_view key) const;
  [[nodiscard]] Item operator[](std::size_t k) const;
  /// The k-th member of an object.
  [[nodiscard]] Item member(std::size_t k) const { return (*this)[key(k)]; }
  [[nodiscard]] std::string_view key(std::size_t k) const { return value_->keys[k]; }

  [[nodiscard]] JsonValue::Kind kind() const { return value_->kind; }
  [[nodiscard]] bool known() const { return value_->kind != JsonValue::Kind::kNull; }
  [[nodiscard]] bool is(std::string_view text) const { return value_->text == text && known(); }
  [[nodiscard]] bool truth() const { return is("true"); }
  [[nodiscard]] bool is_number() const { return value_->kind == JsonValue::Kind::kNumber; }
  [[nodiscard]] const std::string& text() const { return value_->text; }
  [[nodiscard]] double number() const { return value_->number(); }
  [[nodiscard]] std::size_t size() const { return value_->items.size(); }
  [[nodiscard]] const std::string& at() const { return at_; }

 private:
  const JsonValue* value_;
  std::string at_;
};

}  // namespace thalweg::report
