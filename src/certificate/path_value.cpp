#include "thalweg/certificate/path_value.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "certificate/exact_path.hpp"
#include "certificate/exact_value.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace certificate {
namespace {

void check_shapes(const TrainingProblem& problem, const NetworkPath& path) {
  problem.check(path.start);
  if (path.end) problem.check(*path.end);
  if (path.states.empty() || path.kinds.size() + 1 != path.states.size()) {
    throw InvalidArgument("path: expected a state, and a kind for each two neighbours");
  }
  for (const PathState& state : path.states) {
    if (static_cast<Index>(state.slots.size()) != path.width()) {
      throw InvalidArgument("path: expected " + std::to_string(path.width()) +
                            " slots in every state, got " + std::to_string(state.slots.size()));
    }
  }
}

}  // namespace

ExactPath exact_path(const TrainingProblem& problem, const NetworkPath& path) {
  check_shapes(problem, path);
  ExactPath result(problem);
  result.extend(path.directions);
  for (const PathState& state : path.states) result.check(state);
  return result;
}

std::optional<std::string> find_path_fault(const ExactPath& arithmetic, const NetworkPath& path) {
  const auto named = [](const std::string& where, const std::optional<std::string>& what) {
    return what ? std::optional(where + ": " + *what) : std::nullopt;
  };
  if (auto fault = named("start", arithmetic.find_fault(path.states.front(), path.start))) {
    return fault;
  }
  for (std::size_t i = 0; i < path.kinds.size(); ++i) {
    auto fault = named("segment " + std::to_string(i),
                       arithmetic.find_fault(path.states[i], path.states[i + 1], path.kinds[i]));
    if (fault) return fault;
  }
  if (!path.end) return std::nullopt;
  if (path.end->width() != path.width()) return "end: its width is not the start's";
  return named("end", arithmetic.find_fault(path.states.back(), *path.end));
}

ExactPathValue exact_path_value(const ExactPath& arithmetic, const TrainingProblem& problem,
                                const NetworkPath& path) {
  ExactPathValue result;
  mpq_class rest;
  for (const PathState& state : path.states) {
    rest = arithmetic.unregularised(state);
    if (result.objectives.empty())
      result.maximum = rest + exact_weight_penalty(problem, path.start);
    result.objectives.push_back(rest + arithmetic.penalty(state, Rounding::kUp));
    result.maximum = std::max(result.maximum, result.objectives.back());
  }
  for (std::size_t i = 0; i < path.kinds.size(); ++i) {
    result.slopes.push_back(arithmetic.slope(path.states[i], path.states[i + 1]));
    if (result.slopes.back() > 0) result.increase += result.slopes.back();
  }
  result.end = result.objectives.back();
  if (path.end) {
    const mpq_class penalty = exact_weight_penalty(problem, *path.end);
    result.increase += penalty - arithmetic.penalty(path.states.back(), Rounding::kDown);
    result.end = rest + penalty;
    result.maximum = std::max(result.maximum, result.end);
  }
  return result;
}

}  // namespace certificate

namespace {

using certificate::ExactPath;
using certificate::Rounding;

/// The least double that is not below the value.
double round_up(const mpq_class& value) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const certificate::Dyad dyad = certificate::round_to_dyad(value, Rounding::kUp);
  double result = std::ldexp(dyad.mantissa.get_d(),
                             static_cast<int>(std::clamp(-dyad.exponent, -9999L, 9999L)));
  if (!std::isfinite(result)) return result;
  // The dyad may have 52 bits, and those below the smallest double were rounded either way.
  if (mpq_class(result) < value) result = std::nextafter(result, kInfinity);
  for (double below = std::nextafter(result, -kInfinity); mpq_class(below) >= value;) {
    result = std::exchange(below, std::nextafter(below, -kInfinity));
  }
  return result;
}

std::vector<double> round_up(const std::vector<mpq_class>& values) {
  std::vector<double> result;
  for (const mpq_class& value : values) result.push_back(round_up(value));
  return result;
}

}  // namespace

struct PathEvaluator::Core {
  ExactPath arithmetic;
};

PathEvaluator::PathEvaluator(const TrainingProblem& problem)
    : core_(std::make_unique<Core>(Core{ExactPath(problem)})) {}
PathEvaluator::PathEvaluator(PathEvaluator&&) noexcept = default;
PathEvaluator& PathEvaluator::operator=(PathEvaluator&&) noexcept = default;
PathEvaluator::~PathEvaluator() = default;

std::optional<std::string> PathEvaluator::find_fault(const Matrix& directions,
                                                     const PathState& from, const PathState& to,
                                                     SegmentKind kind) {
  core_->arithmetic.extend(directions);
  core_->arithmetic.check(from);
  core_->arithmetic.check(to);
  return core_->arithmetic.find_fault(from, to, kind);
}

double PathEvaluator::slope(const Matrix& directions, const PathState& from, const PathState& to) {
  core_->arithmetic.extend(directions);
  core_->arithmetic.check(from);
  core_->arithmetic.check(to);
  if (from.slots.size() != to.slots.size()) throw InvalidArgument("slope: the widths differ");
  return round_up(core_->arithmetic.slope(from, to));
}

double PathEvaluator::objective(const Matrix& directions, const PathState& state) {
  core_->arithmetic.extend(directions);
  core_->arithmetic.check(state);
  return round_up(core_->arithmetic.unregularised(state) +
                  core_->arithmetic.penalty(state, Rounding::kUp));
}

std::optional<std::string> find_fault(const TrainingProblem& problem, const NetworkPath& path) {
  return certificate::find_path_fault(certificate::exact_path(problem, path), path);
}

PathValue evaluate_path(const TrainingProblem& problem, const NetworkPath& path) {
  const ExactPath arithmetic = certificate::exact_path(problem, path);
  if (const auto fault = certificate::find_path_fault(arithmetic, path)) {
    throw InvalidArgument("path: " + *fault);
  }
  const auto value = certificate::exact_path_value(arithmetic, problem, path);
  return {round_up(value.increase), round_up(value.maximum), round_up(value.end),
          round_up(value.objectives), round_up(value.slopes)};
}

}  // namespace thalweg
