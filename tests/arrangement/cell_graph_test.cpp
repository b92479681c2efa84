#include "thalweg/arrangement/cell_graph.hpp"

#include <gtest/gtest.h>

#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/connected_components.hpp>
#include <boost/graph/filtered_graph.hpp>
#include <boost/graph/graph_concepts.hpp>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <map>
#include <numeric>
#include <set>
#include <sstream>

#include "arrangement/pattern_order.hpp"
#include "arrangement/pattern_table.hpp"
#include "support/arrangement_families.hpp"
#include "support/exact_cells.hpp"
#include "thalweg/arrangement/count_cells.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg::testing {
namespace {

using Triple = std::tuple<PatternText, PatternText, Index>;

BOOST_CONCEPT_ASSERT((boost::VertexListGraphConcept<CellGraph>));
BOOST_CONCEPT_ASSERT((boost::EdgeListGraphConcept<CellGraph>));
BOOST_CONCEPT_ASSERT((boost::IncidenceGraphConcept<CellGraph>));
BOOST_CONCEPT_ASSERT((boost::AdjacencyGraphConcept<CellGraph>));
BOOST_CONCEPT_ASSERT(
    (boost::ReadablePropertyGraphConcept<CellGraph, CellGraph::Vertex, boost::vertex_index_t>));
BOOST_CONCEPT_ASSERT(
    (boost::ReadablePropertyGraphConcept<CellGraph, CellGraph::Vertex, boost::vertex_name_t>));
BOOST_CONCEPT_ASSERT(
    (boost::ReadablePropertyGraphConcept<CellGraph, CellEdge, boost::edge_name_t>));

CellGraph graph_of(const Matrix& X, int threads = 1, std::uint64_t seed = 1) {
  CellGraphSettings settings;
  settings.threads = threads;
  settings.seed = seed;
  CellGraphResult result = build_cell_graph(HyperplaneArrangement(X), settings);
  EXPECT_EQ(result.status, EnumerationStatus::kComplete);
  return std::move(result.graph).value();
}

Index separating(const CellGraph& graph, std::size_t a, std::size_t b) {
  Index count = 0;
  for (Index h = 0; h < graph.arrangement().hyperplanes(); ++h) {
    if (graph.sign(a, h) != graph.sign(b, h)) ++count;
  }
  return count;
}

/// Pairs of cells that only the samples of one hyperplane tell apart, by comparing all pairs.
std::set<Triple> brute_force_walls(const HyperplaneArrangement& arrangement,
                                   const std::vector<PatternText>& cells) {
  std::set<Triple> walls;
  for (std::size_t a = 0; a < cells.size(); ++a) {
    for (std::size_t b = a + 1; b < cells.size(); ++b) {
      std::set<Index> differing;
      for (std::size_t i = 0; i < cells[a].size(); ++i) {
        if (cells[a][i] != cells[b][i]) differing.insert(arrangement.hyperplane_of_sample()[i]);
      }
      if (differing.size() == 1) walls.emplace(cells[a], cells[b], *differing.begin());
    }
  }
  return walls;
}

PatternText text_of(const CellGraph& graph, std::size_t v) {
  return to_text(graph.pattern(v), graph.arrangement().samples());
}

/// What holds for every cell graph.
void expect_cell_graph(const CellGraph& graph) {
  std::size_t degrees = 0;
  std::size_t listed = 0;
  for (std::size_t v = 0; v < graph.cells(); ++v) {
    degrees += graph.degree(v);
    const auto [first, last] = graph.out_edges(v);
    const auto opposite = graph.out_edges(graph.antipode(v)).first;
    for (auto edge = first; edge != last; ++edge) {
      EXPECT_EQ(edge->source, v);
      EXPECT_EQ(separating(graph, v, edge->target), 1);
      EXPECT_NE(graph.sign(v, edge->hyperplane), graph.sign(edge->target, edge->hyperplane));
      EXPECT_EQ(graph.edge_across(edge->target, edge->hyperplane), *edge);
      EXPECT_TRUE(edge == first || (edge - 1)->hyperplane < edge->hyperplane);
      const CellEdge mirror = opposite[edge - first];
      EXPECT_EQ(mirror.hyperplane, edge->hyperplane);
      EXPECT_EQ(mirror.target, graph.antipode(edge->target));
    }
    if (graph.arrangement().hyperplanes() > 0) {
      EXPECT_EQ(separating(graph, v, graph.antipode(v)), graph.arrangement().hyperplanes());
    }
  }
  EXPECT_EQ(degrees, 2 * graph.edges());
  std::size_t previous = 0;
  for (auto [edge, last] = edges(graph); edge != last; ++edge, ++listed) {
    EXPECT_LT(edge->source, edge->target);
    EXPECT_LE(previous, edge->source);
    previous = edge->source;
  }
  EXPECT_EQ(listed, graph.edges());
  EXPECT_EQ(connected_cells(graph).count, 1);
}

/// x_i's component in x_j^perp times x_j^T x_j: exact for integers; row j becomes 0.
Matrix restricted(const Matrix& X, Index j) {
  const Vector normal = X.row(j).transpose();
  return normal.squaredNorm() * X - (X * normal) * normal.transpose();
}

std::uint64_t exact_count(const Matrix& X) {
  return count_cells(HyperplaneArrangement(X)).exact.value().to_uint64().value();
}

TEST(CellGraph, GeneralPosition) {
  Random random(3);
  const auto half_edges = [&](Index n, Index d) {
    const CellGraph graph = graph_of(gaussian_rows(random, n, d), 2);
    EXPECT_EQ(graph.cells(), cells_in_general_position(n, d).to_uint64());
    return graph.edges() / 2;
  };
  EXPECT_EQ(half_edges(50, 4), 58850);
  EXPECT_EQ(half_edges(40, 5), 367120);
  // N times the half-cells of N - 1 lines in the plane.
  EXPECT_EQ(half_edges(200, 3), 200 * 199);
  EXPECT_EQ(half_edges(7, 7), 7 * 32);
  EXPECT_EQ(half_edges(3, 7), 3 * 2);
}

TEST(CellGraph, KnownFamilies) {
  // Braid and type B arrangements are simplicial: every cell has as many walls as the rank.
  for (Index d = 2; d <= 6; ++d) {
    const CellDegrees degrees = degree_statistics(graph_of(braid(d).X));
    EXPECT_EQ(degrees.smallest, static_cast<std::size_t>(d - 1));
    EXPECT_EQ(degrees.largest, static_cast<std::size_t>(d - 1));
    EXPECT_EQ(degrees.histogram.back(), braid(d).cells);
    EXPECT_DOUBLE_EQ(degrees.mean, static_cast<double>(d - 1));
  }
  for (Index d = 1; d <= 5; ++d) {
    const CellDegrees degrees = degree_statistics(graph_of(signed_orders(d).X, 2));
    EXPECT_EQ(degrees.smallest, static_cast<std::size_t>(d));
    EXPECT_EQ(degrees.largest, static_cast<std::size_t>(d));
  }
  const CellGraph resonant = graph_of(resonance(5).X, 2);
  EXPECT_EQ(resonant.cells(), 11292);
  EXPECT_EQ(resonant.edges() / 2, 15270);
}

/// The walls on a hyperplane are the cells of the restriction to it.
TEST(CellGraph, WallsAreCellsOfRestrictions) {
  std::vector<Matrix> instances = {resonance(4).X, threshold(3).X, grid_with_bias(4, 2),
                                   grid_with_bias(3, 3), braid(5).X};
  Random random(5);
  for (int round = 0; round < 10; ++round) {
    instances.push_back(small_integer_rows(random, 12, 4, 2));
  }
  for (const Matrix& X : instances) {
    const CellGraph graph = graph_of(X);
    const HyperplaneArrangement& arrangement = graph.arrangement();
    std::vector<std::uint64_t> walls(static_cast<std::size_t>(arrangement.hyperplanes()), 0);
    for (auto [edge, last] = edges(graph); edge != last; ++edge) {
      ++walls[static_cast<std::size_t>(edge->hyperplane)];
    }
    for (Index h = 0; h < arrangement.hyperplanes(); ++h) {
      const auto at = static_cast<std::size_t>(h);
      EXPECT_EQ(walls[at], exact_count(restricted(arrangement.rows(), h))) << h << "\n" << X;
    }
    // Fukuda, Saito, Tamura, Tokuyama 1991.
    EXPECT_LE(degree_statistics(graph).mean,
              static_cast<double>(std::max<Index>(1, 2 * (arrangement.rank() - 1))));
    expect_cell_graph(graph);
  }
}

TEST(CellGraph, EqualsBruteForce) {
  Random random(7);
  std::map<std::string, int> kinds;
  for (int round = 0; round < 400; ++round) {
    const auto [kind, X] = random_arrangement(random, 9, 4);
    ++kinds[kind];
    const std::vector<PatternText> cells = exact_cells(X);
    const CellGraph graph = graph_of(X, 1 + round % 2, static_cast<std::uint64_t>(round));
    ASSERT_EQ(graph.cells(), cells.size()) << kind << "\n" << X;
    for (std::size_t v = 0; v < cells.size(); ++v) {
      ASSERT_EQ(text_of(graph, v), cells[v]) << kind << "\n" << X;
      EXPECT_EQ(graph.find(graph.pattern(v)), v);
      EXPECT_EQ(graph.find(graph.pattern(v, PatternOver::kHyperplanes), PatternOver::kHyperplanes),
                v);
    }
    std::set<Triple> walls;
    for (auto [edge, last] = edges(graph); edge != last; ++edge) {
      walls.emplace(cells[edge->source], cells[edge->target], edge->hyperplane);
    }
    ASSERT_EQ(walls, brute_force_walls(graph.arrangement(), cells)) << kind << "\n" << X;
    ASSERT_EQ(walls.size(), graph.edges());
    expect_cell_graph(graph);
  }
  EXPECT_EQ(kinds.size(), 9);
}

TEST(CellGraph, HyperplanesAcrossWords) {
  Random random(11);
  for (const Index n : {63, 64, 65, 66, 130}) {
    const CellGraph graph = graph_of(gaussian_rows(random, n, 3), 2);
    EXPECT_EQ(graph.edges(), static_cast<std::size_t>(2 * n * (n - 1)));
    expect_cell_graph(graph);
  }
}

TEST(CellGraph, SmallRanks) {
  const CellGraph everything = graph_of(Matrix::Zero(2, 3));
  EXPECT_EQ(everything.cells(), 1);
  EXPECT_EQ(everything.edges(), 0);
  EXPECT_EQ(everything.pattern_text(0), "++");
  EXPECT_EQ(everything.find(std::vector<PatternWord>{3}), 0);
  EXPECT_FALSE(everything.find(std::vector<PatternWord>{1}).has_value());
  EXPECT_EQ(everything.antipode(0), 0);
  EXPECT_EQ(degree_statistics(everything).largest, 0);
  expect_cell_graph(everything);
  expect_cell_graph(graph_of(Matrix(0, 4)));

  const CellGraph line = graph_of(Matrix{{0, 0}, {1, 2}, {-2, -4}});
  EXPECT_EQ(line.cells(), 2);
  EXPECT_EQ(line.edges(), 1);
  EXPECT_EQ(line.pattern_text(0), "+-+");
  EXPECT_EQ(line.pattern_text(1), "++-");
  EXPECT_EQ(to_arrays(line).edges, (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(to_arrays(line).wall, (std::vector<std::int64_t>{1}));
  expect_cell_graph(line);

  // Lines in the plane: a cycle.
  const CellGraph cycle = graph_of(Matrix{{1, 0}, {0, 1}, {1, 1}, {0, 0}, {-3, -3}});
  EXPECT_EQ(cycle.cells(), 6);
  EXPECT_EQ(cycle.edges(), 6);
  EXPECT_EQ(degree_statistics(cycle).histogram, (std::vector<std::uint64_t>{0, 0, 6}));
  expect_cell_graph(cycle);
}

TEST(CellGraph, RejectsWhatIsNoCell) {
  // Over the samples: x, a zero row, -x, y, x + y.
  const CellGraph graph = graph_of(Matrix{{1, 0}, {0, 0}, {-1, 0}, {0, 1}, {1, 1}});
  const auto find = [&](PatternWord word) { return graph.find(std::vector<PatternWord>{word}); };
  EXPECT_TRUE(find(0b11011).has_value());
  EXPECT_FALSE(find(0b11001).has_value()) << "minus on a zero row";
  EXPECT_FALSE(find(0b11111).has_value()) << "x and -x both plus";
  EXPECT_FALSE(find(0b01011).has_value()) << "x and y plus, x + y minus";
  EXPECT_FALSE(graph.find(std::vector<PatternWord>{0b011}, PatternOver::kHyperplanes).has_value());
  EXPECT_THROW((void)graph.find(std::vector<PatternWord>{0, 0}), InvalidArgument);
  EXPECT_THROW((void)graph.find({}), InvalidArgument);
  EXPECT_FALSE(graph.edge_across(*find(0b11011), 2).has_value());
  EXPECT_TRUE(graph.edge_across(*find(0b11011), 0).has_value());
}

TEST(CellGraph, WholeOrNotBuilt) {
  const HyperplaneArrangement arrangement(resonance(4).X);
  CellGraphSettings settings;
  settings.max_cells = 369;
  CellGraphResult result = build_cell_graph(arrangement, settings);
  EXPECT_EQ(result.status, EnumerationStatus::kCellLimit);
  EXPECT_FALSE(result.graph.has_value());
  settings.max_cells = 370;
  result = build_cell_graph(arrangement, settings);
  EXPECT_EQ(result.status, EnumerationStatus::kComplete);
  EXPECT_EQ(result.graph->cells(), 370);
  settings.control.cancellation.cancel();
  result = build_cell_graph(arrangement, settings);
  EXPECT_EQ(result.status, EnumerationStatus::kStopped);
  EXPECT_FALSE(result.graph.has_value());

  CellGraphSettings none;
  none.max_cells = 0;
  EXPECT_FALSE(build_cell_graph(HyperplaneArrangement(Matrix::Zero(1, 1)), none).graph.has_value());
  none.threads = 0;
  EXPECT_THROW((void)build_cell_graph(arrangement, none), InvalidArgument);
}

TEST(CellGraph, SameForEveryThreadCountAndSeed) {
  for (const Matrix& X : {grid_with_bias(5, 2), resonance(4).X}) {
    const CellGraphArrays one = to_arrays(graph_of(X, 1, 1));
    for (int threads = 1; threads <= 3; ++threads) {
      const CellGraph graph = graph_of(X, threads, 100 + static_cast<std::uint64_t>(threads));
      const CellGraphArrays other = to_arrays(graph);
      EXPECT_EQ(one.edges, other.edges);
      EXPECT_EQ(one.wall, other.wall);
    }
  }
}

/// The walk along separating walls is as long as a breadth-first search says, and as the number of
/// separating hyperplanes.
TEST(CellGraph, ShortestPaths) {
  Random random(13);
  for (int round = 0; round < 30; ++round) {
    const CellGraph graph = graph_of(random_arrangement(random, 12, 4).X);
    const std::size_t from = random.below(graph.cells());
    std::vector<std::size_t> distance(graph.cells(), 0);
    const auto recorder = boost::record_distances(
        boost::make_iterator_property_map(distance.begin(), get(boost::vertex_index, graph)),
        boost::on_tree_edge());
    boost::breadth_first_search(graph, from, boost::visitor(boost::make_bfs_visitor(recorder)));
    for (std::size_t to = 0; to < graph.cells(); ++to) {
      const std::vector<std::size_t> path = shortest_pattern_path(graph, from, to);
      EXPECT_EQ(path.front(), from);
      EXPECT_EQ(path.back(), to);
      EXPECT_EQ(path.size() - 1, distance[to]);
      EXPECT_EQ(static_cast<Index>(distance[to]), separating(graph, from, to));
      for (std::size_t k = 1; k < path.size(); ++k) {
        EXPECT_EQ(separating(graph, path[k - 1], path[k]), 1);
      }
    }
    EXPECT_THROW((void)shortest_pattern_path(graph, from, graph.cells()), InvalidArgument);
    EXPECT_THROW((void)shortest_pattern_path(graph, graph.cells(), from), InvalidArgument);
  }
}

/// When only hyperplanes outside a subset may be crossed, components are the subset's cells.
TEST(CellGraph, ComponentsAreCellsOfSubarrangements) {
  Random random(17);
  for (int round = 0; round < 60; ++round) {
    const CellGraph graph = graph_of(random_arrangement(random, 10, 4).X);
    const HyperplaneArrangement& whole = graph.arrangement();
    std::vector<Index> kept;
    for (Index h = 0; h < whole.hyperplanes(); ++h) {
      if (random.below(2) == 0) kept.push_back(h);
    }
    CellFilter filter;
    filter.hyperplane = [&](Index h) { return !std::ranges::binary_search(kept, h); };
    const CellComponents components = connected_cells(graph, filter);
    const Matrix sub = whole.rows()(kept, Eigen::all);
    const std::vector<PatternText> cells = exact_cells(sub);
    EXPECT_EQ(components.count, static_cast<Index>(cells.size()));
    std::map<Index, PatternText> pattern_of;
    for (std::size_t v = 0; v < graph.cells(); ++v) {
      PatternText text;
      for (const Index h : kept) text += graph.sign(v, h) == Sign::kPlus ? '1' : '0';
      EXPECT_TRUE(std::ranges::binary_search(cells, text));
      const auto [entry, fresh] = pattern_of.emplace(components.component[v], text);
      EXPECT_EQ(entry->second, text);
    }
  }
}

TEST(CellGraph, InducedSubgraphs) {
  Random random(19);
  for (int round = 0; round < 30; ++round) {
    const CellGraph graph = graph_of(random_arrangement(random, 12, 4).X);
    std::vector<bool> kept(graph.cells());
    for (std::size_t v = 0; v < graph.cells(); ++v) kept[v] = random.below(3) > 0;
    const std::function<bool(std::size_t)> keep = [&](std::size_t v) { return kept[v]; };
    const CellComponents components = connected_cells(graph, {keep, {}});
    const boost::filtered_graph<CellGraph, boost::keep_all, std::function<bool(std::size_t)>> part(
        graph, boost::keep_all(), keep);
    std::vector<Index> expected(graph.cells(), CellComponents::kNone);
    const auto count = boost::connected_components(
        part, boost::make_iterator_property_map(expected.begin(), get(boost::vertex_index, graph)));
    EXPECT_EQ(components.count, static_cast<Index>(count));
    EXPECT_EQ(components.component, expected);
  }
  const CellGraph graph = graph_of(braid(4).X);
  const auto poles = [&](std::size_t v) { return v == 0 || v == graph.antipode(0); };
  EXPECT_EQ(connected_cells(graph, {poles, {}}).count, 2);
  EXPECT_EQ(connected_cells(graph, {[](std::size_t) { return false; }, {}}).count, 0);
}

TEST(CellGraph, GraphMl) {
  const CellGraph graph = graph_of(Matrix{{1, 0, 2}, {0, 0, 0}, {0, 1, 1}, {1, 1, 0}, {2, 0, 4}});
  std::stringstream text;
  write_graphml(text, graph);
  boost::property_tree::ptree tree;
  boost::property_tree::read_xml(text, tree, boost::property_tree::xml_parser::trim_whitespace);
  std::map<std::string, std::string> name_of_key;
  std::vector<std::string> patterns;
  std::vector<std::int64_t> ends;
  std::vector<std::int64_t> samples;
  for (const auto& [tag, child] : tree.get_child("graphml")) {
    if (tag == "key") {
      const auto& attributes = child.get_child("<xmlattr>");
      name_of_key[attributes.get<std::string>("id")] = attributes.find("attr.name")->second.data();
    }
  }
  const auto& body = tree.get_child("graphml.graph");
  EXPECT_EQ(body.get<std::string>("<xmlattr>.edgedefault"), "undirected");
  for (const auto& [tag, child] : body) {
    if (tag != "node" && tag != "edge") continue;
    const auto& data = child.get_child("data");
    const std::string name = name_of_key[data.get<std::string>("<xmlattr>.key")];
    if (tag == "node") {
      EXPECT_EQ(child.get<std::string>("<xmlattr>.id"), "n" + std::to_string(patterns.size()));
      EXPECT_EQ(name, "pattern");
      patterns.push_back(data.data());
      continue;
    }
    EXPECT_EQ(name, "sample");
    samples.push_back(std::stoll(data.data()));
    ends.push_back(std::stoll(child.get<std::string>("<xmlattr>.source").substr(1)));
    ends.push_back(std::stoll(child.get<std::string>("<xmlattr>.target").substr(1)));
  }
  EXPECT_EQ(patterns.size(), graph.cells());
  for (std::size_t v = 0; v < patterns.size(); ++v) EXPECT_EQ(patterns[v], graph.pattern_text(v));
  const CellGraphArrays arrays = to_arrays(graph);
  EXPECT_EQ(ends, arrays.edges);
  EXPECT_EQ(samples, arrays.wall);
  EXPECT_EQ(std::set(samples.begin(), samples.end()), (std::set<std::int64_t>{0, 2, 3}));
}

TEST(PatternTable, FindsWhatIsListed) {
  Random random(23);
  for (const Index words : {1, 2, 3}) {
    std::set<std::vector<PatternWord>> distinct;
    while (distinct.size() < 2000) {
      std::vector<PatternWord> pattern;
      // Few bits, so that words repeat.
      for (Index w = 0; w < words; ++w) pattern.push_back(random.below(words == 1 ? 6000 : 60));
      distinct.insert(pattern);
    }
    std::vector<PatternWord> listed;
    std::vector<PatternWord> others;
    for (const auto& pattern : distinct) {
      auto& list = random.below(2) == 0 ? listed : others;
      list.insert(list.end(), pattern.begin(), pattern.end());
    }
    const PatternTable table(listed, words);
    std::vector<std::uint32_t> positions(listed.size() / static_cast<std::size_t>(words));
    table.find(listed, positions);
    for (std::size_t i = 0; i < positions.size(); ++i) EXPECT_EQ(positions[i], i);
    positions.assign(others.size() / static_cast<std::size_t>(words), 0);
    table.find(others, positions);
    for (const std::uint32_t position : positions) EXPECT_EQ(position, PatternTable::kAbsent);
  }
  std::uint32_t position = 0;
  PatternTable({}, 1).find(std::vector<PatternWord>{5}, std::span(&position, 1));
  EXPECT_EQ(position, PatternTable::kAbsent);
}

TEST(PatternOrder, IsThatOfTexts) {
  Random random(29);
  for (const Index samples : {1, 10, 64, 65, 150}) {
    const Index words = pattern_words(samples);
    std::vector<PatternWord> patterns;
    std::vector<PatternText> texts;
    for (int i = 0; i < 500; ++i) {
      std::vector<PatternWord> pattern(static_cast<std::size_t>(words), 0);
      for (Index k = 0; k < samples; ++k) {
        pattern[static_cast<std::size_t>(k / 64)] |= PatternWord{random.below(8) == 0} << (k % 64);
      }
      patterns.insert(patterns.end(), pattern.begin(), pattern.end());
      texts.push_back(to_text(pattern, samples));
    }
    sort_lexicographically(patterns, words);
    std::ranges::sort(texts);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const auto pattern = std::span(patterns).subspan(i * static_cast<std::size_t>(words),
                                                       static_cast<std::size_t>(words));
      EXPECT_EQ(to_text(pattern, samples), texts[i]);
      const auto before = std::span(patterns).first(static_cast<std::size_t>(words));
      EXPECT_EQ(precedes(before, pattern), texts[0] < texts[i]);
      EXPECT_FALSE(precedes(pattern, before));
    }
  }
}

}  // namespace
}  // namespace thalweg::testing
