#include <charconv>

#include "report/figure.hpp"
#include "report/html.hpp"
#include "thalweg/report/width_picture.hpp"

namespace thalweg::report {
namespace {

constexpr Index kWidestDrawn = 400;

std::optional<Index> width_of(std::string_view key) {
  Index width = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), width);
  const bool whole = error == std::errc{} && end == key.data() + key.size();
  return whole && width >= 0 ? std::optional(width) : std::nullopt;
}

ValleyEvidence evidence_of(const Item& valley) {
  const Item evidence = valley["evidence"];
  if (evidence.is("spurious")) return ValleyEvidence::kSpurious;
  return evidence.is("none (proved)") ? ValleyEvidence::kNone : ValleyEvidence::kOpen;
}

/// What the picture of widths needs; none when the components were not counted.
std::optional<Widths> widths_of(const Item& document) {
  const Item steps = document["components_by_width"];
  const auto m_star = small_integer(document["m_star"]);
  const auto M_star = small_integer(document["M_star"]);
  const auto connected = small_integer(document["connected_from"]);
  if (!steps.known() || !m_star || !M_star || !connected) return std::nullopt;
  if (*m_star < 0 || *connected > *m_star + kWidestDrawn) return std::nullopt;
  Widths widths;
  widths.staircase = ConnectivityStaircase{*m_star, *M_star, {}, *connected};
  widths.no_spurious_valleys_from = small_integer(document["no_spurious_valleys_from"]);
  for (std::size_t k = 0; k < steps.size(); ++k) {
    const auto width = width_of(steps.key(k));
    const auto components = small_integer(steps.member(k)["components"]);
    const auto isolated = small_integer(steps.member(k)["isolated"]);
    if (!width || !components || !isolated) return std::nullopt;
    widths.staircase->steps.push_back({*width, *components, *isolated, "", ""});
  }
  const Item valleys = document["spurious_valleys"];
  for (std::size_t k = 0; k < valleys.size(); ++k) {
    const auto width = width_of(valleys.key(k));
    if (!width || *width > *connected + kWidestDrawn) return std::nullopt;
    SpuriousValley valley;
    valley.width = *width;
    valley.evidence = evidence_of(valleys.member(k));
    widths.valleys.push_back(valley);
  }
  return widths;
}

std::string tabulate(const Item& document) {
  DataTable table("Components of the optimal networks of each width",
                  {"neurons", "components", "of them isolated", "components, slot orders counted",
                   "isolated, slot orders counted"});
  const Item steps = document["components_by_width"];
  for (std::size_t k = 0; k < steps.size(); ++k) {
    const Item step = steps.member(k);
    table.add({"<span class=\"ordinal\">" + escaped(steps.key(k)) + "</span>",
               exact(step["components"]), exact(step["isolated"]),
               exact(step["components_with_permutations"]),
               exact(step["isolated_with_permutations"])});
  }
  return table.html();
}

}  // namespace

std::optional<Figure> draw_components(const Item& document) {
  const auto widths = widths_of(document);
  if (!widths) return std::nullopt;
  return Figure{
      draw_staircase(*widths),
      "Staircase of connectivity: into how many separate pieces the optimal networks of "
      "each width fall. One piece means that any two of them are joined by a path on "
      "which the objective stays at its optimum. Orange: pieces that are single points, "
      "from which no optimal way leads out. m*: the fewest neurons of an optimal network; M*: "
      "the most of one whose neurons cannot replace each other.",
      tabulate(document)};
}

}  // namespace thalweg::report
