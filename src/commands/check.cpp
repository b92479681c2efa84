#include "thalweg/verify/check.hpp"

#include <fstream>
#include <limits>
#include <memory>
#include <optional>
#include <streambuf>
#include <string>
#include <vector>

#include "commands/architecture_problem.hpp"
#include "commands/certificate_source.hpp"
#include "commands/check_comparison.hpp"
#include "commands/commands.hpp"
#include "commands/inputs.hpp"
#include "commands/proof.hpp"
#include "commands/report.hpp"
#include "commands/session.hpp"
#include "thalweg/io/sha256.hpp"

namespace thalweg::commands {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

struct CheckOptions {
  RunOptions run;
  ProblemOptions files;
  std::string certificate;
};

/// A file as a stream that ends when the run must stop, so that the checker returns.
class StoppableBuffer final : public std::streambuf {
 public:
  StoppableBuffer(const std::string& path, const RunControl& control)
      : file_(path, std::ios::binary), control_(control), block_(std::size_t{1} << 16) {}

  [[nodiscard]] bool open() const { return file_.is_open(); }
  [[nodiscard]] bool stopped() const { return stopped_; }

 protected:
  int_type underflow() override {
    stopped_ = stopped_ || control_.should_stop();
    if (stopped_) return traits_type::eof();
    file_.read(block_.data(), static_cast<std::streamsize>(block_.size()));
    const auto length = file_.gcount();
    if (length == 0) return traits_type::eof();
    setg(block_.data(), block_.data(), block_.data() + length);
    return traits_type::to_int_type(block_[0]);
  }

 private:
  std::ifstream file_;
  const RunControl& control_;
  std::vector<char> block_;
  bool stopped_ = false;
};

verify::Report run_checker(const CheckOptions& options, const RunControl& control) {
  StoppableBuffer buffer(options.certificate, control);
  if (!buffer.open()) {
    throw Failure(ExitCode::kFile, options.certificate + ": cannot be opened");
  }
  std::istream stream(&buffer);
  verify::Report report = verify::check(stream);
  if (buffer.stopped()) {
    report.outcome = verify::Outcome::kLimit;
    report.reason = "stopped before the end of the certificate";
  }
  return report;
}

/// Everything the report says about one certificate.
struct CheckAnswer {
  verify::Report report;
  std::optional<CertificateSource> source;
  std::optional<bool> dataset_equal;       ///< none when no data set was given
  std::optional<bool> network_equal;       ///< none when no network was given
  std::optional<bool> architecture_equal;  ///< none when no description was given
  bool verified = false;
  std::string reason;  ///< why not, empty when verified
};

/// Compares with the files that were given; a difference takes the verdict away.
void compare_files(const ProblemOptions& files, const Inputs& inputs,
                   const std::optional<ArchitectureDescription>& description, CheckAnswer& answer) {
  const CertificateSource& source = *answer.source;
  const auto record = [&](std::optional<std::string> found, const char* role) {
    if (!found) return true;
    answer.verified = false;
    if (!answer.reason.empty()) answer.reason += "; ";
    answer.reason += std::string(role) + ": " + *found;
    return false;
  };
  if (description) {
    answer.architecture_equal = record(compare_architecture(source, *description), "architecture");
    if (!*answer.architecture_equal) return;
  }
  if (inputs.has_dataset()) {
    auto found = compare_dataset(source, inputs.dataset, description && description->residual);
    if (found && !inputs.network && !description)
      *found += " (--network applies a standardisation, if there is one)";
    answer.dataset_equal = record(std::move(found), "data set");
  }
  if (inputs.network) {
    answer.network_equal = record(compare_network(source, *inputs.network), "network");
  } else if (description && !files.network.empty()) {
    answer.network_equal = record(compare_branches(source, *description, files.network), "network");
  }
}

CheckAnswer examine(const CheckOptions& options, const Inputs& inputs,
                    const std::optional<ArchitectureDescription>& description,
                    const RunControl& control) {
  CheckAnswer answer;
  answer.report = run_checker(options, control);
  answer.reason = answer.report.reason;
  answer.verified = answer.report.outcome == verify::Outcome::kVerified;
  if (answer.verified) {
    answer.source = require(read_certificate_source(options.certificate));
    compare_files(options.files, inputs, description, answer);
  }
  return answer;
}

/// What a verified certificate proves: both bounds, or only that the network's value is at most v.
Json level(const CheckAnswer& answer) {
  if (!answer.verified) return nullptr;
  return answer.report.statement.gap ? "verified" : "value";
}

Json describe_problem(const CertificateSource& source) {
  return {{"kind", source.kind},
          {"variant", source.variant.empty() ? Json(nullptr) : Json(source.variant)},
          {"patches", source.kind == "cnn" ? Json(source.patches.patches) : Json(nullptr)},
          {"fan_ins", source.kind == "parallel" ? Json(source.fan_ins) : Json(nullptr)},
          {"loss", source.loss},
          {"huber_delta", source.huber_delta},
          {"loss_scale", source.loss_scale},
          {"output_bias", source.output_bias},
          {"beta", source.beta},
          {"samples", source.X.rows()},
          {"dimension", source.X.cols()},
          {"width", source.W.rows()}};
}

Json flag(std::optional<bool> value) { return value ? Json(*value) : Json(nullptr); }

Json make_document(const CheckOptions& options, const Inputs& inputs, const CheckAnswer& answer) {
  Json document = begin_document("check");
  document["inputs"] = describe_files(inputs);
  document["settings"] = describe_run(options.run);
  document["verified"] = answer.verified;
  const verify::Statement statement =
      answer.verified ? answer.report.statement : verify::Statement{};
  document["gap"] = number(statement.gap);
  document["level"] = level(answer);
  document["reason"] = answer.reason;
  document["relative_gap"] = number(statement.relative_gap);
  document["objective"] = answer.verified ? number(statement.objective_upper) : kUnknown;
  document["lower_bound"] = number(statement.lower_bound);
  document["decrease"] = number(statement.decrease);
  document["objective_after"] = number(statement.improved_upper);
  document["path_increase"] = number(statement.path_increase);
  document["path_maximum"] = number(statement.path_maximum);
  document["path_final"] = number(statement.path_final);
  document["problem"] = answer.source ? describe_problem(*answer.source) : Json(nullptr);
  document["dataset_equal"] = flag(answer.dataset_equal);
  document["network_equal"] = flag(answer.network_equal);
  document["architecture_equal"] = flag(answer.architecture_equal);
  document["leaves"] = answer.report.leaves;
  return document;
}

std::string architecture_in_words(const CertificateSource& source) {
  if (source.kind == "relu2") return "two fully connected layers";
  if (source.kind == "cnn") {
    return "two-layer convolution, pooling " + source.variant + " over " +
           std::to_string(source.patches.patches) + " patches";
  }
  std::string words =
      "parallel branches of " + std::to_string(source.fan_ins.size() + 2) + " layers, fan-ins";
  for (const Index m : source.fan_ins) words += ' ' + std::to_string(m);
  return words;
}

std::string penalty_in_words(const CertificateSource& source) {
  if (source.kind != "parallel") return "beta/2 (sum of squared weights)";
  return source.variant == "path" ? "beta (path norm)"
                                  : "beta/2 (sum of squared weights behind |W_1|_F <= 1)";
}

void describe_statement(TextReport& text, const CheckAnswer& answer) {
  const CertificateSource& source = *answer.source;
  const verify::Statement& statement = answer.report.statement;
  std::string loss = source.loss;
  if (loss == "huber") loss += " with delta " + exact_digits(source.huber_delta);
  text.add("data", std::to_string(source.X.rows()) + " x " + std::to_string(source.X.cols()) +
                       ", network of width " + std::to_string(source.W.rows()));
  text.add("architecture", architecture_in_words(source));
  text.add("problem", loss + " loss (" + source.loss_scale + ") + " + penalty_in_words(source) +
                          ", output bias " + source.output_bias +
                          ", beta = " + exact_digits(source.beta));
  text.add("objective", "at most " + exact_digits(number(statement.objective_upper)));
  if (statement.lower_bound) {
    text.add("lower bound",
             exact_digits(number(statement.lower_bound)) + ": no network of any width is below");
    text.add("gap", rounded_up(number(statement.gap)) + " (relative " +
                        rounded_up(number(statement.relative_gap)) + ")");
  }
  if (statement.decrease) {
    text.add("decrease", "the improved network is lower by at least " +
                             exact_digits(number(statement.decrease)));
  }
  if (statement.path_increase) {
    text.add("path", "increases by at most " + rounded_up(number(statement.path_increase)) +
                         ", is nowhere above " + exact_digits(number(statement.path_maximum)) +
                         " and ends at most at " + exact_digits(number(statement.path_final)));
  }
}

/// What a verified certificate says, in a sentence.
std::string proved(const verify::Statement& statement) {
  if (statement.gap) {
    return "Verified: the checker has proved the objective, the lower bound and the gap in exact "
           "integer arithmetic.";
  }
  if (statement.path_increase) {
    return "Verified: the checker has proved the objective and the path in exact integer "
           "arithmetic; the certificate says nothing about networks off the path.";
  }
  return "Verified, but the certificate claims a value only: it says nothing about other networks.";
}

TextReport make_text(const Inputs& inputs, const CheckAnswer& answer) {
  TextReport text;
  add_inputs(text, inputs);
  if (answer.source) describe_statement(text, answer);
  if (answer.dataset_equal) {
    text.add("data set", *answer.dataset_equal ? "equals the file" : "differs from the file");
  }
  if (answer.architecture_equal) {
    text.add("architecture",
             *answer.architecture_equal ? "is the description's" : "is not the description's");
  }
  if (answer.network_equal) {
    text.add("network", *answer.network_equal ? "equals the file" : "differs from the file");
  }
  if (answer.verified) {
    text.paragraph(proved(answer.report.statement));
  } else {
    text.paragraph("Not verified: " + answer.reason);
  }
  return text;
}

ExitCode exit_code(const CheckAnswer& answer) {
  switch (answer.report.outcome) {
    case verify::Outcome::kVerified:
      return answer.verified ? ExitCode::kDone : ExitCode::kRefuted;
    case verify::Outcome::kNotVerified:
      return ExitCode::kRefuted;
    case verify::Outcome::kMalformed:
      return ExitCode::kUsage;
    case verify::Outcome::kUnreadable:
      return ExitCode::kFile;
    case verify::Outcome::kLimit:
      return ExitCode::kLimit;
  }
  return ExitCode::kUsage;
}

ExitCode run_check(const CheckOptions& options) {
  Session session(options.run);
  const std::string sha256 = require(io::sha256_of_file(options.certificate));
  const auto description = asked_architecture(options.files);
  ProblemOptions files = options.files;
  if (description) files.network.clear();
  Inputs inputs = load_inputs(files);
  if (description) {
    inputs.files.push_back(describe_file("architecture", options.files.architecture, {}));
    if (!options.files.network.empty()) {
      inputs.files.push_back(describe_file("network", options.files.network, {}));
    }
  }
  inputs.files.insert(inputs.files.begin(), {"certificate", options.certificate, sha256, {}});
  const CheckAnswer answer = examine(options, inputs, description, session.control());
  Json document = make_document(options, inputs, answer);
  print_result(options.run, session, document, make_text(inputs, answer), inputs.notes);
  return exit_code(answer);
}

}  // namespace

Command make_check(CLI::App& root) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* app = root.add_subcommand(
      "check", "Check a certificate in exact arithmetic, and that it is about the given files");
  app->add_option("certificate", options->certificate, "Certificate (.cert)")
      ->type_name("FILE")
      ->required();
  add_dataset_options(*app, options->files, Required::kNo);
  add_network_option(*app, options->files, Required::kNo);
  add_architecture_option(*app, options->files);
  add_run_options(*app, options->run);
  app->footer(
      "Example, with the certificate of the example of certify:\n"
      "  thalweg check network.cert --dataset examples/iris/iris.npz \\\n"
      "      --network examples/iris/wide.npz\n"
      "The same check without this program: thalweg-check network.cert");
  return {app, &options->run, [options] { return run_check(*options); }};
}

}  // namespace thalweg::commands
