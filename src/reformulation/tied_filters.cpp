#include "reformulation/tied_filters.hpp"

#include <Eigen/SVD>
#include <cmath>
#include <utility>

#include "reformulation/random_vector.hpp"

namespace thalweg {
namespace {

/// How much of a block may lie outside the rank-one blocks with its signs: the root of a solver's
/// gap. What is decoded is judged by the objective of its plain weights.
constexpr double kRankTolerance = 1e-4;

Vector sign_vector(const std::vector<Sign>& signs) {
  Vector result(static_cast<Index>(signs.size()));
  for (std::size_t k = 0; k < signs.size(); ++k) {
    result[static_cast<Index>(k)] = to_double(signs[k]);
  }
  return result;
}

/// Z, its singular values, and the vectors of the largest, `left` in the half-space of the signs.
struct SingularValues {
  SingularValues(const Vector& w, const std::vector<Sign>& signs)
      : Z(w.reshaped(w.size() / static_cast<Index>(signs.size()), static_cast<Index>(signs.size()))
              .transpose()) {
    const Eigen::JacobiSVD<Matrix> svd(Z, Eigen::ComputeThinU | Eigen::ComputeThinV);
    sigma = svd.singularValues();
    factors = {sigma[0], svd.matrixU().col(0), svd.matrixV().col(0)};
    if (factors.left.dot(sign_vector(signs)) < 0) {
      factors.left = -factors.left;
      factors.right = -factors.right;
    }
  }

  Matrix Z;
  Vector sigma;
  TiedFactors factors;
};

}  // namespace

std::vector<Sign> tied_signs(Index number, Index patches) {
  std::vector<Sign> signs;
  for (Index k = 0; k < patches; ++k) {
    signs.push_back((number >> k & 1) != 0 ? Sign::kMinus : Sign::kPlus);
  }
  return signs;
}

Index tied_number(const Vector& a) {
  Index number = 0;
  for (Index k = 0; k < a.size(); ++k) number |= a[k] < 0 ? Index{1} << k : Index{0};
  return number;
}

BranchForm tied_form(const PatchGeometry& patches, const Matrix& X, const std::vector<Sign>& signs,
                     TiedOutput output) {
  const Matrix rows = patches.stacked(X);
  const Vector s = sign_vector(signs);
  const Index K = patches.patches();
  const Index h = patches.size();
  BranchForm form(X.rows(), BlockNorm::nuclear(K, h));
  for (Index i = 0; i < X.rows(); ++i) {
    std::vector<BranchForm::Input> inputs;
    for (Index k = 0; k < K; ++k) {
      Matrix signed_slots = Matrix::Zero(K, K * h);  // s_l x_ik in slot l
      for (Index l = 0; l < K; ++l)
        signed_slots.row(l).segment(l * h, h) = s[l] * rows.row(i * K + k);
      const Vector own = signed_slots.row(k).transpose();
      signed_slots.row(k).swap(signed_slots.row(0));
      const double factor = output == TiedOutput::kSum ? s[k] : 0;
      inputs.push_back({form.add_relu(i, own, factor, {}, signed_slots.bottomRows(K - 1)), s[k]});
    }
    if (output == TiedOutput::kRelu) form.add_relu(i, Vector::Zero(K * h), 1, std::move(inputs));
  }
  return form;
}

std::optional<TiedFactors> factor_tied(const Vector& w, const std::vector<Sign>& signs) {
  const SingularValues of(w, signs);
  if (of.sigma[0] == 0) return TiedFactors{0, 0 * of.factors.left, 0 * of.factors.right};
  if (of.sigma.size() > 1 && of.sigma[1] > kRankTolerance * of.sigma[0]) return std::nullopt;
  const Vector s = sign_vector(signs);
  if (of.factors.left.cwiseProduct(s).minCoeff() < -kRankTolerance) return std::nullopt;
  TiedFactors factors = of.factors;
  factors.left = factors.left.cwiseProduct(s).cwiseMax(0).cwiseProduct(s);
  return factors;
}

TiedFactors nearest_factors(const Vector& w, const std::vector<Sign>& signs) {
  const SingularValues of(w, signs);
  const Vector s = sign_vector(signs);
  const Vector left =
      of.factors.left.cwiseProduct(s).cwiseMax(0).cwiseProduct(s).stableNormalized();
  const Vector right = of.Z.transpose() * left;
  return {right.stableNorm(), left, right.stableNormalized()};
}

Vector tied_block(const Vector& a, const Vector& u) { return Matrix(u * a.transpose()).reshaped(); }

Vector random_tied_block(Index size, const std::vector<Sign>& signs, Random& random) {
  const Vector u = random_vector(size, random);
  Vector a = random_vector(static_cast<Index>(signs.size()), random);
  return tied_block(a.cwiseAbs().cwiseProduct(sign_vector(signs)), u);
}

}  // namespace thalweg
