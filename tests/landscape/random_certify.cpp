// Certifies random instances: `random_certify FIRST COUNT FOLDER [SECONDS]`. Certificates go to
// FOLDER for a second checker; an instance that does not close to 1e-6 within SECONDS is counted
// and its certificate kept as open-SEED.cert. Exit 1 when a bound exceeds a known objective, a
// certificate is rejected, or fewer than 99 in 100 instances close.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "landscape/random_instance.hpp"
#include "thalweg/landscape/certify.hpp"

int main(int argc, char** argv) {
  using namespace thalweg;
  if (argc < 4) {
    std::fprintf(stderr, "usage: random_certify FIRST COUNT FOLDER [SECONDS]\n");
    return 2;
  }
  const std::uint64_t first = std::strtoull(argv[1], nullptr, 10);
  const std::uint64_t count = std::strtoull(argv[2], nullptr, 10);
  const std::filesystem::path folder = argv[3];
  const double seconds = argc > 4 ? std::strtod(argv[4], nullptr) : 10;
  std::filesystem::create_directories(folder);
  std::uint64_t unsound = 0;
  std::uint64_t open = 0;
  double slowest = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const testing::RandomInstance instance = testing::random_instance(seed);
    const Index d = instance.problem.dimension();
    CertifySettings settings;
    settings.threads = 1;
    settings.control.deadline = Deadline::after(seconds);
    settings.certificate = folder / (std::to_string(seed) + ".cert");
    const auto result = certify(instance.problem, instance.network, settings);
    if (!result) {
      std::printf("seed %llu (%s): %s\n", static_cast<unsigned long long>(seed),
                  instance.kind.c_str(), result.error().message.c_str());
      ++unsound;
      continue;
    }
    slowest = std::max(slowest, result->seconds);
    const double known = std::min(result->optimum_upper_bound,
                                  testing::descend(instance.problem, instance.network, 300));
    if (result->level != Level::kVerified || result->lower_bound > known * (1 + 1e-12)) {
      std::printf("seed %llu (%s): level %s, bound %.17g above the known objective %.17g?\n",
                  static_cast<unsigned long long>(seed), instance.kind.c_str(),
                  std::string(to_string(result->level)).c_str(), result->lower_bound, known);
      ++unsound;
    }
    // Where the optimum is 0 the gap counts in units of the loss's rounding.
    const double rounding = 1e-15 * instance.problem.objective(TwoLayerNetwork::empty(d));
    if (result->optimum_upper_bound - result->lower_bound >
        1e-6 * result->optimum_upper_bound + rounding) {
      std::printf("seed %llu (%s) open: n %td d %td loss %s bias %d: [%.12g, %.12g] in %.2f s\n",
                  static_cast<unsigned long long>(seed), instance.kind.c_str(),
                  instance.problem.samples(), d, instance.problem.loss().name().c_str(),
                  static_cast<int>(instance.problem.output_bias()), result->lower_bound,
                  result->optimum_upper_bound, result->seconds);
      std::filesystem::rename(*settings.certificate,
                              folder / ("open-" + std::to_string(seed) + ".cert"));
      ++open;
    }
  }
  std::printf("%llu instances: %llu unsound, %llu open, slowest %.2f s\n",
              static_cast<unsigned long long>(count), static_cast<unsigned long long>(unsound),
              static_cast<unsigned long long>(open), slowest);
  return unsound == 0 && open * 100 <= count ? 0 : 1;
}
