#include "report/item.hpp"

namespace thalweg::report {
namespace {

const JsonValue kNothing;

std::string pointer_token(std::string_view key) {
  std::string token;
  for (const char letter : key) {
    token += letter == '~' ? "~0" : letter == '/' ? "~1" : std::string(1, letter);
  }
  return token;
}

}  // namespace

Item Item::operator[](std::string_view key) const {
  const JsonValue* found = value_->find(key);
  return Item(found != nullptr ? *found : kNothing, at_ + '/' + pointer_token(key));
}

Item Item::operator[](std::size_t k) const {
  const bool there = value_->kind == JsonValue::Kind::kArray && k < value_->items.size();
  return Item(there ? value_->items[k] : kNothing, at_ + '/' + std::to_string(k));
}

}  // namespace thalweg::report
