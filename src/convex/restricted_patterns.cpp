#include "thalweg/convex/restricted_patterns.hpp"

#include <algorithm>
#include <bit>
#include <string>
#include <thread>

#include "thalweg/core/error.hpp"
#include "thalweg/core/multiversion.hpp"

namespace thalweg {
namespace {

constexpr Index kChunk = 1024;  ///< patterns whose sums stay in cache while the tables pass by
constexpr Index kByte = 256;

/// Partial sums of nu_i x_i over all subsets of the samples first .. first + 7.
void fill_table(const Matrix& rows, const Vector& nu, Index first, Matrix& table) {
  const Index count = std::min<Index>(8, rows.cols() - first);
  table.col(0).setZero();
  for (Index subset = 1; subset < (Index{1} << count); ++subset) {
    const Index i = first + std::countr_zero(static_cast<std::uint64_t>(subset));
    table.col(subset) = table.col(subset & (subset - 1)) + nu[i] * rows.col(i);
  }
}

THALWEG_MULTIVERSION
void add_table(const PatternSet& patterns, Index begin, Index end, Index group, const Matrix& table,
               Matrix& result) {
  const Index d = table.rows();
  const double* entries = table.data();
  for (Index cell = begin; cell < end; ++cell) {
    const std::uint64_t word = patterns.pattern(cell)[static_cast<std::size_t>(group / 8)];
    const auto byte = static_cast<Index>(word >> (8 * (group % 8)) & 0xff);
    double* sum = result.data() + cell * d;
    const double* column = entries + byte * d;
    for (Index k = 0; k < d; ++k) sum[k] += column[k];
  }
}

void correlate(const PatternSet& patterns, const Matrix& rows, const Vector& nu, Index begin,
               Index end, Matrix& result) {
  Matrix table(rows.rows(), kByte);
  for (Index first = begin; first < end; first += kChunk) {
    const Index last = std::min(first + kChunk, end);
    for (Index group = 0; 8 * group < rows.cols(); ++group) {
      fill_table(rows, nu, 8 * group, table);
      add_table(patterns, first, last, group, table, result);
    }
  }
}

}  // namespace

PatternSet::PatternSet(const Matrix& patterns) : samples_(patterns.cols()), size_(patterns.rows()) {
  const auto per = static_cast<std::size_t>(words_per_pattern());
  words_.assign(static_cast<std::size_t>(size_) * per, 0);
  for (Index i = 0; i < samples_; ++i) {
    const auto word = static_cast<std::size_t>(i / 64);
    for (Index cell = 0; cell < size_; ++cell) {
      if (patterns(cell, i) > 0) {
        words_[static_cast<std::size_t>(cell) * per + word] |= std::uint64_t{1} << (i % 64);
      }
    }
  }
}

PatternSet::PatternSet(Index samples, std::vector<std::uint64_t> words)
    : samples_(samples), words_(std::move(words)) {
  const auto per = static_cast<std::size_t>(words_per_pattern());
  if (per == 0 || words_.size() % per != 0) {
    throw InvalidArgument("patterns: expected a multiple of " + std::to_string(per) +
                          " words, got " + std::to_string(words_.size()));
  }
  size_ = static_cast<Index>(words_.size() / per);
  if (samples_ % 64 == 0) return;
  for (std::size_t last = per - 1; last < words_.size(); last += per) {
    if (words_[last] >> (samples_ % 64) != 0) {
      throw InvalidArgument("patterns: pattern " + std::to_string(last / per) +
                            " has a bit beyond sample " + std::to_string(samples_ - 1));
    }
  }
}

Vector PatternSet::gate(Index cell) const {
  const auto bits = pattern(cell);
  Vector result(samples_);
  for (Index i = 0; i < samples_; ++i) {
    result[i] = static_cast<double>(bits[static_cast<std::size_t>(i / 64)] >> (i % 64) & 1);
  }
  return result;
}

Matrix gated_correlations(const PatternSet& patterns, const Matrix& rows, const Vector& nu,
                          int threads) {
  Matrix result = Matrix::Zero(rows.rows(), patterns.size());
  const Index chunks = (patterns.size() + kChunk - 1) / kChunk;
  const Index workers = std::clamp<Index>(threads, 1, std::max<Index>(chunks, 1));
  std::vector<std::thread> crew;
  for (Index k = 1; k < workers; ++k) {
    crew.emplace_back([&, k] {
      correlate(patterns, rows, nu, std::min(chunks * k / workers * kChunk, patterns.size()),
                std::min(chunks * (k + 1) / workers * kChunk, patterns.size()), result);
    });
  }
  correlate(patterns, rows, nu, 0, std::min(chunks / workers * kChunk, patterns.size()), result);
  for (std::thread& worker : crew) worker.join();
  return result;
}

}  // namespace thalweg
