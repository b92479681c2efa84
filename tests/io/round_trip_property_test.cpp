#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstdlib>

#include "io/decimal.hpp"
#include "io/text.hpp"
#include "thalweg/io/npy.hpp"

namespace thalweg::io {
namespace {

/// The same cases in every run; read by rapidcheck when the first property starts.
[[maybe_unused]] const int kSeeded = ::setenv("RC_PARAMS", "seed=20240611", 0);

/// Any finite double, all bit patterns alike.
rc::Gen<double> any_finite() {
  return rc::gen::suchThat(
      rc::gen::map(rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>()),
                   [](std::uint64_t bits) { return std::bit_cast<double>(bits); }),
      [](double value) { return std::isfinite(value); });
}

RC_GTEST_PROP(RoundTrip, NpyKeepsEveryDouble, ()) {
  const Index rows = *rc::gen::inRange<Index>(0, 7);
  const Index columns = *rc::gen::inRange<Index>(0, 7);
  const auto values = *rc::gen::container<std::vector<double>>(
      static_cast<std::size_t>(rows * columns), any_finite());
  const std::vector<Index> shape = {rows, columns};
  const auto array = parse_npy(encode_npy<double>(shape, values), {"f.npy", ""});
  RC_ASSERT(array.has_value());
  RC_ASSERT(array->shape == shape);
  RC_ASSERT(array->values == values);
}

RC_GTEST_PROP(RoundTrip, DecimalsKeepEveryDouble, ()) {
  const double value = *any_finite();
  const auto again = parse_decimal(format_number(value));
  RC_ASSERT(again.has_value());
  RC_ASSERT(std::bit_cast<std::uint64_t>(*again) == std::bit_cast<std::uint64_t>(value));
}

RC_GTEST_PROP(RoundTrip, ChangingOneByteOfANpyNeverBreaksItsPromises, ()) {
  const std::vector<Index> shape = {2, 3};
  Bytes bytes = encode_npy<double>(shape, std::vector<double>{1, 2, 3, 4, 5, 6});
  bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] =
      static_cast<std::byte>(*rc::gen::arbitrary<std::uint8_t>());
  const auto array = parse_npy(bytes, {"f.npy", ""});
  if (!array) {
    RC_ASSERT(array.error().message.starts_with("f.npy"));
    return;
  }
  std::size_t count = 1;
  for (const Index extent : array->shape) count *= static_cast<std::size_t>(extent);
  RC_ASSERT(array->values.size() == count);
  for (const double value : array->values) RC_ASSERT(std::isfinite(value));
}

}  // namespace
}  // namespace thalweg::io
