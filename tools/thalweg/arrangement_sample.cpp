#include "arrangement_sample.hpp"

#include <algorithm>
#include <string>

#include "arrangement_file.hpp"
#include "arrangement_listing.hpp"
#include "exit_code.hpp"

namespace thalweg::cli {
namespace {

CellSample draw(const ArrangementOptions& options, const Inputs&,
                const HyperplaneArrangement& arrangement, const RunControl& control) {
  SampleSettings settings;
  settings.count = *options.sample;
  settings.seed = options.run.seed;
  settings.threads = thread_count(options.run);
  settings.duplicates = Duplicates::kCount;
  settings.control = control;
  if (options.method != "uniform") {
    throw Failure(ExitCode::kUsage, "--method " + options.method + " is not in this version");
  }
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
  CellFile file(options.out, arrangement, {options.packed, false});
  for (Index i = 0; i < sample.cells.size(); ++i) {
    require(file.add(sample.cells.pattern(i).data(), nullptr, CellSide::kItself));
  }
  require(file.finish(false));
  return sample;
}

}  // namespace thalweg::cli
