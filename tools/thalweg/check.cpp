#include "thalweg/verify/check.hpp"

#include <fstream>
#include <limits>
#include <memory>
#include <optional>
#include <streambuf>
#include <string>
#include <vector>

#include "certificate_source.hpp"
#include "commands.hpp"
#include "inputs.hpp"
#include "proof.hpp"
#include "report.hpp"
#include "session.hpp"
#include "thalweg/io/sha256.hpp"

namespace thalweg::cli {
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

/// The first difference of two matrices in words, none when they are equal.
std::optional<std::string> difference(const Matrix& certified, const Matrix& stored,
                                      const std::string& what) {
  if (certified.rows() != stored.rows() || certified.cols() != stored.cols()) {
    return "the certificate's " + what + " is " + std::to_string(certified.rows()) + " x " +
           std::to_string(certified.cols()) + ", the file's " + std::to_string(stored.rows()) +
           " x " + std::to_string(stored.cols());
  }
  for (Index i = 0; i < certified.rows(); ++i) {
    for (Index k = 0; k < certified.cols(); ++k) {
      if (certified(i, k) == stored(i, k)) continue;
      return "the certificate's " + what + " has " + exact_digits(certified(i, k)) + " at row " +
             std::to_string(i) + ", column " + std::to_string(k) + ", the file has " +
             exact_digits(stored(i, k));
    }
  }
  return std::nullopt;
}

/// Whether the certificate's data are the file's, or those with a column of ones appended.
std::optional<std::string> compare_dataset(const CertificateSource& source,
                                           const Dataset& dataset) {
  if (dataset.y.cols() != 1) return "the file's y has several columns";
  Matrix X = dataset.X;
  if (source.X.cols() == X.cols() + 1) X = append_ones(X);
  if (auto found = difference(source.X, X, "X")) return found;
  Vector y = dataset.y.col(0);
  if (source.loss == "squared-hinge") map_labels(y);
  return difference(source.y, y, "y");
}

/// Whether the certificate's network is the file's; `inputs` is the number of columns of the
/// certificate's data, one more than a network without `b` has when the bias column was asked for.
std::optional<std::string> compare_network(const CertificateSource& source,
                                           const io::StoredNetwork& stored) {
  const TwoLayerNetwork& network = stored.network;
  if (network.outputs() != 1) return "the file's network has several outputs";
  if (network.has_skip()) return "the file's network has a skip connection";
  Matrix W = network.W;
  if (network.hidden_bias == HiddenBias::kNone && source.X.cols() == W.cols() + 1) {
    W.conservativeResize(W.rows(), W.cols() + 1);
    W.rightCols(1).setZero();
  }
  if (auto found = difference(source.W, W, "W")) return found;
  if (auto found = difference(source.alpha, network.alpha, "alpha")) return found;
  if (source.output_bias_value != network.output_bias[0]) {
    return "the certificate's output bias is " + exact_digits(source.output_bias_value) +
           ", the file's is " + exact_digits(network.output_bias[0]);
  }
  return std::nullopt;
}

/// Everything the report says about one certificate.
struct CheckAnswer {
  verify::Report report;
  std::optional<CertificateSource> source;
  std::optional<bool> dataset_equal;  ///< none when no data set was given
  std::optional<bool> network_equal;  ///< none when no network was given
  bool verified = false;
  std::string reason;  ///< why not, empty when verified
};

/// Compares with the files that were given; a difference takes the verdict away.
void compare_files(const Inputs& inputs, CheckAnswer& answer) {
  const auto record = [&](std::optional<std::string> found, const char* role) {
    if (!found) return true;
    answer.verified = false;
    if (!answer.reason.empty()) answer.reason += "; ";
    answer.reason += std::string(role) + ": " + *found;
    return false;
  };
  if (inputs.has_dataset()) {
    auto found = compare_dataset(*answer.source, inputs.dataset);
    if (found && !inputs.network)
      *found += " (--network applies a standardisation, if there is one)";
    answer.dataset_equal = record(std::move(found), "data set");
  }
  if (inputs.network) {
    answer.network_equal = record(compare_network(*answer.source, *inputs.network), "network");
  }
}

CheckAnswer examine(const CheckOptions& options, const Inputs& inputs, const RunControl& control) {
  CheckAnswer answer;
  answer.report = run_checker(options, control);
  answer.reason = answer.report.reason;
  answer.verified = answer.report.outcome == verify::Outcome::kVerified;
  if (answer.verified) {
    answer.source = require(read_certificate_source(options.certificate));
    compare_files(inputs, answer);
  }
  return answer;
}

/// What a verified certificate proves: both bounds, or only that the network's value is at most v.
Json level(const CheckAnswer& answer) {
  if (!answer.verified) return nullptr;
  return answer.report.statement.gap ? "verified" : "value";
}

Json describe_problem(const CertificateSource& source) {
  return {{"loss", source.loss},
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
  document["leaves"] = answer.report.leaves;
  return document;
}

void describe_statement(TextReport& text, const CheckAnswer& answer) {
  const CertificateSource& source = *answer.source;
  const verify::Statement& statement = answer.report.statement;
  std::string loss = source.loss;
  if (loss == "huber") loss += " with delta " + exact_digits(source.huber_delta);
  text.add("data", std::to_string(source.X.rows()) + " x " + std::to_string(source.X.cols()) +
                       ", network of width " + std::to_string(source.W.rows()));
  text.add("problem", loss + " loss (" + source.loss_scale + ") + beta/2 (sum of squared weights)" +
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
  Inputs inputs = load_inputs(options.files);
  inputs.files.insert(inputs.files.begin(), {"certificate", options.certificate, sha256, {}});
  const CheckAnswer answer = examine(options, inputs, session.control());
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
  add_run_options(*app, options->run);
  app->footer(
      "Example, with the certificate of the example of certify:\n"
      "  thalweg check network.cert --dataset examples/iris/iris.npz \\\n"
      "      --network examples/iris/wide.npz\n"
      "The same check without this program: thalweg-check network.cert");
  return {app, [options] { return run_check(*options); }};
}

}  // namespace thalweg::cli
