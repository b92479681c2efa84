#include "thalweg/convex/block_program.hpp"

#include <cmath>
#include <string>
#include <utility>

#include "thalweg/core/error.hpp"

namespace thalweg {

BlockProgram::BlockProgram(const TrainingProblem& given_problem, const BlockMaps& given_maps)
    : BlockProgram(given_problem, given_maps, Vector::Ones(given_maps.blocks())) {}

BlockProgram::BlockProgram(const TrainingProblem& given_problem, const BlockMaps& given_maps,
                           Vector given_weights)
    : problem(given_problem), maps(given_maps), weights(std::move(given_weights)) {
  if (maps.samples() != problem.samples()) {
    throw InvalidArgument("maps: expected " + std::to_string(problem.samples()) + " samples, got " +
                          std::to_string(maps.samples()));
  }
  if (weights.size() != maps.blocks()) {
    throw InvalidArgument("weights: expected " + std::to_string(maps.blocks()) +
                          " entries, one for each block, got " + std::to_string(weights.size()));
  }
  for (Index i = 0; i < weights.size(); ++i) {
    if (weights[i] > 0 && std::isfinite(weights[i])) continue;
    throw InvalidArgument("weights: expected positive finite numbers, got " +
                          std::to_string(weights[i]) + " for block " + std::to_string(i));
  }
}

}  // namespace thalweg
