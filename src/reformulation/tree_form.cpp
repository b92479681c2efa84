#include <string>
#include <utility>

#include "thalweg/core/error.hpp"
#include "thalweg/reformulation/parallel_network.hpp"

namespace thalweg {

BranchForm tree_form(const Matrix& X, const std::vector<std::vector<Sign>>& signs, BlockNorm norm,
                     double factor) {
  const std::size_t height = signs.size();
  for (std::size_t l = 0; l < height; ++l) {
    const std::size_t above = l + 1 < height ? signs[l + 1].size() : 1;
    if (above == 0 || signs[l].empty() || signs[l].size() % above != 0) {
      throw InvalidArgument("signs: a layer of " + std::to_string(signs[l].size()) +
                            " nodes cannot stand under one of " + std::to_string(above));
    }
  }
  const Index d = X.cols();
  const auto leaves = static_cast<Index>(height > 0 ? signs[0].size() : 1);
  if (norm.size() != leaves * d) {
    throw InvalidArgument("norm: expected one of " + std::to_string(leaves * d) +
                          " parameters, got " + std::to_string(norm.size()));
  }
  BranchForm form(X.rows(), std::move(norm));
  const Vector no_row = Vector::Zero(leaves * d);
  for (Index i = 0; i < X.rows(); ++i) {
    std::vector<Index> below;
    for (Index a = 0; a < leaves; ++a) {
      Vector row = no_row;
      const double sign = height > 0 ? to_double(signs[0][static_cast<std::size_t>(a)]) : 1;
      row.segment(a * d, d) = sign * X.row(i).transpose();
      below.push_back(form.add_relu(i, row, height == 0 ? factor : 0));
    }
    for (std::size_t l = 0; l < height; ++l) {
      const std::size_t nodes = l + 1 < height ? signs[l + 1].size() : 1;
      const std::size_t fan_in = signs[l].size() / nodes;
      std::vector<Index> layer;
      for (std::size_t node = 0; node < nodes; ++node) {
        std::vector<BranchForm::Input> inputs;
        for (std::size_t c = node * fan_in; c < (node + 1) * fan_in; ++c) {
          inputs.push_back({below[c], to_double(signs[l][c])});
        }
        layer.push_back(form.add_relu(i, no_row, l + 1 == height ? factor : 0, inputs));
      }
      below = std::move(layer);
    }
  }
  return form;
}

}  // namespace thalweg
