#include "thalweg/io/csv.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "io/decimal.hpp"
#include "io/text.hpp"
#include "thalweg/io/file.hpp"

namespace thalweg::io {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

/// A place in the file, counted from 1.
struct Place {
  std::size_t line;
  std::size_t column;
};

class CsvParser {
 public:
  CsvParser(std::string_view text, const std::string& file) : rest_(text), file_(file) {
    if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
  }

  Expected<CsvTable> parse() {
    while (!rest_.empty() && !only_line_ends_left()) {
      if (auto done = parse_line(); !done) return tl::unexpected(done.error());
    }
    if (values_.empty()) {
      return fail(ErrorCode::kBadShape,
                  file_ + ": expected at least one row of numbers, found none");
    }
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const auto columns = static_cast<Index>(columns_);
    const Index rows = static_cast<Index>(values_.size()) / columns;
    return CsvTable{std::move(header_), Eigen::Map<const RowMajor>(values_.data(), rows, columns)};
  }

 private:
  [[nodiscard]] bool only_line_ends_left() const {
    return rest_.find_first_not_of("\r\n") == std::string_view::npos;
  }

  Expected<void> parse_line() {
    ++line_;
    fields_.clear();
    if (auto done = split_line(); !done) return done;
    if (line_ == 1) {
      columns_ = fields_.size();
      const auto header = is_header();
      if (!header) return tl::unexpected(header.error());
      if (*header) {
        header_ = fields_;
        return {};
      }
    }
    if (fields_.size() != columns_) {
      return fail(ErrorCode::kMalformed, file_ + ": line " + std::to_string(line_) + ": expected " +
                                             std::to_string(columns_) + " fields, found " +
                                             std::to_string(fields_.size()));
    }
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      const auto value = parse_decimal(fields_[i]);
      if (!value) return bad_number({line_, i + 1}, fields_[i]);
      values_.push_back(*value);
    }
    return {};
  }

  /// Whether the fields of the first line are names. An empty field is left to the check of
  /// numbers.
  [[nodiscard]] Expected<bool> is_header() const {
    bool names = false;
    bool numbers = false;
    for (const std::string& field : fields_) {
      const bool number = is_decimal(field) || is_non_finite(field);
      numbers = numbers || number;
      names = names || (!number && !field.empty());
    }
    if (names && numbers) {
      return fail(ErrorCode::kMalformed,
                  file_ +
                      ": line 1: expected names in every field (a header) or numbers in every "
                      "field (data), found both");
    }
    return names;
  }

  tl::unexpected<Error> bad_number(Place place, const std::string& field) const {
    const bool is_value = is_decimal(field) || is_non_finite(field);
    std::string message = at(place) + ": expected " + (is_value ? "a finite number" : "a number") +
                          ", found " + (field.empty() ? "an empty field" : quote(field));
    if (field.find(';') != std::string::npos) message += " (fields are separated by commas)";
    return fail(is_value ? ErrorCode::kBadValue : ErrorCode::kMalformed, message);
  }

  /// Takes the next line off `rest_` and its fields into `fields_`.
  Expected<void> split_line() {
    std::string_view line = rest_.substr(0, rest_.find('\n'));
    rest_.remove_prefix(std::min(rest_.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    bool more = true;
    while (more) {
      const Place place{line_, fields_.size() + 1};
      line.remove_prefix(std::min(line.size(), line.find_first_not_of(" \t")));
      if (line.starts_with('"')) {
        auto field = take_quoted(line, place);
        if (!field) return tl::unexpected(field.error());
        fields_.push_back(std::move(*field));
      } else {
        const std::string_view field = line.substr(0, line.find(','));
        line.remove_prefix(field.size());
        fields_.emplace_back(field.substr(0, field.find_last_not_of(" \t") + 1));
        if (field.find('"') != std::string_view::npos) {
          return fail(ErrorCode::kMalformed,
                      at(place) + ": expected quotes around the whole field, found one inside");
        }
      }
      more = line.starts_with(',');
      if (more) line.remove_prefix(1);
    }
    return {};
  }

  /// Takes a quoted field and the blanks after it off `line`, which starts with the quote.
  Expected<std::string> take_quoted(std::string_view& line, Place place) const {
    std::string field;
    while (true) {
      const std::size_t end = line.find('"', 1);
      if (end == std::string_view::npos) {
        return fail(ErrorCode::kMalformed,
                    at(place) + ": expected a closing quote on the same line, found none");
      }
      field += line.substr(1, end - 1);
      line.remove_prefix(end + 1);
      if (!line.starts_with('"')) break;
      field += '"';
    }
    line.remove_prefix(std::min(line.size(), line.find_first_not_of(" \t")));
    if (!line.empty() && line.front() != ',') {
      return fail(ErrorCode::kMalformed, at(place) + ": expected ',' after a quoted field, found " +
                                             quote(line.substr(0, 1)));
    }
    return field;
  }

  [[nodiscard]] std::string at(Place place) const {
    return file_ + ": line " + std::to_string(place.line) + ", column " +
           std::to_string(place.column);
  }

  std::string_view rest_;
  const std::string& file_;
  std::size_t line_ = 0;
  std::size_t columns_ = 0;
  std::vector<std::string> fields_;
  std::vector<std::string> header_;
  std::vector<double> values_;
};

}  // namespace

Expected<CsvTable> parse_csv(std::span<const std::byte> bytes, const std::string& file) {
  return CsvParser(as_text(bytes), file).parse();
}

Expected<CsvTable> read_csv(const std::filesystem::path& path) {
  const auto bytes = read_file(path);
  if (!bytes) return tl::unexpected(bytes.error());
  return parse_csv(*bytes, path.string());
}

Expected<Index> find_column(const CsvTable& table, const std::string& target,
                            const std::string& file) {
  const auto& header = table.header;
  const auto named = std::find(header.begin(), header.end(), target);
  if (named != header.end()) {
    if (std::find(named + 1, header.end(), target) != header.end()) {
      return fail(ErrorCode::kMalformed, file + ": header: expected one column named " +
                                             quote(target) + ", found several");
    }
    return named - header.begin();
  }
  const Index columns = table.values.cols();
  Index index = 0;
  const auto [end, status] = std::from_chars(target.data(), target.data() + target.size(), index);
  const bool is_index = status == std::errc{} && end == target.data() + target.size();
  if (is_index && -columns <= index && index < columns) return index < 0 ? index + columns : index;
  return fail(ErrorCode::kMissing, file + ": target column " + quote(target) + ": expected " +
                                       (header.empty() ? "" : "a name in the header or ") +
                                       "an index from 0 to " + std::to_string(columns - 1) +
                                       " (or from -1 backwards), found no such column");
}

}  // namespace thalweg::io
