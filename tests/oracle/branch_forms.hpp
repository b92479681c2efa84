#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "thalweg/core/random.hpp"
#include "thalweg/model/branch_form.hpp"

namespace thalweg::testing {

inline Matrix random_matrix(Index rows, Index cols, std::uint64_t seed) {
  Random random(seed);
  Matrix X(rows, cols);
  for (Index i = 0; i < rows; ++i) {
    for (Index k = 0; k < cols; ++k) X(i, k) = random.normal();
  }
  return X;
}

inline Vector random_vector(Index size, std::uint64_t seed) {
  return random_matrix(size, 1, seed).col(0);
}

/// f_i(w) = (sum_j signs_j (x_i^T w_j)_+)_+ with w = (w_1 .. w_m); X (n x d).
inline BranchForm three_layer(const Matrix& X, const std::vector<double>& signs, BlockNorm norm) {
  BranchForm form(X.rows(), std::move(norm));
  const Index d = X.cols();
  for (Index i = 0; i < X.rows(); ++i) {
    std::vector<BranchForm::Input> inputs;
    for (std::size_t j = 0; j < signs.size(); ++j) {
      Vector row = Vector::Zero(form.parameters());
      row.segment(static_cast<Index>(j) * d, d) = X.row(i).transpose();
      inputs.push_back({form.add_relu(i, row, 0), signs[j]});
    }
    form.add_relu(i, Vector::Zero(form.parameters()), 1, inputs);
  }
  return form;
}

inline BranchForm path_form(const Matrix& X, const std::vector<double>& signs) {
  return three_layer(X, signs, BlockNorm::l2(X.cols() * static_cast<Index>(signs.size())));
}

inline BranchForm constrained_form(const Matrix& X, const std::vector<double>& signs) {
  return three_layer(X, signs, BlockNorm::l21(static_cast<Index>(signs.size()), X.cols()));
}

/// f_i(w) = ((x_i^T w)_+ + x_i^T v)_+ with (w, v): a residual block.
inline BranchForm residual_form(const Matrix& X) {
  const Index d = X.cols();
  BranchForm form(X.rows(), BlockNorm::l2(2 * d));
  for (Index i = 0; i < X.rows(); ++i) {
    Vector inner = Vector::Zero(2 * d);
    inner.head(d) = X.row(i).transpose();
    Vector skip = Vector::Zero(2 * d);
    skip.tail(d) = X.row(i).transpose();
    form.add_relu(i, skip, 1, {{form.add_relu(i, inner, 0), 1}});
  }
  return form;
}

/// f_i(w) = max(0, largest of x_i's windows of `length` entries times w).
inline BranchForm max_pooling_form(const Matrix& X, Index length) {
  BranchForm form(X.rows(), BlockNorm::l2(length));
  for (Index i = 0; i < X.rows(); ++i) {
    Matrix windows(X.cols() - length + 1, length);
    for (Index k = 0; k < windows.rows(); ++k) windows.row(k) = X.row(i).segment(k, length);
    form.add_maximum(i, windows, 1);
  }
  return form;
}

/// Z = a u^T with a >= 0: f_i(Z) = sum_k signs_k (x_ik^T z_k)_+ over two windows x_ik, rows z_k of
/// one sign on each window.
inline BranchForm tied_form(const Matrix& X, Index length, const std::vector<double>& signs,
                            BlockNorm norm) {
  const Index count = static_cast<Index>(signs.size());
  BranchForm form(X.rows(), std::move(norm));
  for (Index i = 0; i < X.rows(); ++i) {
    for (Index k = 0; k < count; ++k) {
      const Vector window = X.row(i).segment(k, length).transpose();
      Vector row = Vector::Zero(form.parameters());
      row.segment(k * length, length) = window;
      Matrix companions = Matrix::Zero(count - 1, form.parameters());
      for (Index other = 0, c = 0; other < count; ++other) {
        if (other != k) companions.row(c++).segment(other * length, length) = window.transpose();
      }
      form.add_relu(i, row, signs[static_cast<std::size_t>(k)], {}, companions);
    }
  }
  return form;
}

inline BranchForm nuclear_form(const Matrix& X, Index length, const std::vector<double>& signs) {
  return tied_form(X, length, signs, BlockNorm::nuclear(static_cast<Index>(signs.size()), length));
}

/// The largest |nu^T f(w)| / N(w) of `count` random blocks.
inline double sampled_maximum(const BranchForm& form, const Vector& nu, int count,
                              std::uint64_t seed) {
  Random random(seed);
  double best = 0;
  for (int k = 0; k < count; ++k) {
    const Vector w = random.direction(form.parameters());
    best = std::max(best, std::abs(nu.dot(form.evaluate(w).outputs)) / form.norm().value(w));
  }
  return best;
}

}  // namespace thalweg::testing
