#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "oracle/cone_program.hpp"
#include "oracle/signed_rows.hpp"

namespace thalweg::oracle {

/// A growing array aligned for the kernels; contents are lost when it grows.
template <class T>
class Buffer {
 public:
  T* reserve(Index size) {
    if (size > capacity_) {
      capacity_ = size + size / 8 + 8;
      data_.reset(static_cast<T*>(
          ::operator new[](static_cast<std::size_t>(capacity_) * sizeof(T), kAlignment)));
    }
    return data_.get();
  }
  [[nodiscard]] T* data() const { return data_.get(); }

 private:
  static constexpr std::align_val_t kAlignment{64};
  struct Free {
    void operator()(T* pointer) const { ::operator delete[](pointer, kAlignment); }
  };
  std::unique_ptr<T[], Free> data_;
  Index capacity_ = 0;
};

/// The rows of one sign of weight that may cross a cone; a view of columns kept in the stack's
/// frames. Columns hold |w| v.r_k of the integer rays and are zero beyond `count` up to `stride`.
struct ConeRows {
  Index count = 0;
  Index stride = 0;
  Index crossing = 0;  ///< how many of them have both masks nonzero; the others do no harm until
                       ///< they are dropped
  std::array<const double*, kMaxTreeCoordinates> columns{};
  const std::uint16_t* positive = nullptr;  ///< bit k: the value at ray k may be positive
  const std::uint16_t* negative = nullptr;
  const std::int32_t* groups = nullptr;
};

/// One simplicial cone {sum x_k r_k : x >= 0} with integer rays and everything that bounds f on it.
struct Cone {
  int depth = 0;
  RayMatrix rays;  ///< column k is r_k, exact integers
  ConeMetric metric;
  RayVector
      magnitude;  ///< magnitude . |r_k|: error_factor(depth) times it bounds every error at ray k
  RayVector
      frozen_up;  ///< linear . r_k plus rows of positive weight that no longer cross and are active
  RayVector frozen_down;
  RayVector plus_up;  ///< linear . r_k + sum over all rows of positive weight of (y . r_k)_+
  ConeRows up;
  ConeRows down;

  [[nodiscard]] Index rank() const { return metric.rank; }
};

/// The point sum_k x_k r_k / norm_k of a cone, in coordinates of the tree.
[[nodiscard]] Vector point_of(const Cone& cone, const RayVector& x);

/// The cones on one path of the search, with buffers that are reused: no allocation once they have
/// grown.
class ConeStack {
 public:
  /// Both must outlive the stack; the rows are in the coordinates of the geometry.
  ConeStack(const SignedRows& rows, const RowGeometry& geometry);

  /// Makes the orthant `mask` (bit k: ray k is -e_k) the cone at depth 0.
  void start(std::uint32_t mask);
  [[nodiscard]] const Cone& cone(int depth) const {
    return frames_[static_cast<std::size_t>(depth)].cone;
  }

  /// Forms r = 2^max(shift, 0) r_k + 2^max(-shift, 0) r_l for the cone at `depth`; false when it is
  /// not an exact integer vector below 2^53 or the rays are numerically equal. The shift is 0
  /// unless the rays' lengths differ by over 2^8.
  bool split(int depth, Index k, Index l);
  [[nodiscard]] int shift(int depth) const {
    return frames_[static_cast<std::size_t>(depth)].shift;
  }
  /// f(r) / |r| at the ray formed by split, to rounding.
  [[nodiscard]] double split_value(int depth) const;
  /// The ray formed by split, in coordinates.
  [[nodiscard]] Vector split_ray(int depth) const;
  /// Makes the cone at depth + 1: the one at depth with the split ray in place of ray `replaced`.
  void descend(int depth, Index replaced);

  [[nodiscard]] const SignedRows& rows() const { return rows_; }

 private:
  struct SideBuffers {
    Buffer<double> fresh;         ///< column of the ray formed by split
    Buffer<double> compacted;     ///< columns of this cone's rows, when they were compacted here
    Buffer<std::uint16_t> masks;  ///< positive, then negative
    Buffer<std::uint16_t> compacted_masks;
    Buffer<std::int32_t> groups;
  };
  struct Frame {
    Cone cone;
    SideBuffers up;
    SideBuffers down;
    RayVector ray;  ///< the split ray's entries
    double ray_norm;
    double ray_magnitude;
    double ray_frozen_up;
    double ray_frozen_down;
    double ray_plus_up;
    double ray_plus_down;  ///< sum of the positive parts of crossing rows of negative weight
    int shift;
  };

  void start_side(const RowSet& set, std::uint32_t mask, ConeRows& rows, SideBuffers& buffers);
  void descend_side(const ConeRows& parent, const SideBuffers& parent_buffers, Index replaced,
                    double tolerance, ConeRows& rows, SideBuffers& buffers, RayVector& frozen);
  void compact(ConeRows& rows, SideBuffers& buffers, RayVector& frozen);
  void measure_ray(Cone& cone, Index ray) const;
  [[nodiscard]] double sign_tolerance(int depth, double ray_sum) const;
  [[nodiscard]] bool choose_ray(Frame& frame, Index k, Index l) const;

  const SignedRows& rows_;
  const Matrix& gram_;
  Matrix gram_magnitude_;  ///< (R x R), at least |B| |B|^T when reduced
  bool reduced_;
  double gram_depth_ = 0;     ///< roundings in an entry of Q
  std::deque<Frame> frames_;  ///< references stay valid while it grows
  std::array<Buffer<double>, 2 * kMaxTreeCoordinates> root_columns_;
  Buffer<std::int32_t> kept_;
  Buffer<std::int32_t> frozen_rows_;
  Buffer<double> scratch_;
};

}  // namespace thalweg::oracle
