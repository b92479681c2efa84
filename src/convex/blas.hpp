#pragma once

#include "thalweg/core/run_control.hpp"
#include "thalweg/core/types.hpp"

/// The few dense kernels that carry the time of the block solvers, by the system's BLAS and LAPACK.
namespace thalweg::detail {

/// Number of threads of the kernels below while this lives. The setting is the process's: solvers
/// that run at the same time share it.
class BlasThreads {
 public:
  explicit BlasThreads(int threads);
  ~BlasThreads();
  BlasThreads(const BlasThreads&) = delete;
  BlasThreads& operator=(const BlasThreads&) = delete;

 private:
  int before_;
};

enum class Transpose { kNo, kYes };

/// C = op(A) op(B).
void multiply(const Eigen::Ref<const Matrix>& A, Transpose a, const Eigen::Ref<const Matrix>& B,
              Transpose b, Eigen::Ref<Matrix> C);
/// C = scale C + op(A) B in single precision.
void multiply(const Eigen::Ref<const Eigen::MatrixXf>& A, Transpose a,
              const Eigen::Ref<const Eigen::MatrixXf>& B, float scale,
              Eigen::Ref<Eigen::MatrixXf> C);
/// Lower triangle of C = scale C + A A^T (kNo) or A^T A (kYes).
void rank_update(const Eigen::Ref<const Matrix>& A, Transpose a, double scale,
                 Eigen::Ref<Matrix> C);
/// Cholesky factor in the lower triangle; false when A is not positive definite.
[[nodiscard]] bool cholesky(Matrix& A);
/// The same by panels of columns; false also when the control stops it in between.
[[nodiscard]] bool cholesky(Matrix& A, const RunControl& control);
/// x with A x = b for the factor of `cholesky`, in place.
void cholesky_solve(const Matrix& factor, Vector& b);

}  // namespace thalweg::detail
