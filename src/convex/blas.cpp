#include "convex/blas.hpp"

#include <cblas.h>

#include <algorithm>

extern "C" {
void dpotrf_(const char* uplo, const int* n, double* a, const int* lda, int* info);
void dpotrs_(const char* uplo, const int* n, const int* nrhs, const double* a, const int* lda,
             double* b, const int* ldb, int* info);
}

namespace thalweg::detail {
namespace {

int as_int(Index value) { return static_cast<int>(value); }
int leading(Index stride) { return std::max(1, static_cast<int>(stride)); }
CBLAS_TRANSPOSE code(Transpose t) { return t == Transpose::kYes ? CblasTrans : CblasNoTrans; }

}  // namespace

BlasThreads::BlasThreads(int threads) : before_(openblas_get_num_threads()) {
  openblas_set_num_threads(threads);
}

BlasThreads::~BlasThreads() { openblas_set_num_threads(before_); }

void multiply(const Eigen::Ref<const Matrix>& A, Transpose a, const Eigen::Ref<const Matrix>& B,
              Transpose b, Eigen::Ref<Matrix> C) {
  const Index inner = a == Transpose::kYes ? A.rows() : A.cols();
  if (C.size() == 0) return;
  if (inner == 0) {
    C.setZero();
    return;
  }
  if (C.cols() == 1 && b == Transpose::kNo) {
    cblas_dgemv(CblasColMajor, code(a), as_int(A.rows()), as_int(A.cols()), 1.0, A.data(),
                leading(A.outerStride()), B.data(), 1, 0.0, C.data(), 1);
    return;
  }
  cblas_dgemm(CblasColMajor, code(a), code(b), as_int(C.rows()), as_int(C.cols()), as_int(inner),
              1.0, A.data(), leading(A.outerStride()), B.data(), leading(B.outerStride()), 0.0,
              C.data(), leading(C.outerStride()));
}

void multiply(const Eigen::Ref<const Eigen::MatrixXf>& A, Transpose a,
              const Eigen::Ref<const Eigen::MatrixXf>& B, float scale,
              Eigen::Ref<Eigen::MatrixXf> C) {
  if (C.size() == 0) return;
  if (C.cols() == 1) {
    cblas_sgemv(CblasColMajor, code(a), as_int(A.rows()), as_int(A.cols()), 1.0F, A.data(),
                leading(A.outerStride()), B.data(), 1, scale, C.data(), 1);
    return;
  }
  const Index inner = a == Transpose::kYes ? A.rows() : A.cols();
  cblas_sgemm(CblasColMajor, code(a), CblasNoTrans, as_int(C.rows()), as_int(C.cols()),
              as_int(inner), 1.0F, A.data(), leading(A.outerStride()), B.data(),
              leading(B.outerStride()), scale, C.data(), leading(C.outerStride()));
}

void rank_update(const Eigen::Ref<const Matrix>& A, Transpose a, double scale,
                 Eigen::Ref<Matrix> C) {
  const Index inner = a == Transpose::kYes ? A.rows() : A.cols();
  cblas_dsyrk(CblasColMajor, CblasLower, code(a), as_int(C.rows()), as_int(inner), 1.0, A.data(),
              leading(A.outerStride()), scale, C.data(), leading(C.outerStride()));
}

bool cholesky(Matrix& A, const RunControl& control) {
  constexpr Index kPanel = 128;
  const int stride = leading(A.outerStride());
  for (Index at = 0; at < A.rows(); at += kPanel) {
    if (control.should_stop()) return false;
    const int done = as_int(at);
    const int width = as_int(std::min(kPanel, A.rows() - at));
    const int below = as_int(A.rows()) - done - width;
    double* corner = &A(at, at);
    // What the columns before leave of these.
    cblas_dsyrk(CblasColMajor, CblasLower, CblasNoTrans, width, done, -1.0, &A(at, 0), stride, 1.0,
                corner, stride);
    if (below > 0) {
      cblas_dgemm(CblasColMajor, CblasNoTrans, CblasTrans, below, width, done, -1.0,
                  &A(at + width, 0), stride, &A(at, 0), stride, 1.0, corner + width, stride);
    }
    int info = 0;
    dpotrf_("L", &width, corner, &stride, &info);
    if (info != 0) return false;
    if (below > 0) {
      cblas_dtrsm(CblasColMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, below, width,
                  1.0, corner, stride, corner + width, stride);
    }
  }
  return true;
}

bool cholesky(Matrix& A) {
  const int n = as_int(A.rows());
  if (n == 0) return true;
  int info = 0;
  dpotrf_("L", &n, A.data(), &n, &info);
  return info == 0;
}

void cholesky_solve(const Matrix& factor, Vector& b) {
  const int n = as_int(factor.rows());
  if (n == 0) return;
  const int one = 1;
  int info = 0;
  dpotrs_("L", &n, &one, factor.data(), &n, b.data(), &n, &info);
}

}  // namespace thalweg::detail
