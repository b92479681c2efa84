#include "report/figure.hpp"

#include <cmath>
#include <string_view>

#include "report/html.hpp"
#include "report/svg_style.hpp"

namespace thalweg::report {
namespace {

constexpr double kLargestCount = 1e9;

/// Inserts attributes behind the first `start` of a picture.
void insert(std::string& svg, std::string_view start, const std::string& attributes) {
  const std::size_t at = svg.find(start);
  if (at != std::string::npos) svg.insert(at + start.size(), attributes);
}

/// The style that all panels share is the page's; another picture keeps its own.
std::string without_style(std::string svg) {
  const std::string_view style = kSvgStyle;
  if (const std::size_t at = svg.find(style); at != std::string::npos) svg.erase(at, style.size());
  return svg;
}

}  // namespace

std::string FigureList::add(const Figure& figure) {
  const std::string number = std::to_string(++count_);
  const std::string id = "figure-" + number;
  std::string svg = without_style(figure.svg);
  insert(svg, "<svg", " aria-labelledby=\"" + id + "-title\" aria-describedby=\"" + id + "-desc\"");
  insert(svg, "<title", " id=\"" + id + "-title\"");
  insert(svg, "<desc", " id=\"" + id + "-desc\"");
  std::string html = "<figure id=\"" + id + "\">\n<div class=\"view\">\n" + svg +
                     "</div>\n<figcaption><b>Figure <span class=\"ordinal\">" + number +
                     "</span>.</b> " + figure.caption + "</figcaption>\n";
  html += "</figure>\n";
  return figure.table.empty() ? html : html + folded("The numbers of this figure", figure.table);
}

std::string figure_style() {
  std::string style = kSvgStyle;
  for (const std::string_view tag : {"<style>", "</style>"}) {
    style.erase(style.find(tag), tag.size());
  }
  return style;
}

std::optional<Index> small_integer(const Item& item) {
  const double value = item.number();
  if (!(std::abs(value) <= kLargestCount) || value != std::floor(value)) return std::nullopt;
  return static_cast<Index>(value);
}

}  // namespace thalweg::report
