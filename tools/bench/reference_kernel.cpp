#include "reference_kernel.hpp"

#include <immintrin.h>

#include <cstdint>
#include <fstream>
#include <vector>

#include "measure.hpp"
#include "thalweg/core/multiversion.hpp"

namespace thalweg::bench {
namespace {

constexpr int kRounds = 5;
constexpr double kSeconds = 0.1;
constexpr int kChains = 16;  ///< more than latency times units
constexpr std::uint64_t kSteps = 100'000;
constexpr std::size_t kSmall = std::size_t{64} << 10;
constexpr std::size_t kLarge = std::size_t{256} << 20;

// x <- x f + g in independent chains; f and g keep the values normal. Returned so that the work
// cannot be left out.

__attribute__((target("avx512f"))) double chains_avx512(double f, double g) {
  __m512d x[kChains];
  for (int i = 0; i < kChains; ++i) x[i] = _mm512_set1_pd(i);
  const __m512d factor = _mm512_set1_pd(f);
  const __m512d summand = _mm512_set1_pd(g);
  for (std::uint64_t step = 0; step < kSteps; ++step) {
#pragma GCC unroll 16
    for (int i = 0; i < kChains; ++i) x[i] = _mm512_fmadd_pd(x[i], factor, summand);
  }
  double sum = 0;
  for (int i = 0; i < kChains; ++i) {
    double parts[8];
    _mm512_storeu_pd(parts, x[i]);
    for (const double part : parts) sum += part;
  }
  return sum;
}

__attribute__((target("avx2,fma"))) double chains_avx2(double f, double g) {
  // 12 chains leave registers for the factors.
  constexpr int kFewer = 12;
  __m256d x[kFewer];
  for (int i = 0; i < kFewer; ++i) x[i] = _mm256_set1_pd(i);
  const __m256d factor = _mm256_set1_pd(f);
  const __m256d summand = _mm256_set1_pd(g);
  for (std::uint64_t step = 0; step < kSteps; ++step) {
#pragma GCC unroll 16
    for (int i = 0; i < kFewer; ++i) x[i] = _mm256_fmadd_pd(x[i], factor, summand);
  }
  double sum = 0;
  for (int i = 0; i < kFewer; ++i) {
    double parts[4];
    _mm256_storeu_pd(parts, x[i]);
    for (const double part : parts) sum += part;
  }
  return sum;
}

double chains_sse2(double f, double g) {
  constexpr int kFewer = 12;
  __m128d x[kFewer];
  for (int i = 0; i < kFewer; ++i) x[i] = _mm_set1_pd(i);
  const __m128d factor = _mm_set1_pd(f);
  const __m128d summand = _mm_set1_pd(g);
  for (std::uint64_t step = 0; step < kSteps; ++step) {
#pragma GCC unroll 16
    for (int i = 0; i < kFewer; ++i) x[i] = _mm_add_pd(_mm_mul_pd(x[i], factor), summand);
  }
  double sum = 0;
  for (int i = 0; i < kFewer; ++i) sum += _mm_cvtsd_f64(x[i]);
  return sum;
}

struct Chains {
  double (*run)(double, double);
  int lanes;
  int chains;
};

Chains widest() {
  if (__builtin_cpu_supports("avx512f") != 0) return {chains_avx512, 8, kChains};
  if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0) {
    return {chains_avx2, 4, 12};
  }
  return {chains_sse2, 2, 12};
}

THALWEG_MULTIVERSION void write_words(std::uint64_t* words, std::size_t count,
                                      std::uint64_t value) {
  for (std::size_t i = 0; i < count; ++i) words[i] = value + i;
}

/// Calls a second, each worth `amount`.
template <class Function>
double rate(double amount, Function&& function) {
  std::vector<double> rates;
  for (int round = 0; round < kRounds; ++round) {
    const double start = processor_seconds();
    double done = 0;
    double seconds = 0;
    do {
      function();
      done += amount;
      seconds = processor_seconds() - start;
    } while (seconds < kSeconds);
    rates.push_back(done / seconds);
  }
  return median(rates);
}

double write_rate(std::size_t bytes, int repeats) {
  std::vector<std::uint64_t> words(bytes / sizeof(std::uint64_t));
  std::uint64_t value = 0;
  return rate(static_cast<double>(bytes) * repeats, [&] {
    for (int i = 0; i < repeats; ++i) {
      write_words(words.data(), words.size(), ++value);
      asm volatile("" : : "r"(words.data()) : "memory");
    }
  });
}

}  // namespace

ReferenceRates measure_reference() {
  ReferenceRates rates;
  const Chains chains = widest();
  rates.lanes = chains.lanes;
  volatile double sink = 0;
  rates.multiply_adds = rate(static_cast<double>(kSteps) * chains.chains * chains.lanes,
                             [&] { sink = chains.run(0.999, sink * 1e-9 + 0.001); });
  rates.small_bytes = write_rate(kSmall, 256);
  rates.large_bytes = write_rate(kLarge, 1);
  return rates;
}

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

}  // namespace thalweg::bench
