#include "commands/certificate_source.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

namespace thalweg::commands {
namespace {

/// Stops reading; carries the error to read_certificate_source.
struct Unfit {
  ErrorCode code;
  std::string message;
};

template <class Integer>
std::optional<Integer> parse_integer(std::string_view text) {
  Integer value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The double m 2^-e of a token m:e, none when it is not one exactly.
std::optional<double> parse_dyad(std::string_view token) {
  const std::size_t colon = token.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto mantissa = parse_integer<std::int64_t>(token.substr(0, colon));
  const auto exponent = parse_integer<int>(token.substr(colon + 1));
  if (!mantissa || !exponent || std::abs(*exponent) > 4096) return std::nullopt;
  if (std::abs(*mantissa) > (std::int64_t{1} << 53)) return std::nullopt;
  const double value = std::ldexp(static_cast<double>(*mantissa), -*exponent);
  const double back = std::ldexp(value, *exponent);
  if (!std::isfinite(value) || back != static_cast<double>(*mantissa)) return std::nullopt;
  return value;
}

/// Reads lines of blank-separated tokens and counts them.
class LineReader {
 public:
  explicit LineReader(const std::filesystem::path& path)
      : path_(path.string()), stream_(path, std::ios::binary) {
    if (!stream_) throw Unfit{ErrorCode::kUnreadable, path_ + ": cannot be opened"};
  }

  /// The tokens of the next line.
  std::vector<std::string_view> next() {
    ++number_;
    if (!std::getline(stream_, line_)) malformed("the file ends here");
    std::vector<std::string_view> tokens;
    const std::string_view line = line_;
    for (std::size_t start = 0; start <= line.size();) {
      const std::size_t end = std::min(line.find(' ', start), line.size());
      tokens.push_back(line.substr(start, end - start));
      start = end + 1;
    }
    return tokens;
  }

  /// The tokens of the next line, which must start with `keyword` and have `count` of them.
  std::vector<std::string_view> next(std::string_view keyword, std::size_t count) {
    auto tokens = next();
    if (tokens.front() != keyword) malformed("expected '" + std::string(keyword) + "'");
    expect_count(tokens, count);
    return tokens;
  }

  void expect_count(const std::vector<std::string_view>& tokens, std::size_t count) const {
    if (tokens.size() == count) return;
    malformed("expected " + std::to_string(count) + " tokens, found " +
              std::to_string(tokens.size()));
  }

  [[nodiscard]] double number(std::string_view token) const {
    const auto value = parse_dyad(token);
    if (!value) {
      throw Unfit{ErrorCode::kUnsupported,
                  position() + "'" + std::string(token.substr(0, 60)) + "' is not a double"};
    }
    return *value;
  }

  [[nodiscard]] Index size(std::string_view token) const {
    const auto value = parse_integer<std::int32_t>(token);
    if (!value || *value < 0) malformed("expected a count");
    return *value;
  }

  [[noreturn]] void malformed(const std::string& what) const {
    throw Unfit{ErrorCode::kMalformed, position() + what};
  }

  /// The next `count` lines of `columns` numbers each, appended row by row.
  Matrix rows(Index count, Index columns) {
    std::vector<double> values;
    for (Index i = 0; i < count; ++i) {
      const auto tokens = next();
      expect_count(tokens, static_cast<std::size_t>(columns));
      for (const auto token : tokens) values.push_back(number(token));
    }
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    return Eigen::Map<const RowMajor>(values.data(), count, columns);
  }

 private:
  [[nodiscard]] std::string position() const {
    return path_ + ": line " + std::to_string(number_) + ": ";
  }

  std::string path_;
  std::ifstream stream_;
  std::string line_;
  std::size_t number_ = 0;
};

/// problem KIND loss LOSS [DELTA] scale SCALE output-bias OB
void read_problem(LineReader& reader, CertificateSource& source) {
  const auto tokens = reader.next();
  const auto loss = std::find(tokens.begin(), tokens.end(), "loss");
  if (tokens.front() != "problem" || loss - tokens.begin() < 2) {
    reader.malformed("expected 'problem'");
  }
  source.kind = tokens[1];
  const auto first = static_cast<std::size_t>(loss - tokens.begin());
  if (source.kind == "relu2" ? first != 2 : first < 3) reader.malformed("expected 'loss'");
  if (first > 2) source.variant = tokens[2];
  for (std::size_t i = 3; i < first; ++i) source.fan_ins.push_back(reader.size(tokens[i]));
  if (tokens.size() <= first + 1) reader.malformed("expected a loss");
  const bool huber = tokens[first + 1] == "huber";
  reader.expect_count(tokens, first + (huber ? 7 : 6));
  source.loss = tokens[first + 1];
  if (huber) source.huber_delta = reader.number(tokens[first + 2]);
  source.loss_scale = tokens[tokens.size() - 3];
  source.output_bias = tokens.back();
}

PatchColumns read_patches(LineReader& reader) {
  const auto head = reader.next("patches", 3);
  PatchColumns patches{reader.size(head[1]), reader.size(head[2]), {}};
  for (Index k = 0; k < patches.patches; ++k) {
    const auto tokens = reader.next();
    reader.expect_count(tokens, static_cast<std::size_t>(patches.size));
    for (const auto token : tokens) {
      patches.columns.push_back(token == "-"   ? PatchColumns::kPadding
                                : token == "+" ? PatchColumns::kOne
                                               : reader.size(token));
    }
  }
  return patches;
}

/// Numbers of a line of the network: a neuron with its output weight, or a branch.
Index network_columns(const CertificateSource& source) {
  if (source.kind == "relu2") return source.X.cols() + 1;
  if (source.kind == "cnn") return source.patches.size + 1;
  Index nodes = 1;
  for (const Index m : source.fan_ins) nodes *= m;
  Index columns = nodes * source.X.cols();
  for (const Index m : source.fan_ins) {
    columns += nodes;
    nodes /= m;
  }
  return columns + 1;
}

CertificateSource read(LineReader& reader) {
  CertificateSource source;
  if (reader.next("cert", 2)[1] != "1") reader.malformed("expected version 1");
  read_problem(reader, source);
  source.beta = reader.number(reader.next("beta", 2)[1]);
  reader.next("source", 5);
  if (source.kind == "cnn") source.patches = read_patches(reader);
  const auto data = reader.next("data", 3);
  const Index samples = reader.size(data[1]);
  const Index dimension = reader.size(data[2]);
  const Index targets = source.variant == "none" ? source.patches.patches : 1;
  const Matrix table = reader.rows(samples, dimension + targets);
  source.X = table.leftCols(dimension);
  source.y = table.rightCols(targets);
  const Index width = reader.size(reader.next("network", 2)[1]);
  source.W = reader.rows(width, network_columns(source));
  if (source.kind != "parallel") {
    source.alpha = source.W.rightCols(1);
    source.W.conservativeResize(Eigen::NoChange, source.W.cols() - 1);
  }
  if (source.output_bias != "none") {
    source.output_bias_value = reader.number(reader.next("bias", 2)[1]);
  }
  return source;
}

}  // namespace

Expected<CertificateSource> read_certificate_source(const std::filesystem::path& path) {
  try {
    LineReader reader(path);
    return read(reader);
  } catch (const Unfit& unfit) {
    return fail(unfit.code, unfit.message);
  }
}

}  // namespace thalweg::commands
