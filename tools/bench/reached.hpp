#pragma once

#include <array>
#include <string>
#include <vector>

namespace thalweg::bench {

/// When a reference first comes within 1e-3, 1e-6 and 1e-8 of a known optimum, in processor seconds
/// since construction. Looking takes no time of the reference's.
class Reached {
 public:
  static constexpr std::array<double, 3> kLevels{1e-3, 1e-6, 1e-8};

  explicit Reached(double patience);

  /// Records an error (relative, >= 0). Returns whether to go on: the last level is open and the
  /// patience not spent.
  bool note(double error);
  /// Call before and after what shall not count.
  void pause();
  void resume();

  [[nodiscard]] double seconds() const;
  /// A cell for each level: seconds, or "> patience" with the best error.
  [[nodiscard]] std::vector<std::string> cells() const;
  /// Seconds to the last level over `ours`; "> " before it where the patience ended first.
  [[nodiscard]] std::string ratio(double ours) const;

 private:
  double patience_;
  double start_;
  double best_;
  std::vector<double> times_;
};

}  // namespace thalweg::bench
