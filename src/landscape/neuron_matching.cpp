#include "landscape/neuron_matching.hpp"

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/maximum_weighted_matching.hpp>
#include <cmath>
#include <cstdint>

#include "thalweg/core/error.hpp"

namespace thalweg::landscape {
namespace {

using Weight = boost::property<boost::edge_weight_t, std::int64_t>;
using Graph =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, boost::no_property, Weight>;

constexpr double kResolution = 1099511627776.0;  // 2^40

}  // namespace

std::vector<Index> best_matching(const Matrix& A, const Matrix& B) {
  if (A.rows() != B.rows() || A.cols() != B.cols() || !A.allFinite() || !B.allFinite()) {
    throw InvalidArgument("A and B: expected finite matrices of one shape");
  }
  const Index m = A.cols();
  if (m == 0) return {};
  // |A_j - B_k|^2 = |A_j|^2 + |B_k|^2 - 2 A_j^T B_k: the sum of inner products is to be largest.
  const Matrix products = A.transpose() * B;
  const double largest = products.cwiseAbs().maxCoeff();
  Graph graph(static_cast<std::size_t>(2 * m));
  for (Index j = 0; j < m; ++j) {
    for (Index k = 0; k < m; ++k) {
      const double share = largest > 0 ? products(j, k) / largest : 0;
      // Positive weights make the largest matching perfect; halves of multiples of 4 stay whole.
      const auto weight = 4 * (std::llround((1 + share) * kResolution) + 1);
      boost::add_edge(static_cast<std::size_t>(j), static_cast<std::size_t>(m + k), weight, graph);
    }
  }
  std::vector<std::size_t> mate(static_cast<std::size_t>(2 * m));
  boost::maximum_weighted_matching(graph, mate.data());
  std::vector<Index> order;
  for (Index j = 0; j < m; ++j) {
    order.push_back(static_cast<Index>(mate[static_cast<std::size_t>(j)]) - m);
  }
  return order;
}

}  // namespace thalweg::landscape
