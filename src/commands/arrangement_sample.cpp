#include "commands/arrangement_sample.hpp"

#include <algorithm>
#include <string>

#include "commands/arrangement_file.hpp"
#include "commands/arrangement_listing.hpp"
#include "commands/exit_code.hpp"

namespace thalweg::commands {
namespace {

/// The neurons' own cells and as many of their neighbours as make N in all.
CellSample cells_about_neurons(const ArrangementOptions& options, const Inputs& inputs,
                               const HyperplaneArrangement& arrangement,
                               const RunControl& control) {
  const Matrix& W = inputs.network->network.W;
  if (W.rows() == 0) {
    throw Failure(ExitCode::kUsage, "--method neurons: " + options.problem.network +
                                        ": expected at least one neuron, found none");
  }
  const auto neurons = static_cast<std::uint64_t>(W.rows());
  const auto most = static_cast<std::uint64_t>(arrangement.hyperplanes());
  const std::uint64_t walls = std::min((*options.sample + neurons - 1) / neurons - 1, most);
  CellSample sample = cells_around(arrangement, W, static_cast<Index>(walls), control);
  const auto words = static_cast<std::uint64_t>(sample.cells.words);
  if (sample.cells.patterns.size() > *options.sample * words) {
    sample.cells.patterns.resize(static_cast<std::size_t>(*options.sample * words));
  }
  return sample;
}

CellSample draw(const ArrangementOptions& options, const Inputs& inputs,
                const HyperplaneArrangement& arrangement, const RunControl& control) {
  if (options.method == "neurons") {
    return cells_about_neurons(options, inputs, arrangement, control);
  }
  SampleSettings settings;
  settings.count = *options.sample;
  settings.seed = options.run.seed;
  settings.threads = thread_count(options.run);
  settings.duplicates = Duplicates::kCount;
  settings.control = control;
  if (options.method == "gaussian") return sample_gaussian_cells(arrangement, settings);
  if (options.method == "local") return sample_local_cells(arrangement, settings);
  if (options.method == "pencil") return sample_pencils(arrangement, settings);
  return sample_cells(arrangement, settings);
}

void check(const ArrangementOptions& options, const HyperplaneArrangement& arrangement) {
  const bool neurons = options.method == "neurons";
  if (neurons == options.problem.network.empty()) {
    throw Failure(ExitCode::kUsage,
                  neurons ? "--method neurons: expected --network FILE, got none"
                          : "--network: expected --method neurons, got " + options.method);
  }
  if (neurons) return;
  const std::uint64_t most = cells_in_memory(options, arrangement);
  if (*options.sample > most) {
    throw Failure(ExitCode::kUsage, "--sample: expected at most " + std::to_string(most) +
                                        ", as many as fit in memory, got " +
                                        std::to_string(*options.sample));
  }
  if (!options.out.empty() && !options.packed && *options.sample > kMostUnpackedCells) {
    throw Failure(ExitCode::kUsage,
                  "--sample: expected at most " + std::to_string(kMostUnpackedCells) +
                      " without --packed, got " + std::to_string(*options.sample));
  }
}

}  // namespace

CellSample sample_to_file(const ArrangementOptions& options, const Inputs& inputs,
                          const HyperplaneArrangement& arrangement, const RunControl& control) {
  check(options, arrangement);
  const CellSample sample = draw(options, inputs, arrangement, control);
  if (options.out.empty()) return sample;
  CellFile file(options.out, inputs.dataset.X, arrangement, {options.packed, false});
  for (Index i = 0; i < sample.cells.size(); ++i) {
    require(file.add(sample.cells.pattern(i).data(), nullptr, CellSide::kItself));
  }
  require(file.finish(CellRows::kSome));
  return sample;
}

}  // namespace thalweg::commands
