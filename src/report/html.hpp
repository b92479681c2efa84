#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/item.hpp"

namespace thalweg::report {

/// With the characters escaped that HTML reserves, in text and in attributes; control characters
/// become the replacement character.
[[nodiscard]] std::string escaped(std::string_view text);

/// <data> with all digits of a number; a string or a boolean in words; "not known" for null; how
/// many entries an array has.
[[nodiscard]] std::string exact(const Item& item);

enum class Rounding { kNearest, kUp };
/// A number of at most `digits` significant digits, powers of ten written out; the exact digits are
/// in the attributes.
[[nodiscard]] std::string shortened(const Item& item, int digits = 4,
                                    Rounding rounding = Rounding::kNearest);
/// "shape 150 x 3": the numbers of an array with something between them.
[[nodiscard]] std::string joined(const Item& array, std::string_view between);
/// How many entries an array or object has.
[[nodiscard]] std::string count_of(const Item& array);
/// "1 neuron", "3 neurons".
[[nodiscard]] std::string counted(const Item& number, const char* one, const char* many);

/// <p> with an optional class.
[[nodiscard]] std::string paragraph(const std::string& html, const char* kind = "");

/// A table of facts, a row each: what it is called, its value, and what it means.
class FactTable {
 public:
  explicit FactTable(std::string caption) : caption_(std::move(caption)) {}
  void add(const std::string& label, const std::string& html, const std::string& meaning = "");
  /// Adds a row for a value that is known.
  void add_known(const std::string& label, const Item& item, const std::string& meaning = "");
  /// Empty when nothing was added.
  [[nodiscard]] std::string html() const;

 private:
  std::string caption_;
  std::string rows_;
};

/// A table with a header row; numbers in it are aligned to the right.
class DataTable {
 public:
  DataTable(std::string caption, std::vector<std::string> headers)
      : caption_(std::move(caption)), headers_(std::move(headers)) {}
  void add(const std::vector<std::string>& cells);
  [[nodiscard]] std::string html() const;

 private:
  std::string caption_;
  std::vector<std::string> headers_;
  std::string rows_;
};

/// What opens when its summary is chosen.
[[nodiscard]] std::string folded(const std::string& summary, const std::string& html);

}  // namespace thalweg::report
