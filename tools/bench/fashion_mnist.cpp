// Gated ReLU on Fashion-MNIST, ten one-against-all problems over the same gates:
// `fashion_mnist FOLDER CHECKPOINTS [--gates N] [--ratio R] [--gap E] [--train N] [--slice
// SECONDS] [--seed S]`. FOLDER holds the four unpacked idx files (see fashion_mnist.sh). Each class
// writes its state to CHECKPOINTS every slice; a run that was killed goes on from there.
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>

#include "gated_checkpoint.hpp"
#include "measure.hpp"
#include "thalweg/convex/block_solver.hpp"
#include "thalweg/convex/single_precision_maps.hpp"
#include "thalweg/core/random.hpp"

namespace {

using namespace thalweg;
namespace fs = std::filesystem;

constexpr Index kClasses = 10;
constexpr Index kPixels = 784;
constexpr int kThreads = 2;

struct Options {
  fs::path folder;
  fs::path checkpoints;
  Index gates = 1000;
  double ratio = 1e-3;  ///< beta over the largest beta_max of the ten problems
  double gap = 1e-3;
  Index train = 60000;
  double slice = 120;
  std::uint64_t seed = 1;  ///< of the gates
};

constexpr const char* kUsage =
    "usage: fashion_mnist FOLDER CHECKPOINTS [--gates N] [--ratio R] [--gap E] [--train N] "
    "[--slice SECONDS] [--seed S]";

void demand(bool holds, const std::string& message) {
  if (holds) return;
  std::fprintf(stderr, "%s\n%s\n", message.c_str(), kUsage);
  std::exit(2);
}

/// A whole text as a number of the range [least, most]. Ends the program otherwise.
template <class T>
T number_of(const std::string& name, const std::string& text, T least, T most,
            const std::string& range) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  const bool whole = error == std::errc() && stopped == end;
  demand(whole && value >= least && value <= most,
         name + ": expected " + range + ", got '" + text + "'");
  return value;
}

double fraction_of(const std::string& name, const std::string& text) {
  const double least = std::numeric_limits<double>::min();
  return number_of<double>(name, text, least, std::nextafter(1.0, 0.0), "a number in (0, 1)");
}

Options options_of(int argc, char** argv) {
  demand(argc >= 3, "expected two folders");
  Options options;
  options.folder = argv[1];
  options.checkpoints = argv[2];
  constexpr Index kMost = 1'000'000;
  for (int k = 3; k < argc; k += 2) {
    const std::string name = argv[k];
    demand(k + 1 < argc, name + ": expected a value after it");
    const std::string text = argv[k + 1];
    if (name == "--gates")
      options.gates = number_of<Index>(name, text, 1, kMost, "an integer from 1 to 1000000");
    else if (name == "--ratio")
      options.ratio = fraction_of(name, text);
    else if (name == "--gap")
      options.gap = fraction_of(name, text);
    else if (name == "--train")
      options.train = number_of<Index>(name, text, 1, kMost, "an integer from 1 to 1000000");
    else if (name == "--slice")
      options.slice = number_of<double>(name, text, 1e-3, 1e9, "seconds from 0.001 to 1e9");
    else if (name == "--seed")
      options.seed = number_of<std::uint64_t>(name, text, 0, UINT64_MAX, "an integer of 64 bits");
    else
      demand(false, "unknown option " + name);
  }
  return options;
}

std::vector<unsigned char> bytes_of(const fs::path& path, std::size_t skip) {
  std::ifstream in(path, std::ios::binary);
  bench::require(in.good(), "cannot read " + path.string());
  std::vector<unsigned char> bytes{std::istreambuf_iterator<char>(in), {}};
  bench::require(bytes.size() > skip, path.string() + " is too short");
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(skip));
  return bytes;
}

/// Images in [0, 1], a row each, and their labels 0 .. 9.
struct Images {
  Matrix X;
  std::vector<unsigned char> labels;
};

Images read_images(const fs::path& folder, const std::string& set, Index most) {
  const std::vector<unsigned char> pixels = bytes_of(folder / (set + "-images-idx3-ubyte"), 16);
  Images images;
  images.labels = bytes_of(folder / (set + "-labels-idx1-ubyte"), 8);
  const Index count = std::min(most, static_cast<Index>(images.labels.size()));
  images.labels.resize(static_cast<std::size_t>(count));
  bench::require(static_cast<Index>(pixels.size()) >= count * kPixels,
                 set + ": images are missing");
  images.X.resize(count, kPixels);
  for (Index i = 0; i < count; ++i) {
    for (Index k = 0; k < kPixels; ++k) {
      images.X(i, k) = pixels[static_cast<std::size_t>(i * kPixels + k)] / 255.0;
    }
  }
  return images;
}

Vector targets_of(const Images& images, Index label) {
  Vector y(images.X.rows());
  for (Index i = 0; i < y.size(); ++i) {
    y[i] = images.labels[static_cast<std::size_t>(i)] == label ? 1 : -1;
  }
  return y;
}

double largest_norm(const BlockMaps& maps, const Vector& nu) {
  std::vector<Index> all(static_cast<std::size_t>(maps.blocks()));
  for (std::size_t k = 0; k < all.size(); ++k) all[k] = static_cast<Index>(k);
  Matrix G(maps.width(), maps.blocks());
  maps.adjoint(all, nu, G);
  return G.colwise().norm().maxCoeff();
}

/// Prints where the solver is, a line each.
class Printer final : public ProgressObserver {
 public:
  void report(std::string_view, double, std::string_view detail) override {
    std::printf("    %.*s\n", static_cast<int>(detail.size()), detail.data());
    std::fflush(stdout);
  }
};

/// Solves one class in slices, with a checkpoint after each.
bench::GatedCheckpoint solve(const Options& options, const Matrix& gates,
                             const TrainingProblem& problem, const BlockMaps& maps,
                             const fs::path& path) {
  const BlockProgram program(problem, maps);
  Printer printer;
  const bench::GatedProblemKey key =
      bench::key_of(gates, problem.X(), problem.y(), options.seed, problem.beta());
  std::optional<bench::GatedCheckpoint> state =
      bench::read_checkpoint(path, key, options.gap, maps.samples(), maps.width());
  if (state) std::printf("    %s %s\n", state->finished ? "takes" : "goes on from", path.c_str());
  if (!state) state.emplace();
  state->key = key;
  state->gap = options.gap;
  while (!state->finished) {
    const Stopwatch watch;
    SolverSettings settings;
    settings.relative_gap = options.gap;
    settings.threads = kThreads;
    settings.max_steps = 100000;
    settings.control.deadline = Deadline::after(options.slice);
    settings.control.progress = &printer;
    const bool warm = state->solution.dual.size() > 0;
    const std::int64_t before = state->solution.info.steps;
    state->solution = solve_blocks(program, BlockMethod::kProximalGradient, settings,
                                   warm ? &state->solution : nullptr);
    state->finished = state->solution.info.status != SolverStatus::kStopped;
    state->seconds += watch.seconds();
    state->solution.info.steps += before;
    bench::write_checkpoint(path, *state);
  }
  return *std::move(state);
}

/// The bound once more in double precision: the solver's is in single precision.
double checked_gap(const TrainingProblem& problem, const MaskedMaps& maps,
                   const BlockSolution& solution) {
  const Vector nu = problem.project_to_dual_domain(solution.dual);
  const double norm = largest_norm(maps, nu) * (1 + 1e-12);
  const double scale = problem.best_dual_scale(nu, std::min(1.0, problem.beta() / norm));
  const double bound = problem.dual_objective(Vector(scale * nu));
  const Vector fit = maps.fit(solution.active, solution.W).array() + solution.bias;
  const double objective =
      problem.loss().value(fit, problem.y()) + problem.beta() * solution.W.colwise().norm().sum();
  return (objective - bound) / objective;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = options_of(argc, argv);
  fs::create_directories(options.checkpoints);
  Images train = read_images(options.folder, "train", options.train);
  Images test = read_images(options.folder, "t10k", 10000);
  const Eigen::RowVectorXd mean = train.X.colwise().mean();
  train.X.rowwise() -= mean;
  test.X.rowwise() -= mean;
  Random random(options.seed);
  Matrix gates(options.gates, kPixels);
  for (Index k = 0; k < gates.rows(); ++k) gates.row(k) = random.direction(kPixels).transpose();
  const SinglePrecisionMaps maps(train.X, gate_masks(train.X, gates));
  double beta_max = 0;
  for (Index label = 0; label < kClasses; ++label) {
    const Vector y = targets_of(train, label);
    beta_max = std::max(beta_max, largest_norm(maps, y.array() - y.mean()));
  }
  const double beta = options.ratio * beta_max;
  std::printf("n %td, d %td, gates %td, beta %.6g (%.2g of beta_max)\n", train.X.rows(), kPixels,
              options.gates, beta, options.ratio);
  const PatternMasks test_masks = gate_masks(test.X, gates);
  const MaskedMaps test_maps(test.X, test_masks);
  const MaskedMaps exact(train.X, gate_masks(train.X, gates));
  Matrix scores(test.X.rows(), kClasses);
  bench::print_header({"class", "objective", "relative gap, single", "relative gap, double",
                       "blocks", "steps", "seconds"});
  double total = 0;
  for (Index label = 0; label < kClasses; ++label) {
    const TrainingProblem problem(train.X, targets_of(train, label), beta, Loss::squared(),
                                  OutputBias::kFree);
    const bench::GatedCheckpoint state =
        solve(options, gates, problem, maps,
              options.checkpoints / ("class_" + std::to_string(label) + ".npz"));
    scores.col(label) =
        test_maps.fit(state.solution.active, state.solution.W).array() + state.solution.bias;
    const double gap = checked_gap(problem, exact, state.solution);
    total += state.seconds;
    bench::print_row({std::to_string(label), bench::shown(state.solution.info.objective),
                      bench::shown(state.solution.info.relative_gap), bench::shown(gap),
                      std::to_string(state.solution.active.size()),
                      std::to_string(state.solution.info.steps), bench::shown(state.seconds)});
  }
  Index right = 0;
  for (Index i = 0; i < scores.rows(); ++i) {
    Index best = 0;
    scores.row(i).maxCoeff(&best);
    right += best == test.labels[static_cast<std::size_t>(i)];
  }
  std::printf("test accuracy %.4f, %.0f s, peak memory %.0f MiB\n",
              static_cast<double>(right) / static_cast<double>(scores.rows()), total,
              bench::peak_memory());
}
