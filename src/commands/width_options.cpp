#include "commands/width_options.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>
#include <string_view>

#include "commands/exit_code.hpp"
#include "commands/output_file.hpp"

namespace thalweg::commands {
namespace {

constexpr Index kWidest = 10'000;
constexpr int kMostStarts = 1'000'000;

[[noreturn]] void reject(const std::string& text) {
  throw CLI::ValidationError("--search", "expected widths from 1 to " + std::to_string(kWidest) +
                                             " such as 3, 1-4 or 1,3,7-9, got '" + text + "'");
}

Index parse_width(std::string_view digits, const std::string& text) {
  Index width = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), width);
  if (error != std::errc{} || end != digits.data() + digits.size()) reject(text);
  if (width < 1 || width > kWidest) reject(text);
  return width;
}

/// "1,3,7-9" as an ascending list.
std::vector<Index> parse_widths(const std::string& text) {
  std::set<Index> widths;
  std::string_view rest = text;
  while (true) {
    const std::size_t comma = rest.find(',');
    const std::string_view item = rest.substr(0, comma);
    const std::size_t dash = item.find('-');
    const Index first = parse_width(item.substr(0, dash), text);
    const Index last =
        dash == std::string_view::npos ? first : parse_width(item.substr(dash + 1), text);
    if (last < first) reject(text);
    for (Index width = first; width <= last; ++width) widths.insert(width);
    if (comma == std::string_view::npos) break;
    rest = rest.substr(comma + 1);
  }
  return {widths.begin(), widths.end()};
}

}  // namespace

void add_width_options(CLI::App& app, WidthOptions& options) {
  add_dataset_options(app, options.problem, Required::kYes);
  add_standardize_options(app, options.problem);
  add_objective_options(app, options.problem);
  const std::string group = "Spurious valleys";
  auto* search =
      app.add_option_function<std::string>(
             "--search",
             [&options](const std::string& text) { options.search = parse_widths(text); },
             "Search for spurious valleys at these widths: 3, 1-4 or 1,3,7-9")
          ->type_name("WIDTHS")
          ->group(group);
  app.add_option("--starts", options.starts, "Descents at each of these widths (default 20)")
      ->check(CLI::Range(1, kMostStarts))
      ->type_name("N")
      ->needs(search)
      ->group(group);
  app.add_option("--witness", options.witness,
                 "Write to this folder what proves a spurious valley of width m: the strict local "
                 "minimum spurious_m.npz and a lower network lower_m.npz")
      ->type_name("FOLDER")
      ->needs(search)
      ->group("Output");
  app.add_option("--svg", options.svg, "Draw the components of each width here")
      ->type_name("FILE")
      ->group("Output");
  add_vertex_limit(app, options.max_vertices);
  add_run_options(app, options.run);
}

WitnessFiles witness_files(const WidthOptions& options, Index width) {
  if (options.witness.empty()) return {};
  const std::filesystem::path folder = options.witness;
  const std::string name = "_" + std::to_string(width) + ".npz";
  return {(folder / ("spurious" + name)).string(), (folder / ("lower" + name)).string()};
}

void check_width_files(const WidthOptions& options) {
  std::vector<NamedFile> outputs = {{"--svg", options.svg}};
  for (const Index width : options.search) {
    const WitnessFiles files = witness_files(options, width);
    outputs.push_back({"--witness", files.minimum});
    outputs.push_back({"--witness", files.better});
  }
  require_distinct_files(options.problem, outputs);
  make_folder(options.witness);
  for (const NamedFile& output : outputs) require_writable(output.path);
}

}  // namespace thalweg::commands
