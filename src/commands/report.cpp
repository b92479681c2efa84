#include "commands/report.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <limits>
#include <sstream>

#include "commands/exit_code.hpp"
#include "thalweg/commands/run.hpp"

namespace thalweg::commands {
namespace {

constexpr int kSchemaVersion = 1;
constexpr std::size_t kLabelWidth = 20;
constexpr std::size_t kLineWidth = 96;

/// What a PyTorch user would have typed as weight_decay for this beta.
Json torch_weight_decay(const TrainingProblem& problem) {
  if (problem.loss().kind() != LossKind::kSquared) return nullptr;
  const double samples = static_cast<double>(problem.samples());
  const bool mean = problem.loss().scale() == LossScale::kMean;
  const double beta = problem.beta();
  return {{"mse-mean", mean ? 2 * beta : 2 * beta / samples},
          {"mse-sum", mean ? 2 * beta * samples : 2 * beta}};
}

std::string shape_in_words(const std::vector<Index>& shape) {
  std::string text;
  for (const Index length : shape) text += (text.empty() ? "" : " x ") + std::to_string(length);
  return text;
}

/// Breaks a text at blanks into lines of at most `width` characters, each after the first behind
/// `indent`.
std::string wrap(std::string_view text, std::size_t width, const std::string& indent) {
  std::istringstream words{std::string(text)};
  std::string result;
  std::string word;
  std::size_t used = 0;
  while (words >> word) {
    if (used > 0 && used + 1 + word.size() > width) {
      result += '\n' + indent;
      used = 0;
    }
    if (used > 0) result += ' ';
    result += word;
    used += word.size() + (used > 0 ? 1 : 0);
  }
  return result;
}

}  // namespace

Json begin_document(std::string_view command) {
  return {{"schema_version", kSchemaVersion}, {"command", command}, {"version", THALWEG_VERSION}};
}

Json describe_files(const Inputs& inputs) {
  Json files = Json::object();
  for (const InputFile& file : inputs.files) {
    files[file.role] = {{"path", file.path},
                        {"sha256", file.sha256 == kNoDigest ? Json(nullptr) : Json(file.sha256)},
                        {"shape", file.shape}};
  }
  return files;
}

Json describe_run(const RunOptions& options) {
  Json settings;
  settings["threads"] = thread_count(options);
  settings["time_limit"] = options.time_limit ? Json(*options.time_limit) : Json(nullptr);
  settings["seed"] = options.seed;
  return settings;
}

std::string to_word(OutputBias bias) {
  switch (bias) {
    case OutputBias::kNone:
      return "none";
    case OutputBias::kPenalised:
      return "penalised";
    case OutputBias::kFree:
      return "free";
  }
  return "none";
}

Json describe_standardization(const std::optional<AppliedStandardization>& applied) {
  if (!applied) return nullptr;
  const auto& targets = applied->map.targets;
  return {{"mean", to_json(applied->map.inputs.mean)},
          {"scale", to_json(applied->map.inputs.scale)},
          {"target_mean", targets ? to_json(targets->mean) : Json(nullptr)},
          {"target_scale", targets ? to_json(targets->scale) : Json(nullptr)},
          {"untouched_columns", applied->untouched},
          {"rounded_entries", applied->rounded_entries},
          {"source", applied->from_network ? "network" : "data"}};
}

Json describe_settings(const RunOptions& options, const ProblemSetup& setup, const Inputs& inputs) {
  const TrainingProblem& problem = setup.problem;
  Json settings = describe_run(options);
  settings["objective"] = problem.describe();
  settings["beta"] = problem.beta();
  settings["torch_weight_decay"] = torch_weight_decay(problem);
  settings["loss"] = problem.loss().name();
  settings["huber_delta"] = problem.loss().delta();
  settings["loss_scale"] = problem.loss().scale() == LossScale::kMean ? "mean" : "sum";
  settings["hidden_bias"] = inputs.hidden_bias == HiddenBias::kLastColumn;
  settings["output_bias"] = to_word(problem.output_bias());
  settings["skip"] = problem.skip() == SkipConnection::kFree;
  settings["sample_weights"] = inputs.sample_weights.size() > 0;
  settings["label_mapping"] =
      setup.label_mapping.empty() ? Json(nullptr) : Json(setup.label_mapping);
  settings["standardization"] = describe_standardization(inputs.standardization);
  return settings;
}

Json describe_certificate(const std::string& path, std::int64_t bytes, std::int64_t leaves) {
  if (path.empty() || bytes == 0) return nullptr;
  return {{"path", path}, {"bytes", bytes}, {"leaves", leaves}};
}

Json describe_improvement(const std::optional<Improvement>& improvement) {
  if (!improvement) return nullptr;
  const bool neuron = improvement->kind == ImprovementKind::kNeuron;
  return {{"kind", to_string(improvement->kind)},
          {"decrease", improvement->decrease},
          {"objective_after", improvement->objective_after},
          {"verified", improvement->verified},
          {"w", neuron ? to_json(improvement->w) : Json(nullptr)},
          {"alpha", neuron ? Json(improvement->alpha) : Json(nullptr)},
          {"width", improvement->network.width()}};
}

Json to_json(const BigCount& count) {
  constexpr std::uint64_t kLargestExact = std::uint64_t{1} << 53;
  const std::optional<std::uint64_t> number = count.to_uint64();
  if (!number || *number > kLargestExact) return count.decimal;
  return *number;
}

Json to_json(const Vector& vector) {
  return std::vector<double>(vector.data(), vector.data() + vector.size());
}

void TextReport::add(std::string_view label, std::string_view value) {
  std::string start(label);
  start.resize(std::max(kLabelWidth, start.size() + 1), ' ');
  const std::string indent(kLabelWidth, ' ');
  text_ += start + wrap(value, kLineWidth - kLabelWidth, indent) + '\n';
}

void TextReport::paragraph(std::string_view text) {
  if (!text_.empty()) text_ += '\n';
  text_ += wrap(text, kLineWidth, "") + '\n';
}

void add_inputs(TextReport& report, const Inputs& inputs) {
  for (const InputFile& file : inputs.files) {
    std::string value = file.path;
    if (!file.shape.empty()) value += " (" + shape_in_words(file.shape) + ")";
    report.add(file.role, value);
  }
  for (const std::string& note : inputs.notes) report.add("note", note);
}

void add_objective(TextReport& report, const ProblemSetup& setup) {
  report.add("minimised", setup.problem.describe());
}

std::string level_in_words(Level level) {
  const std::string word(to_string(level));
  switch (level) {
    case Level::kEstimate:
      return word + ": floating point, not proved";
    case Level::kValue:
      return word + ": the objective is exact; no lower bound was proved";
    case Level::kBound:
      return word + ": objective and lower bound are proved, but the gap is larger than asked for";
    case Level::kVerified:
      return word +
             ": objective, lower bound and gap were recomputed in exact integer arithmetic "
             "by the independent checker";
    case Level::kRestricted:
      return word +
             ": floating point; the lower bound is among networks whose neurons use the given "
             "patterns only";
  }
  return word;
}

std::string exact_digits(double value) {
  if (std::isnan(value)) return "unknown";
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end};
}

std::string rounded_up(double value) {
  if (std::isnan(value)) return "unknown";
  std::array<char, 32> text{};
  double shown = value;
  // Rounding to nearest may go down, by at most half a unit of the third digit; a whole unit makes
  // up for it.
  const double unit = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 2);
  for (int nudge = 0; nudge < 3; ++nudge) {
    std::snprintf(text.data(), text.size(), "%.3g", shown);
    if (value == 0 || !std::isfinite(value) || std::strtod(text.data(), nullptr) >= value) break;
    shown += unit;
  }
  return text.data();
}

void print_result(const RunOptions& options, Session& session, Json& document,
                  const TextReport& text, const std::vector<std::string>& notes) {
  session.clear_progress();
  document["seconds"] = session.seconds();
  if (options.answer != nullptr) {
    options.answer->document = document.dump(-1, ' ', false, Json::error_handler_t::replace);
    options.answer->text = text.text();
    options.answer->notes = notes;
    return;
  }
  if (options.json) {
    std::cout << document.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
    if (!options.quiet) {
      for (const std::string& note : notes) std::cerr << "thalweg: note: " << note << '\n';
    }
  } else {
    std::cout << text.text();
  }
  std::cout.flush();
  if (!std::cout) throw Failure(ExitCode::kFile, "standard output: writing failed");
}

}  // namespace thalweg::commands
