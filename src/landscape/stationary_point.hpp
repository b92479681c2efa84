#pragma once

#include <gmpxx.h>

#include <optional>
#include <vector>

#include "landscape/exact_dual.hpp"
#include "landscape/stationary_neuron.hpp"
#include "landscape/stationary_ties.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg::landscape {

/// A balanced neuron w = p / sqrt|p|, alpha = s sqrt|p|, on some ties.
struct PointSlot {
  Index neuron = 0;  ///< its place in the network
  int sign = 1;
  std::vector<Index> ties;   ///< hyperplanes, ascending
  std::vector<mpz_class> p;  ///< times 2^bits of the point, (d), not 0
};

/// A balanced network in exact numbers; neurons that are not listed are 0.
///
/// The products p are integers over a power of two. Ties hold exactly at the point that is meant:
/// it is within `off_ties` of the integers in every product, which enters all errors below.
class BalancedPoint {
 public:
  /// affine (affine_size()) times 2^bits. `problem` and `planes` must outlive this. O(n m d)
  /// integer operations.
  BalancedPoint(const TrainingProblem& problem, const Hyperplanes& planes,
                std::vector<PointSlot> slots, std::vector<mpz_class> affine, long bits,
                double off_ties);

  [[nodiscard]] const std::vector<PointSlot>& slots() const { return slots_; }
  [[nodiscard]] const ExactDual& dual() const { return *dual_; }
  /// Whether nu and the products are those of the point that is meant, without any error.
  [[nodiscard]] bool is_exact() const { return dual_error_ == 0 && sum_error_ == 0; }

  /// X^T D nu with the tied rows of opposite direction active, and what a unit of each tie's gate
  /// adds, exactly: integers times gradient_unit().
  struct Gradient {
    std::vector<mpz_class> base;                ///< (d)
    std::vector<std::vector<mpz_class>> pulls;  ///< (d) for each tie
  };
  [[nodiscard]] Gradient gradient(std::size_t slot) const;
  [[nodiscard]] mpq_class gradient_unit() const;
  /// gamma c - U^T nu, exactly at the integers, (affine_size()).
  [[nodiscard]] std::vector<mpq_class> affine_gradient() const;
  /// p_j, exactly.
  [[nodiscard]] std::vector<mpq_class> product(std::size_t slot) const;

  /// The neuron's neighbourhood in doubles with bounds of all errors.
  [[nodiscard]] LocalNeuron local(std::size_t slot) const;
  /// The element with these gates, those inside (0, 1) corrected beyond double precision; computed
  /// without cancellation. gates (k) in [0, 1].
  [[nodiscard]] LocalElement element(std::size_t slot, const LocalNeuron& neuron,
                                     const Vector& gates) const;
  /// An upper bound of |gamma c - U^T nu|.
  [[nodiscard]] double affine_residual() const;
  /// The network, rounded, with as many slots as `shape`.
  [[nodiscard]] TwoLayerNetwork network(const TwoLayerNetwork& shape) const;

 private:
  [[nodiscard]] mpz_class activation(Index row, const PointSlot& slot) const;
  [[nodiscard]] Vector residual(std::size_t slot, const Gradient& exact,
                                const std::vector<mpq_class>& gates) const;
  void put_fit();
  void put_dual();

  const TrainingProblem& problem_;
  const Hyperplanes& planes_;
  std::vector<PointSlot> slots_;
  std::vector<mpz_class> affine_;
  long bits_;
  double off_ties_;
  std::vector<mpz_class> fit_;              ///< times 2^(bits + X's bits)
  std::vector<std::vector<Index>> active_;  ///< rows off the ties with x_i^T p > 0, for each slot
  std::optional<ExactDual> dual_;
  double dual_error_ = 0;  ///< at least |X^T (nu' - nu)| for the nu' that is meant, any rows of X
  double sum_error_ = 0;   ///< at least |1^T (nu' - nu)|
};

/// A network's products as sums of doubles: the input of `point_on_ties`.
struct ProductWords {
  Index neuron = 0;
  int sign = 1;
  Matrix words;             ///< (d x k), columns add up to p
  std::vector<Index> ties;  ///< hyperplanes to be put on
};

/// The balanced point whose products are the projections of the given ones on the common kernel of
/// their ties; hyperplanes that follow from the ties, or are met by chance, become ties. None when
/// a product vanishes. affine_words (affine_size() x k). O(n m d) integer operations.
[[nodiscard]] std::optional<BalancedPoint> point_on_ties(const TrainingProblem& problem,
                                                         const Hyperplanes& planes,
                                                         const std::vector<ProductWords>& products,
                                                         const Matrix& affine_words);

/// The network as stored, which must be balanced to rounding at least; products |alpha_j| w_j are
/// exact and ties are those of the doubles.
[[nodiscard]] BalancedPoint point_as_stored(const TrainingProblem& problem,
                                            const Hyperplanes& planes,
                                            const TwoLayerNetwork& network);

}  // namespace thalweg::landscape
