#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "thalweg/core/types.hpp"
#include "thalweg/model/block_norm.hpp"

namespace thalweg {

/// The choice that each unit of a form makes at some w: for a ReLU 1 (open) or 0 (closed), for a
/// maximum 0 (all candidates are at most 0) or the number of the largest candidate, from 1.
using BranchPattern = std::vector<std::uint8_t>;

/// One linear piece of a form: f(w) = map w for w in the cone {w : cone w >= 0}.
struct BranchPiece {
  Matrix map;   ///< A (n x p)
  Matrix cone;  ///< G (q x p), no zero rows
};

/// One branch of a network seen as a function of its block w in R^p: outputs f(w) in R^n, piecewise
/// linear and positively homogeneous, at cost N(w).
///
/// What every convex reformulation needs of an architecture: the set {f_theta(X) : cost(theta) <=
/// 1} of outputs of one branch is the union over some forms and both signs s of {s f(w) : N(w) <=
/// 1}, and that is the union of {A w : G w >= 0, N(w) <= 1} over the pieces (A, G) of the form. The
/// convex program of a set of pieces is min l(sum A_i w_i) + beta sum N(w_i), G_i w_i >= 0.
///
/// A form is a circuit of units. Each belongs to one sample and reads linear forms of w and units
/// of that sample before it:
///  - a ReLU t = (r^T w + sum_k factor_k t_k)_+. With *companions*, rows c whose product c^T w must
///    have the sign of r^T w (both closed signs at 0), the form is defined where that holds.
///  - a maximum t = max(0, r_1^T w, .., r_k^T w).
/// The output of a sample is a sum of its units with factors. Units whose rows are all zero are
/// allowed and put out what their inputs say.
class BranchForm {
 public:
  enum class Kind : std::uint8_t { kRelu, kMaximum };
  /// factor times an earlier unit of the same sample.
  struct Input {
    Index unit = 0;
    double factor = 1;
  };
  struct Unit {
    Index sample = 0;
    Kind kind = Kind::kRelu;
    Index first_row = 0;  ///< in rows(): the linear part and its companions, or candidates
    Index row_count = 1;
    std::vector<Input> inputs;  ///< of a ReLU
    double output = 0;          ///< factor in the sample's output
  };

  /// A form with no units: `samples` outputs, all 0, on R^p with p = norm.size().
  BranchForm(Index samples, BlockNorm norm);

  /// Adds a ReLU over row (p) and units before it, companions (k x p, or empty), that enters the
  /// sample's output with factor `output`; returns its number. Throws InvalidArgument when a size
  /// does not fit, or an input is no earlier unit of the sample.
  Index add_relu(Index sample, const Vector& row, double output, std::vector<Input> inputs = {},
                 const Matrix& companions = {});
  /// Adds a maximum over 0 and the rows (k x p) of `candidates`, 1 <= k < 256. Errors as above.
  Index add_maximum(Index sample, const Matrix& candidates, double output);

  [[nodiscard]] Index samples() const { return samples_; }         ///< n
  [[nodiscard]] Index parameters() const { return norm_.size(); }  ///< p
  [[nodiscard]] const BlockNorm& norm() const { return norm_; }
  [[nodiscard]] const std::vector<Unit>& units() const { return units_; }
  /// All rows, (r x p).
  [[nodiscard]] Matrix rows() const;
  /// Row r of rows().
  [[nodiscard]] Eigen::Map<const Vector> row(Index r) const;
  /// Whether every unit is a ReLU of one row without inputs and companions, and N the Euclidean
  /// norm: then s nu^T f(w) = s mu^T (rows() w)_+ with mu = shallow_dual(nu).
  [[nodiscard]] bool is_shallow() const;
  /// output_u nu_{sample of u} for each unit, (units); nu (n).
  [[nodiscard]] Vector shallow_dual(const Vector& nu) const;

  /// f(w), (n), and the pattern at w: ties are closed, the first of equal candidates wins. A point
  /// where companions disagree takes the sign of the first row. w (p). O(r p).
  struct Value {
    Vector outputs;
    BranchPattern pattern;
  };
  [[nodiscard]] Value evaluate(const Vector& w) const;
  /// The piece of a pattern. Throws InvalidArgument when it has not one choice a unit, each in
  /// range. O(r p + n p).
  [[nodiscard]] BranchPiece piece(std::span<const std::uint8_t> pattern) const;
  /// A^T nu of the piece, (p), in O(r p).
  [[nodiscard]] Vector pull(std::span<const std::uint8_t> pattern, const Vector& nu) const;

 private:
  void add_rows(const Matrix& rows);
  void check_sample(Index sample) const;

  Index samples_;
  BlockNorm norm_;
  std::vector<Unit> units_;
  std::vector<double> rows_;  ///< one after the other
};

}  // namespace thalweg
