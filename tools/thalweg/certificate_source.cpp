#include "certificate_source.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

namespace thalweg::cli {
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

/// problem relu2 loss LOSS [DELTA] scale SCALE output-bias OB
void read_problem(LineReader& reader, CertificateSource& source) {
  const auto tokens = reader.next();
  const bool huber = tokens.size() > 3 && tokens[3] == "huber";
  reader.expect_count(tokens, huber ? 9 : 8);
  if (tokens[0] != "problem" || tokens[1] != "relu2") reader.malformed("expected 'problem relu2'");
  source.loss = tokens[3];
  if (huber) source.huber_delta = reader.number(tokens[4]);
  source.loss_scale = tokens[tokens.size() - 3];
  source.output_bias = tokens.back();
}

CertificateSource read(LineReader& reader) {
  CertificateSource source;
  if (reader.next("cert", 2)[1] != "1") reader.malformed("expected version 1");
  read_problem(reader, source);
  source.beta = reader.number(reader.next("beta", 2)[1]);
  reader.next("source", 5);
  const auto data = reader.next("data", 3);
  const Index samples = reader.size(data[1]);
  const Index dimension = reader.size(data[2]);
  const Matrix table = reader.rows(samples, dimension + 1);
  source.X = table.leftCols(dimension);
  source.y = table.col(dimension);
  const Matrix neurons = reader.rows(reader.size(reader.next("network", 2)[1]), dimension + 1);
  source.W = neurons.leftCols(dimension);
  source.alpha = neurons.col(dimension);
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

}  // namespace thalweg::cli
