#include "reached.hpp"

#include <algorithm>
#include <limits>

#include "measure.hpp"

namespace thalweg::bench {

Reached::Reached(double patience)
    : patience_(patience),
      start_(processor_seconds()),
      best_(std::numeric_limits<double>::infinity()) {}

double Reached::seconds() const { return processor_seconds() - start_; }

void Reached::pause() { start_ -= processor_seconds(); }

void Reached::resume() { start_ += processor_seconds(); }

bool Reached::note(double error) {
  const double now = seconds();
  best_ = std::min(best_, error);
  while (times_.size() < kLevels.size() && best_ <= kLevels[times_.size()]) times_.push_back(now);
  return times_.size() < kLevels.size() && now < patience_;
}

std::vector<std::string> Reached::cells() const {
  std::vector<std::string> cells;
  for (std::size_t level = 0; level < kLevels.size(); ++level) {
    cells.push_back(level < times_.size() ? shown(times_[level])
                                          : "> " + shown(patience_) + " (" + shown(best_) + ")");
  }
  return cells;
}

std::string Reached::ratio(double ours) const {
  if (times_.size() == kLevels.size()) return shown(times_.back() / ours);
  return "> " + shown(patience_ / ours);
}

}  // namespace thalweg::bench
