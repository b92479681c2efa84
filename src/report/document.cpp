#include "thalweg/report/document.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "report/document_schema.hpp"

namespace thalweg::report {
namespace {

using Kind = JsonValue::Kind;

constexpr std::array<std::string_view, 11> kCommands = {
    "certify",     "train", "info",       "simplify", "check", "arrangement", "path-regularization",
    "optimal-set", "width", "stationary", "path"};
/// Longer words of a file are cut in messages.
constexpr std::size_t kShownLetters = 60;

char letter_of(Kind kind) {
  switch (kind) {
    case Kind::kNull:
      return '0';
    case Kind::kBoolean:
      return 'b';
    case Kind::kNumber:
      return 'n';
    case Kind::kString:
      return 's';
    case Kind::kArray:
      return 'a';
    case Kind::kObject:
      return 'o';
  }
  return '0';
}

/// "a number or null".
std::string types_in_words(std::string_view types) {
  std::string words;
  for (const Kind kind :
       {Kind::kBoolean, Kind::kNumber, Kind::kString, Kind::kArray, Kind::kObject, Kind::kNull}) {
    if (types.find(letter_of(kind)) == std::string_view::npos) continue;
    words.append(words.empty() ? "" : " or ").append(describe(kind));
  }
  return words;
}

std::string found_in_words(const JsonValue& value) {
  if (value.kind == Kind::kString) {
    return std::string("'").append(value.text, 0, kShownLetters).append("'");
  }
  if (value.kind == Kind::kNumber) return "the number " + value.text.substr(0, kShownLetters);
  if (value.kind == Kind::kBoolean) return value.text;
  return describe(value.kind);
}

Error wrong(ErrorCode code, const std::string& key, const std::string& expected,
            const std::string& found) {
  return {code, "key '" + key + "': expected " + expected + ", found " + found};
}

/// "a, b or c" for "a|b|c".
std::string list_words(std::string_view words) {
  std::string text;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find('|'), words.size());
    const bool last = end == words.size();
    text.append(text.empty() ? "" : last ? " or " : ", ").append(words.substr(0, end));
    words.remove_prefix(last ? end : end + 1);
  }
  return text;
}

/// Whether a word is one of "a|b|c".
bool among(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find('|'), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

std::optional<Error> check_value(const KeyRule& rule, const JsonValue& value,
                                 const std::string& key) {
  if (std::string_view(rule.types).find(letter_of(value.kind)) == std::string_view::npos) {
    return wrong(ErrorCode::kBadValue, key, types_in_words(rule.types), found_in_words(value));
  }
  if (*rule.words != '\0' && value.kind == Kind::kString && !among(rule.words, value.text)) {
    return wrong(ErrorCode::kBadValue, key, list_words(rule.words), found_in_words(value));
  }
  return std::nullopt;
}

/// Checks what `path`, the rest of the rule's, leads to from a value at `key`. Where an object on
/// the way has another type, that is the business of its own rule.
std::optional<Error> check_rule(const KeyRule& rule, std::string_view path, const JsonValue& value,
                                const std::string& key) {
  if (path.empty()) return check_value(rule, value, key);
  if (path.starts_with("[]")) {
    if (value.kind != Kind::kArray) return std::nullopt;
    for (std::size_t k = 0; k < value.items.size(); ++k) {
      const std::string at = key + '[' + std::to_string(k) + ']';
      if (auto error = check_rule(rule, path.substr(2), value.items[k], at)) return error;
    }
    return std::nullopt;
  }
  if (path.front() == '.') path.remove_prefix(1);
  if (value.kind != Kind::kObject) return std::nullopt;
  const std::size_t end = std::min(path.find_first_of(".["), path.size());
  const std::string_view name = path.substr(0, end);
  std::string before = key;
  if (!before.empty()) before += '.';
  if (name == "*") {
    for (std::size_t k = 0; k < value.keys.size(); ++k) {
      const std::string at = before + value.keys[k];
      if (auto error = check_rule(rule, path.substr(end), value.items[k], at)) return error;
    }
    return std::nullopt;
  }
  const JsonValue* member = value.find(name);
  const std::string at = before + std::string(name);
  if (member != nullptr) return check_rule(rule, path.substr(end), *member, at);
  const bool required = end == path.size() && std::string_view(rule.types).ends_with('!');
  if (!required) return std::nullopt;
  return wrong(ErrorCode::kMissing, at, types_in_words(rule.types), "nothing");
}

/// Arrays that are drawn against each other have as many entries.
std::optional<Error> check_lengths(const JsonValue& root, std::string_view command) {
  struct Group {
    std::string_view command;
    std::vector<std::string_view> keys;
  };
  static const std::vector<Group> kGroups = {
      {"path-regularization",
       {"betas", "objectives", "lower_bounds", "losses", "penalties", "neurons",
        "network_objectives", "relative_gaps"}},
      {"optimal-set", {"prediction_range", "prediction_centre"}},
  };
  for (const Group& group : kGroups) {
    if (group.command != command) continue;
    const JsonValue* first = root.find(group.keys.front());
    for (const std::string_view key : group.keys) {
      const JsonValue* value = root.find(key);
      if (first == nullptr || value == nullptr || value->kind != Kind::kArray ||
          first->kind != Kind::kArray || value->items.size() == first->items.size()) {
        continue;
      }
      return wrong(ErrorCode::kBadValue, std::string(key),
                   std::to_string(first->items.size()) + " entries, as many as '" +
                       std::string(group.keys.front()) + "'",
                   std::to_string(value->items.size()));
    }
  }
  return std::nullopt;
}

std::optional<Error> check_start(const JsonValue& root) {
  if (root.kind != Kind::kObject) {
    return Error{ErrorCode::kBadValue,
                 "expected the JSON document of a thalweg command, found " + describe(root.kind)};
  }
  const JsonValue* schema = root.find("schema_version");
  if (schema == nullptr) {
    return wrong(ErrorCode::kMissing, "schema_version", "the number 1", "nothing");
  }
  if (schema->kind != Kind::kNumber || schema->text != "1") {
    return wrong(ErrorCode::kUnsupported, "schema_version", "the number 1",
                 found_in_words(*schema));
  }
  std::string known;
  for (const std::string_view name : kCommands) known.append(known.empty() ? "" : "|").append(name);
  const JsonValue* command = root.find("command");
  if (command == nullptr) {
    return wrong(ErrorCode::kMissing, "command", list_words(known), "nothing");
  }
  if (command->kind != Kind::kString || !among(known, command->text)) {
    return wrong(ErrorCode::kBadValue, "command", list_words(known), found_in_words(*command));
  }
  return std::nullopt;
}

std::optional<Error> check_document(const JsonValue& root) {
  if (auto error = check_start(root)) return error;
  const std::string_view command = root.find("command")->text;
  for (const KeyRule& rule : key_rules()) {
    if (*rule.command != '\0' && rule.command != command) continue;
    if (auto error = check_rule(rule, rule.path, root, "")) return error;
  }
  return check_lengths(root, command);
}

}  // namespace

Expected<Document> parse_document(const std::string& name, std::string text) {
  Expected<JsonValue> root = parse_json(name, text);
  if (!root) return tl::unexpected<Error>(root.error());
  if (const auto error = check_document(*root)) {
    return fail(error->code, name + ": " + error->message);
  }
  return Document{name, std::move(text), std::move(*root)};
}

}  // namespace thalweg::report
