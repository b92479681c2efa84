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
constexpr Index kFew = 200;     ///< patterns that do not repay tables of 8 samples: 4 then

/// Partial sums of nu_i x_i over all subsets of the samples first .. first + width - 1.
void fill_table(const Matrix& rows, const Vector& nu, Index first, Index width, Matrix& table) {
  const Index count = std::min(width, rows.cols() - first);
  table.col(0).setZero();
  for (Index subset = 1; subset < (Index{1} << count); ++subset) {
    const Index i = first + std::countr_zero(static_cast<std::uint64_t>(subset));
    table.col(subset) = table.col(subset & (subset - 1)) + nu[i] * rows.col(i);
  }
}

THALWEG_MULTIVERSION
void add_table(const PatternSet& patterns, Index begin, Index end, Index first, const Matrix& table,
               Matrix& result) {
  const Index d = table.rows();
  const double* entries = table.data();
  const auto mask = static_cast<std::uint64_t>(table.cols() - 1);
  for (Index cell = begin; cell < end; ++cell) {
    const std::uint64_t word = patterns.pattern(cell)[static_cast<std::size_t>(first / 64)];
    const auto subset = static_cast<Index>(word >> (first % 64) & mask);
    double* sum = result.data() + cell * d;
    const double* column = entries + subset * d;
    for (Index k = 0; k < d; ++k) sum[k] += column[k];
  }
}

void correlate(const PatternSet& patterns, const Matrix& rows, const Vector& nu, Index begin,
               Index end, Matrix& result) {
  const Index width = patterns.size() <= kFew ? 4 : 8;
  Matrix table(rows.rows(), Index{1} << width);
  for (Index start = begin; start < end; start += kChunk) {
    const Index stop = std::min(start + kChunk, end);
    for (Index first = 0; first < rows.cols(); first += width) {
      fill_table(rows, nu, first, width, table);
      add_table(patterns, start, stop, first, table, result);
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

PatternSet PatternSet::subset(const std::vector<Index>& cells) const {
  PatternSet result;
  result.samples_ = samples_;
  result.size_ = static_cast<Index>(cells.size());
  for (const Index cell : cells) {
    const auto bits = pattern(cell);
    result.words_.insert(result.words_.end(), bits.begin(), bits.end());
  }
  return result;
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
