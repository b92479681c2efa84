#pragma once

#include "thalweg/convex/solver_types.hpp"
#include "thalweg/model/block_norm.hpp"
#include "thalweg/model/training_problem.hpp"

namespace thalweg {

/// The circulant matrix of a filter, (d x d): entry (i, j) is u_{(i - j) mod d}, so that U w is the
/// circular convolution of u and w. u (d).
[[nodiscard]] Matrix circulant(const Vector& u);

/// The orthonormal real Fourier basis, (d x d): the constant column; for k = 1 .. (d - 1) / 2 the
/// columns sqrt(2/d) cos(2 pi k i / d) and sqrt(2/d) sin(2 pi k i / d); and for even d the
/// alternating column. d >= 1. O(d^2).
[[nodiscard]] Matrix real_fourier_basis(Index d);

/// The spectral l1 norm |F z|_1 / sqrt(d), F the unitary discrete Fourier transform, as a norm of
/// the coefficients c = B^T z in the real Fourier basis B: groups of 1 (weight 1 / sqrt(d)) and of
/// 2 (weight sqrt(2/d)). *Proof.* For a pair c = (c_k, s_k) of frequency k, F z has the entries
/// (c_k - i s_k) / sqrt(2) and its conjugate at k and d - k: together sqrt(2) |(c_k, s_k)|. QED
[[nodiscard]] BlockNorm spectral_l1_norm(Index d);

/// Filter and weights of one neuron z -> circulant(u) w.
struct CircularNeuron {
  Vector u;  ///< (d)
  Vector w;  ///< (d)
};

/// The neuron with circulant(u) w = z of least (|u|^2 + |w|^2) / 2, which is |F z|_1 / sqrt(d); z
/// (d). The filter has the spectrum sqrt|F z| d^(-1/4) >= 0, hence is symmetric; the weights have
/// the rest. O(d^2).
[[nodiscard]] CircularNeuron circular_neuron(const Vector& z);

/// A solution of the circular linear program with its network.
struct CircularLinearSolution {
  SolverInfo info;  ///< objective of the convex program; lower_bound holds for networks of any
                    ///< number of neurons (up to rounding)
  Vector z;         ///< (d): the network is x -> x^T z + bias
  CircularNeuron neuron;  ///< one suffices
  double bias = 0;
  double objective = 0;  ///< of the neuron's plain weights, with the circulant written out
  Vector dual;           ///< nu (n), in the domain of D, before scaling
  double dual_norm = 0;  ///< max |F^H X^T nu|_inf sqrt(d): at most beta after scaling
};

/// Trains linear networks of a circular convolution and a dense layer to global optimality over all
/// numbers of neurons:
///   min l(sum_j X U_j w_j + b, y) + beta/2 sum_j (|u_j|^2 + |w_j|^2),  U_j = circulant(u_j).
/// Convex program: min over z in R^d of l(X z + b, y) + beta |F z|_1 / sqrt(d).
///
/// *Lemma.* Both have the same value, for any loss and already with one neuron. *Proof.* U = F^H
/// diag(sqrt(d) F u) F, so z = sum_j U_j w_j has F z = sqrt(d) sum_j F u_j o F w_j (o: entrywise)
/// and |F z|_1 <= sqrt(d) sum_j |u_j| |w_j| <= sqrt(d)/2 sum_j (|u_j|^2 + |w_j|^2). Equality: for
/// one neuron with F u = d^(-1/4) sqrt|F z| and F w = d^(-1/4) F z / sqrt|F z| (0 where F z is);
/// both are real vectors since |F z| is symmetric and F z conjugate symmetric. QED
///
/// The spectral norm is a sum of groups in real coordinates (spectral_l1_norm()), so this is a
/// block program without cones: blocks of width 2, of which the constant and the alternating column
/// use one. Dual: |F^H X^T nu|_inf <= beta / sqrt(d). Any output bias.
///
/// Errors: InvalidArgument for a skip connection, which would carry everything at no cost. O(n d^2)
/// for the maps and O(d^2) for the check, plus the block solver's. Source:
/// theory/architectures.md section 4.3; Pilanci and Ergen 2020 for the subject.
[[nodiscard]] CircularLinearSolution solve_circular_linear(const TrainingProblem& problem,
                                                           const SolverSettings& settings);

}  // namespace thalweg
