// Proofs at a relative gap of 1e-10 and `certify` on the shipped networks:
// `certificate_bench [ROW] [SEEDS]`.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "instances.hpp"
#include "measure.hpp"
#include "thalweg/io/dataset_reader.hpp"
#include "thalweg/io/network_reader.hpp"
#include "thalweg/landscape/certify.hpp"
#include "thalweg/training/train.hpp"
#include "thalweg/verify/check.hpp"

namespace {

using namespace thalweg;
namespace fs = std::filesystem;

constexpr double kGap = 1e-10;

/// Medians of one row.
struct Figures {
  std::vector<double> certify;
  std::vector<double> check;
  std::vector<double> bytes;
  std::vector<double> leaves;
  std::vector<double> gap;
  std::string verdict;

  void run(const TrainingProblem& problem, const TwoLayerNetwork& network, const fs::path& file,
           double tolerance) {
    CertifySettings settings;
    settings.tolerance = tolerance;
    settings.threads = 2;
    settings.certificate = file;
    const Expected<CertifyResult> result = thalweg::certify(problem, network, settings);
    bench::require(result.has_value(), "certify failed");
    bench::require(result->level == Level::kVerified, "the bound is not verified");
    std::ifstream input(file);
    const Stopwatch watch;
    const verify::Report report = verify::check(input);
    check.push_back(watch.seconds());
    bench::require(report.outcome == verify::Outcome::kVerified, report.reason);
    certify.push_back(result->seconds);
    bytes.push_back(static_cast<double>(result->certificate_bytes));
    leaves.push_back(static_cast<double>(result->certificate_leaves));
    gap.push_back(result->relative_gap);
    verdict = to_string(result->verdict);
  }

  void print(const std::string& name) const {
    bench::print_row({name, verdict, bench::shown(bench::median(gap)),
                      bench::shown(bench::median(certify)), bench::shown(bench::median(leaves)),
                      bench::shown(bench::median(bytes) / 1000),
                      bench::shown(bench::median(check))});
  }
};

void measure(const bench::Spec& spec, const fs::path& file, std::uint64_t seeds) {
  Figures figures;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const TrainingProblem problem = bench::make_problem(spec, seed);
    TrainingSettings settings;
    settings.relative_gap = 0.1 * kGap;
    settings.threads = 2;
    figures.run(problem, train(problem, settings).network, file, kGap);
  }
  figures.print(name(spec));
}

struct Shipped {
  const char* data;
  const char* network;
  double beta;
  OutputBias output_bias;
};

void measure(const Shipped& shipped, const fs::path& file, std::uint64_t repeats) {
  const fs::path folder = fs::path(THALWEG_EXAMPLES) / "iris";
  const Expected<Dataset> data = io::read_dataset(folder / shipped.data);
  const Expected<io::StoredNetwork> stored = io::read_network(folder / shipped.network);
  bench::require(data.has_value() && stored.has_value(), "an example cannot be read");
  const bool hidden = stored->network.hidden_bias == HiddenBias::kLastColumn;
  const TrainingProblem problem(hidden ? append_ones(data->X) : data->X, data->y.col(0),
                                shipped.beta, Loss::squared(), shipped.output_bias);
  Figures figures;
  for (std::uint64_t repeat = 0; repeat < repeats; ++repeat) {
    figures.run(problem, stored->network, file, CertifySettings{}.tolerance);
  }
  figures.print(std::string("examples/iris/") + shipped.network);
}

}  // namespace

int main(int argc, char** argv) {
  using bench::Targets;
  const bench::Choice choice = bench::choice_of(argc, argv);
  const fs::path file =
      fs::temp_directory_path() / ("certificate_bench." + std::to_string(getpid()));
  bench::print_header(
      {"instance", "verdict", "relative gap", "certify, s", "leaves", "kB", "check, s"});
  for (const bench::Spec& spec :
       {bench::Spec{1000, 5, Targets::kTeacher, .1}, bench::Spec{10000, 3, Targets::kTeacher, .1},
        bench::Spec{200, 5, Targets::kNoise, .1}}) {
    if (choice.wants(name(spec))) measure(spec, file, choice.seeds);
  }
  for (const Shipped& shipped :
       {Shipped{"iris.npz", "wide.npz", 1.5, OutputBias::kPenalised},
        Shipped{"iris.npz", "narrow.npz", 1.5, OutputBias::kPenalised},
        Shipped{"small.npz", "small_penalised.npz", .75, OutputBias::kPenalised},
        Shipped{"small.npz", "small_free.npz", .75, OutputBias::kFree}}) {
    if (choice.wants(shipped.network)) measure(shipped, file, choice.seeds);
  }
  fs::remove(file);
}
