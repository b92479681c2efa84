#include "arrangement/sample_run.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_set>

#include "arrangement/pattern_map.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

/// Separates the random numbers of chunks (Steele, Lea, Flood 2014).
std::uint64_t chunk_seed(std::uint64_t seed, std::uint64_t chunk) {
  std::uint64_t z = seed + 0x9e3779b97f4a7c15 * (chunk + 1);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/// Patterns over hyperplanes to patterns over samples.
void map_to_samples(const PatternMap& map, std::vector<PatternWord>& patterns) {
  if (map.identity()) return;
  const auto from = static_cast<std::size_t>(map.hyperplane_words());
  const auto to = static_cast<std::size_t>(map.sample_words());
  const std::size_t count = patterns.size() / from;
  std::vector<PatternWord> mapped(count * to);
  for (std::size_t i = 0; i < count; ++i) {
    map.to_samples(patterns.data() + i * from, mapped.data() + i * to);
  }
  patterns = std::move(mapped);
}

/// Counts distinct patterns and, when wanted, drops the others.
std::uint64_t distinct_patterns(CellList& cells, Duplicates duplicates) {
  const auto words = static_cast<std::size_t>(cells.words);
  const auto hash = [&](Index i) {
    std::uint64_t value = 0;
    for (const PatternWord word : cells.pattern(i)) value = chunk_seed(value ^ word, 0);
    return static_cast<std::size_t>(value);
  };
  const auto equal = [&](Index a, Index b) {
    return std::ranges::equal(cells.pattern(a), cells.pattern(b));
  };
  std::unordered_set<Index, decltype(hash), decltype(equal)> seen(
      static_cast<std::size_t>(cells.size()), hash, equal);
  Index kept = 0;
  for (Index i = 0; i < cells.size(); ++i) {
    if (duplicates == Duplicates::kCount) {
      seen.insert(i);
      continue;
    }
    // Earlier patterns stay where they are; this one moves next to them.
    std::copy_n(cells.pattern(i).data(), words, cells.patterns.data() + kept * cells.words);
    if (seen.insert(kept).second) ++kept;
  }
  if (duplicates == Duplicates::kDrop) {
    cells.patterns.resize(static_cast<std::size_t>(kept) * words);
  }
  return seen.size();
}

/// Runs the chunks on all threads; rethrows what a thread threw.
std::uint64_t run_chunks(std::vector<SampleChunk>& chunks, const SampleSettings& settings,
                         const PatternMap& map, const SourceFactory& make_source) {
  std::atomic<std::size_t> next{0};
  std::atomic<std::uint64_t> exact_signs{0};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    try {
      const std::unique_ptr<SampleSource> source = make_source();
      for (std::size_t i = next++; i < chunks.size(); i = next++) {
        Random random(chunk_seed(settings.seed, i));
        source->draw(random, chunks[i]);
        map_to_samples(map, chunks[i].patterns);
      }
      exact_signs += source->exact_signs();
    } catch (...) {
      next = chunks.size();
      const std::lock_guard lock(mutex);
      failure = std::current_exception();
    }
  };
  std::vector<std::thread> helpers;
  for (int t = 1; t < settings.threads; ++t) helpers.emplace_back(work);
  work();
  for (std::thread& helper : helpers) helper.join();
  if (failure) std::rethrow_exception(failure);
  return exact_signs;
}

void check(const SampleSettings& settings) {
  if (settings.threads >= 1) return;
  throw InvalidArgument("threads must be at least 1, but it is " +
                        std::to_string(settings.threads));
}

CellSample empty_sample(const HyperplaneArrangement& arrangement) {
  CellSample sample;
  sample.cells.samples = arrangement.samples();
  sample.cells.words = pattern_words(arrangement.samples());
  return sample;
}

void finish(CellSample& sample, const SampleSettings& settings) {
  if (settings.duplicates == Duplicates::kKeep) return;
  sample.distinct = distinct_patterns(sample.cells, settings.duplicates);
}

}  // namespace

CellSample run_samples(const HyperplaneArrangement& arrangement, const SampleSettings& settings,
                       std::uint64_t chunk_size, const SourceFactory& make_source) {
  check(settings);
  CellSample sample = empty_sample(arrangement);
  const PatternMap map(arrangement);
  std::vector<SampleChunk> chunks;
  for (std::uint64_t left = settings.count; left > 0; left -= std::min(left, chunk_size)) {
    SampleChunk& chunk = chunks.emplace_back();
    chunk.wanted = std::min(left, chunk_size);
    chunk.max_trials = settings.max_trials > UINT64_MAX / chunk.wanted
                           ? UINT64_MAX
                           : settings.max_trials * chunk.wanted;
    chunk.control = settings.control;
  }
  sample.exact_signs = run_chunks(chunks, settings, map, make_source);
  sample.status = SampleStatus::kComplete;
  const auto words_each = static_cast<std::size_t>(sample.cells.words);
  std::size_t words = 0;
  for (const SampleChunk& chunk : chunks) words += chunk.patterns.size();
  sample.cells.patterns.reserve(words);
  for (SampleChunk& chunk : chunks) {
    const std::vector<PatternWord> patterns = std::move(chunk.patterns);
    sample.cells.patterns.insert(sample.cells.patterns.end(), patterns.begin(), patterns.end());
    sample.drawn += patterns.size() / std::max<std::size_t>(words_each, 1);
    sample.trials += chunk.trials;
    if (chunk.done == chunk.wanted || sample.status == SampleStatus::kStopped) continue;
    sample.status = chunk.stopped ? SampleStatus::kStopped : SampleStatus::kTrialLimit;
  }
  finish(sample, settings);
  return sample;
}

CellSample sample_everything(const HyperplaneArrangement& arrangement,
                             const SampleSettings& settings) {
  check(settings);
  CellSample sample = empty_sample(arrangement);
  std::vector<PatternWord> pattern(static_cast<std::size_t>(sample.cells.words), ~PatternWord{0});
  if (!pattern.empty()) pattern.back() = last_word_bits(arrangement.samples());
  for (std::uint64_t i = 0; i < settings.count; ++i) {
    sample.cells.patterns.insert(sample.cells.patterns.end(), pattern.begin(), pattern.end());
  }
  sample.drawn = settings.count;
  sample.trials = settings.count;
  sample.status = SampleStatus::kComplete;
  finish(sample, settings);
  return sample;
}

}  // namespace thalweg
