#include "thalweg/reformulation/parallel_network.hpp"

#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include "reformulation/input_checks.hpp"
#include "reformulation/random_vector.hpp"
#include "reformulation/tree_shapes.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

/// How far above 1 rounding may take |W_1|_F.
constexpr double kConstraintRounding = 1e-9;

/// Largest M and number of forms: what the checker of certificates takes, too.
constexpr Index kMostLeaves = 64;
constexpr std::size_t kMostForms = 4096;
/// Entries of the rows of all forms over the data: 1 GiB.
constexpr double kMostEntries = 1 << 27;

void check_leaves(const std::vector<Index>& fan_ins) {
  Index product = 1;
  for (const Index fan_in : fan_ins) {
    if (fan_in < 1) {
      throw InvalidArgument("fan_in: expected positive numbers, got " + std::to_string(fan_in));
    }
    if (fan_in > kMostLeaves / product) {
      throw InvalidArgument("fan_in: expected numbers whose product is at most " +
                            std::to_string(kMostLeaves) + ", as each leaf is a vector of its own");
    }
    product *= fan_in;
  }
}

std::string numbered(std::string text, Index number) { return text.append(std::to_string(number)); }

}  // namespace

ParallelNetwork::ParallelNetwork(Index features, std::vector<Index> fan_ins, BranchCost cost)
    : features_(features), fan_ins_(std::move(fan_ins)), cost_(cost) {
  if (features < 1) {
    throw InvalidArgument("features: expected at least one, got " + std::to_string(features));
  }
  if (cost == BranchCost::kConstrained && fan_ins_.size() != 1) {
    throw InvalidArgument(
        "fan_ins: the constrained cost is that of three layers, one fan-in; got " +
        std::to_string(fan_ins_.size()));
  }
  check_leaves(fan_ins_);
  shapes_ = std::make_shared<TreeShapes>(fan_ins_);
  for (Index height = 0; height <= shapes_->height(); ++height) {
    const double copies =
        static_cast<double>(leaves()) / static_cast<double>(shapes_->leaves(height));
    std::vector<Index>& numbers = form_of_.emplace_back();
    for (Index shape = 0; shape < shapes_->count(height); ++shape) {
      const bool stands = height == 0 || !shapes_->all_plus(height, shape);
      numbers.push_back(stands ? static_cast<Index>(forms_.size()) : -1);
      if (stands) {
        forms_.push_back({height, shape, cost_ == BranchCost::kPath ? std::sqrt(copies) : 1.0});
      }
    }
  }
  if (forms_.size() > kMostForms) {
    throw InvalidArgument("fan_in: expected at most " + std::to_string(kMostForms) +
                          " vectors of signs, but these fan-ins have " +
                          std::to_string(forms_.size()));
  }
}

Index ParallelNetwork::leaves() const { return shapes_->leaves(shapes_->height()); }

const ParallelNetwork::Form& ParallelNetwork::form_at(Index form) const {
  if (form < 0 || form >= static_cast<Index>(forms_.size())) {
    throw InvalidArgument("form: expected 0 .. " + std::to_string(forms_.size() - 1) + ", got " +
                          std::to_string(form));
  }
  return forms_[static_cast<std::size_t>(form)];
}

BlockNorm ParallelNetwork::norm(const Form& form) const {
  const Index count = shapes_->leaves(form.height);
  return cost_ == BranchCost::kPath ? BlockNorm::l2(count * features_)
                                    : BlockNorm::l21(count, features_);
}

std::vector<std::vector<Sign>> ParallelNetwork::signs(Index form) const {
  const Form& tree = form_at(form);
  return shapes_->signs(tree.height, tree.shape);
}

std::string ParallelNetwork::name() const {
  return cost_ == BranchCost::kConstrained ? "three-layer" : "path";
}

std::string ParallelNetwork::describe() const {
  std::string text = "X W_1k";
  for (Index l = 2; l < depth(); ++l) {
    text.insert(0, 1, '(').append(numbered(")_+ W_", l)).append("k");
  }
  text.insert(0, "sum_k (").append(numbered(")_+ w_", depth())).append("k, fan-ins");
  for (const Index m : fan_ins_) text.append(numbered(" ", m));
  if (fan_ins_.empty()) text.append(" none");
  return text.append(cost_ == BranchCost::kConstrained
                         ? ", beta/2 sum_k (|W_2k|^2 + w_3k^2) with |W_1k|_F <= 1"
                         : ", beta sum_k sqrt(sum over paths of the squared product of weights)");
}

std::vector<BranchLayer> ParallelNetwork::layers() const {
  std::vector<BranchLayer> layers{{"W1", {leaves(), features_}}};
  Index nodes = leaves();
  for (std::size_t l = 0; l < fan_ins_.size(); ++l) {
    nodes /= fan_ins_[l];
    layers.push_back({numbered("W", static_cast<Index>(l) + 2), {nodes, fan_ins_[l]}});
  }
  layers.push_back({numbered("w", depth()), {}});
  return layers;
}

std::vector<BranchForm> ParallelNetwork::forms(const Matrix& X) const {
  check_columns(X, features_);
  double entries = 0;  // n M rows of M d numbers each, but for forms of fewer leaves
  for (const Form& form : forms_) {
    const auto count = static_cast<double>(shapes_->leaves(form.height));
    entries += count * count * static_cast<double>(X.size());
  }
  if (entries > kMostEntries) {
    throw InvalidArgument("fan_in: " + std::to_string(forms_.size()) + " vectors of signs over " +
                          std::to_string(leaves()) + " leaves are too many for " +
                          std::to_string(X.rows()) + " samples of dimension " +
                          std::to_string(X.cols()) + "; expected smaller fan-ins");
  }
  std::vector<BranchForm> result;
  for (const Form& form : forms_) {
    result.push_back(
        tree_form(X, shapes_->signs(form.height, form.shape), norm(form), form.factor));
  }
  return result;
}

Vector ParallelNetwork::random_block(Index form, Random& random) const {
  return random_vector(shapes_->leaves(form_at(form).height) * features_, random);
}

std::vector<std::vector<Index>> ParallelNetwork::symmetries(Index form) const {
  const Form& tree = form_at(form);
  std::vector<std::vector<Index>> result;
  for (const TreeShapes::Exchange& exchange : shapes_->exchanges(tree.height, tree.shape)) {
    std::vector<Index> p(static_cast<std::size_t>(shapes_->leaves(tree.height) * features_));
    std::iota(p.begin(), p.end(), 0);
    const auto first = p.begin() + exchange.first * features_;
    const auto middle = first + exchange.size * features_;
    std::swap_ranges(first, middle, middle);
    result.push_back(std::move(p));
  }
  return result;
}

Vector ParallelNetwork::predict(const Matrix& X, const BranchNetwork& network) const {
  check_network(*this, network);
  check_columns(X, features_);
  Vector result = Vector::Zero(X.rows());
  for (Index k = 0; k < network.branches(); ++k) {
    const Vector first = network.layers[0].row(k).transpose();
    Matrix active = (X * first.reshaped(features_, leaves())).cwiseMax(0);  // (n x nodes)
    for (std::size_t l = 0; l < fan_ins_.size(); ++l) {
      const Index fan_in = fan_ins_[l];
      Matrix next = Matrix::Zero(X.rows(), active.cols() / fan_in);
      for (Index c = 0; c < active.cols(); ++c) {
        next.col(c / fan_in) += network.layers[l + 1](k, c) * active.col(c);
      }
      active = next.cwiseMax(0);
    }
    result += network.layers.back()(k, 0) * active.col(0);
  }
  return result;
}

double ParallelNetwork::penalty(const BranchNetwork& network) const {
  check_network(*this, network);
  double sum = 0;
  for (Index k = 0; k < network.branches(); ++k) {
    const Vector first = network.layers[0].row(k).transpose();
    const double last = network.layers.back()(k, 0);
    if (cost_ == BranchCost::kConstrained) {
      if (first.stableNorm() > 1 + kConstraintRounding) {
        return std::numeric_limits<double>::infinity();
      }
      sum += (network.layers[1].row(k).squaredNorm() + last * last) / 2;
      continue;
    }
    Vector squares = first.reshaped(features_, leaves()).colwise().squaredNorm().transpose();
    for (std::size_t l = 0; l < fan_ins_.size(); ++l) {
      const Vector weights = network.layers[l + 1].row(k).transpose();
      const Vector paths = squares.cwiseProduct(weights.cwiseAbs2());
      squares = paths.reshaped(fan_ins_[l], paths.size() / fan_ins_[l]).colwise().sum().transpose();
    }
    sum += std::abs(last) * std::sqrt(squares[0]);
  }
  return sum;
}

}  // namespace thalweg
