#include <algorithm>

#include "report/html.hpp"
#include "report/page_parts.hpp"

namespace thalweg::report {
namespace {

constexpr std::size_t kMostRows = 400;
constexpr std::size_t kLongestList = 8;

/// The beginning of a fingerprint; all of it where a pointer rests.
std::string fingerprint(const Item& sha256) {
  constexpr std::size_t kShown = 12;
  if (!sha256.known()) return "";
  const std::string& all = sha256.text();
  return "fingerprint <code data-at=\"" + escaped(sha256.at()) + "\" title=\"" + escaped(all) +
         "\">" + escaped(all.substr(0, std::min(kShown, all.size()))) + "&hellip;</code>";
}

std::string role_in_words(std::string_view role) {
  if (role == "dataset") return "Data set";
  std::string words = escaped(role);
  if (!words.empty() && words.front() >= 'a' && words.front() <= 'z') {
    words.front() = static_cast<char>(words.front() - 'a' + 'A');
  }
  return words;
}

bool is_short_list(const Item& item) {
  if (item.kind() != JsonValue::Kind::kArray || item.size() > kLongestList) return false;
  for (std::size_t k = 0; k < item.size(); ++k) {
    const JsonValue::Kind kind = item[k].kind();
    if (kind == JsonValue::Kind::kArray || kind == JsonValue::Kind::kObject) return false;
  }
  return true;
}

/// Adds a row for each leaf below; `name` is its path with points between.
void add_leaves(const Item& item, const std::string& name, std::size_t& rows, DataTable& table) {
  if (rows >= kMostRows) return;
  if (item.kind() == JsonValue::Kind::kObject && item.size() > 0) {
    for (std::size_t k = 0; k < item.size(); ++k) {
      add_leaves(item.member(k), (name.empty() ? "" : name + '.') + std::string(item.key(k)), rows,
                 table);
    }
    return;
  }
  ++rows;
  table.add({"<code class=\"ordinal\">" + escaped(name) + "</code>",
             is_short_list(item) && item.size() > 0 ? joined(item, ", ") : exact(item)});
}

}  // namespace

std::string describe_setup(const Item& document) {
  FactTable table("Files, objective and settings");
  const Item inputs = document["inputs"];
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const Item file = inputs.member(k);
    std::string value = "<code>" + exact(file["path"]) + "</code>";
    if (file["shape"].size() > 0) value += ", " + joined(file["shape"], " \u00d7 ");
    table.add(role_in_words(inputs.key(k)), value, fingerprint(file["sha256"]));
  }
  const Item settings = document["settings"];
  const Item architecture = document["architecture"];
  if (architecture["network"].known()) {
    table.add("Architecture", exact(architecture["name"]), exact(architecture["network"]));
  }
  table.add_known("Minimised", settings["objective"]);
  table.add_known("Penalty beta", settings["beta"],
                  "weight decay: how strongly large weights are punished");
  table.add_known("Tolerance", settings["tolerance"],
                  "the relative gap up to which a network counts as a global minimum");
  table.add_known("Relative gap asked for", settings["gap"]);
  table.add_known("Labels", settings["label_mapping"]);
  table.add_known("Time limit", settings["time_limit"], "seconds");
  table.add("Time taken", exact(document["seconds"]), "seconds");
  return "<h3>Data and settings</h3>\n" + table.html();
}

std::string list_everything(const Item& document) {
  DataTable table("Every value of the document; long lists by their length", {"key", "value"});
  std::size_t rows = 0;
  add_leaves(document, "", rows, table);
  return folded("All values of this document", table.html());
}

}  // namespace thalweg::report
