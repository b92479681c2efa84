#pragma once

#include <string>

#include "thalweg/report/json_value.hpp"

namespace thalweg::report {

/// A document that a command printed with --json.
struct Document {
  std::string name;  ///< of its file
  std::string text;  ///< as it is in the file
  JsonValue root;    ///< of schema version 1, with the types of docs/commands.md

  [[nodiscard]] const std::string& command() const { return root.find("command")->text; }
};

/// Parses a document and checks what a report shows of it: schema version, command, that required
/// keys are there and every known key has its type. Keys that are not known are left alone.
///
/// Errors name file, key, what was expected and what was found: those of parse_json; kMissing (a
/// key), kBadValue (another type or word), kUnsupported (a schema version other than 1).
[[nodiscard]] Expected<Document> parse_document(const std::string& name, std::string text);

}  // namespace thalweg::report
