#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "oracle/cone.hpp"
#include "oracle/cone_relaxation.hpp"
#include "oracle/kink_solver.hpp"
#include "oracle/star_tracker.hpp"

namespace thalweg::oracle {

/// Bounds f on the part of a cone that no star of f's sign holds, where the maximiser of the cone's
/// relaxation lies in a star.
///
/// Lemma. Let C be the rows not tied in star q that cross a cone K whose other rows agree with the
/// star. Then K less the star is the union over i in C of K_i = {u in K : row i disagrees}. On K_i
/// the sign of row i is known, sigma x_i.u <= 0, so f(u) <= f(u) - rho sigma x_i.u for any rho >= 0
/// and w (x_i.u)_+ is linear; bounding that as the relaxation of K is bounded gives a rigorous
/// bound. Proof. Each u of K outside the open star has some row i in C that does not agree. QED
/// K_i is treated the same way with the stars that are left, or is cut by the row of positive
/// weight whose interpolation error at the maximiser is largest; a piece in which all rows of a
/// star agree is done. The supremum over all u whose row signs are nonzero is enough, as the cells
/// outside the stars are the closure of such u.
class StarCloser {
 public:
  /// A point of the cone outside its stars, or on their walls.
  struct Candidate {
    double value = 0;                          ///< f there, to rounding
    RayVector point;                           ///< scaled coordinates, of unit norm
    std::vector<std::pair<Index, int>> walls;  ///< groups it lies on or beyond, and the side
  };

  /// rows of f; weights of f, (groups); all must outlive the object.
  StarCloser(const SignedRows& rows, const Vector& weights, const StarSet& stars)
      : rows_(rows), weights_(weights), stars_(stars) {}

  /// Whether f(u) <= threshold |u| was shown on the cone less the stars. `relaxed` is the
  /// relaxation's result for the cone, of which `sums` are the row sums.
  [[nodiscard]] bool close(const Cone& cone, const StarFrame& frame, const ConeBound& relaxed,
                           const RayVector& sums, double threshold);
  /// After success: a bound of f(u) / |u| there.
  [[nodiscard]] double bound() const { return bound_; }
  /// The best point met whose piece stays above the threshold, by its value.
  [[nodiscard]] const std::optional<Candidate>& candidate() const { return candidate_; }

 private:
  /// A crossing row on the cone.
  struct Row {
    Index group;
    double weight;     ///< of f, times the row's length, if positive; else 0
    RayVector values;  ///< x.r_k / (|x| norm_k)
    RayVector errors;
  };
  /// A part of the cone: the cuts made so far and the best multipliers known for it.
  struct Piece {
    RayVector base;
    RayVector extra;  ///< error beyond the cone's margin
    RayVector sums;
    ConeCuts cuts;
    std::array<std::size_t, ConeCuts::kMax> cut_rows;  ///< positions in rows_of_cone_
    std::array<int, ConeCuts::kMax> sides;             ///< the sign of the row on the piece
    std::array<double, ConeCuts::kMax> rho;
    RayVector point;
    double value;
  };

  [[nodiscard]] bool prepare(const Cone& cone, const StarFrame& frame, const RayVector& point);
  [[nodiscard]] bool visit(Piece& piece);
  [[nodiscard]] bool split_off(const Piece& piece, std::size_t row, int side);
  [[nodiscard]] bool cut(const Piece& piece, std::size_t row, int side, Piece& part) const;
  [[nodiscard]] bool bound_piece(Piece& piece);
  double evaluate(Piece& piece, const RayVector& sums,
                  const std::array<double, ConeCuts::kMax>& rho, RayVector& point) const;
  [[nodiscard]] int side_of(const Piece& piece, std::size_t row) const;
  [[nodiscard]] double value_at(std::size_t row, const RayVector& point) const;
  [[nodiscard]] bool agrees_everywhere(const Piece& piece) const;
  [[nodiscard]] Index star_at(const Piece& piece) const;
  [[nodiscard]] std::vector<std::size_t> walls(const Piece& piece, Index star) const;
  [[nodiscard]] std::optional<std::size_t> worst_interpolated(const Piece& piece) const;
  void note_candidate(const Piece& piece);

  const SignedRows& rows_;
  const Vector& weights_;
  const StarSet& stars_;
  KinkSolver kinks_;
  const Cone* cone_ = nullptr;
  const StarFrame* frame_ = nullptr;
  std::vector<Row> rows_of_cone_;
  RayVector margin_{};
  double threshold_ = 0;
  double bound_ = 0;
  int budget_ = 0;
  std::optional<Candidate> candidate_;
};

}  // namespace thalweg::oracle
