#include "report/html.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace thalweg::report {
namespace {

constexpr const char* kReplacement = "\xEF\xBF\xBD";

std::string data_element(const Item& item, const std::string& shown, bool with_title) {
  const std::string value = escaped(item.text());
  return "<data value=\"" + value + "\" data-at=\"" + escaped(item.at()) + '"' +
         (with_title ? " title=\"" + value + '"' : "") + '>' + shown + "</data>";
}

std::string words_element(const Item& item, const std::string& words) {
  return "<span data-at=\"" + escaped(item.at()) + "\">" + escaped(words) + "</span>";
}

/// At most `digits` digits by printf; rounded up, the number read back is not below the given one.
std::string round_digits(double value, int digits, Rounding rounding) {
  std::array<char, 40> text{};
  double shown = value;
  const double unit = std::pow(10.0, std::floor(std::log10(std::abs(value))) - digits + 1);
  for (int nudge = 0; nudge < 3; ++nudge) {
    std::snprintf(text.data(), text.size(), "%.*g", digits, shown);
    if (rounding == Rounding::kNearest || value == 0) break;
    if (std::strtod(text.data(), nullptr) >= value) break;
    shown += unit;
  }
  return text.data();
}

/// "-1.5e-09" as a product with a power of ten.
std::string typeset(const std::string& digits) {
  std::string text = digits;
  std::string power;
  if (const std::size_t e = text.find_first_of("eE"); e != std::string::npos) {
    const int exponent = std::atoi(text.c_str() + e + 1);
    power = "\u202f\u00d7\u202f10<sup>" + std::string(exponent < 0 ? "\u2212" : "") +
            std::to_string(std::abs(exponent)) + "</sup>";
    text.resize(e);
  }
  if (!text.empty() && text.front() == '-') text.replace(0, 1, "\u2212");
  return text + power;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  for (const char letter : text) {
    switch (letter) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        const bool control = static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f;
        const bool blank = letter == '\n' || letter == '\t';
        safe += control && !blank ? kReplacement : std::string(1, letter);
    }
  }
  return safe;
}

std::string exact(const Item& item) {
  switch (item.kind()) {
    case JsonValue::Kind::kNull:
      return "<span class=\"unknown\">not known</span>";
    case JsonValue::Kind::kBoolean:
      return words_element(item, item.truth() ? "yes" : "no");
    case JsonValue::Kind::kNumber:
      return data_element(item, escaped(item.text()), false);
    case JsonValue::Kind::kString:
      return words_element(item, item.text());
    case JsonValue::Kind::kArray:
    case JsonValue::Kind::kObject:
      return count_of(item) + (item.size() == 1 ? " entry" : " entries");
  }
  return "";
}

std::string shortened(const Item& item, int digits, Rounding rounding) {
  if (!item.is_number()) return exact(item);
  const double value = item.number();
  if (!std::isfinite(value)) return exact(item);
  const bool whole = item.text().find_first_of(".eE") == std::string::npos;
  if (whole) return exact(item);
  return data_element(item, typeset(round_digits(value, digits, rounding)), true);
}

std::string joined(const Item& array, std::string_view between) {
  std::string text;
  for (std::size_t k = 0; k < array.size(); ++k) {
    if (k > 0) text += between;
    text += exact(array[k]);
  }
  return text;
}

std::string count_of(const Item& array) {
  const std::string count = std::to_string(array.size());
  return "<data value=\"" + count + "\" data-count=\"" + escaped(array.at()) + "\">" + count +
         "</data>";
}

std::string counted(const Item& number, const char* one, const char* many) {
  return exact(number) + ' ' + (number.is("1") ? one : many);
}

std::string paragraph(const std::string& html, const char* kind) {
  return (*kind == '\0' ? std::string("<p>") : "<p class=\"" + std::string(kind) + "\">") + html +
         "</p>\n";
}

void FactTable::add(const std::string& label, const std::string& html, const std::string& meaning) {
  rows_ += "<tr><th scope=\"row\">" + label + "</th>";
  rows_ += meaning.empty() ? "<td colspan=\"2\">" + html + "</td></tr>\n"
                           : "<td>" + html + "</td><td>" + meaning + "</td></tr>\n";
}

void FactTable::add_known(const std::string& label, const Item& item, const std::string& meaning) {
  if (item.known()) add(label, exact(item), meaning);
}

std::string FactTable::html() const {
  if (rows_.empty()) return "";
  return "<div class=\"table\"><table class=\"facts\">\n<caption>" + caption_ +
         "</caption>\n<tbody>\n" + rows_ + "</tbody>\n</table></div>\n";
}

void DataTable::add(const std::vector<std::string>& cells) {
  rows_ += "<tr>";
  for (const std::string& cell : cells) rows_ += "<td>" + cell + "</td>";
  rows_ += "</tr>\n";
}

std::string DataTable::html() const {
  std::string head;
  for (const std::string& header : headers_) head += "<th scope=\"col\">" + header + "</th>";
  return "<div class=\"table\"><table class=\"data\">\n<caption>" + caption_ +
         "</caption>\n<thead><tr>" + head + "</tr></thead>\n<tbody>\n" + rows_ +
         "</tbody>\n</table></div>\n";
}

std::string folded(const std::string& summary, const std::string& html) {
  return "<details><summary>" + summary + "</summary>\n" + html + "</details>\n";
}

}  // namespace thalweg::report
