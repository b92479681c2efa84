#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace thalweg {

/// A whole number of any size, as text.
struct BigCount {
  std::string decimal = "0";  ///< digits, after a minus where negative

  /// None below 0 or from 2^64 on.
  [[nodiscard]] std::optional<std::uint64_t> to_uint64() const;
  /// The nearest double or one beside it; infinite above the largest double.
  [[nodiscard]] double to_double() const;

  friend bool operator==(const BigCount&, const BigCount&) = default;
};

}  // namespace thalweg
