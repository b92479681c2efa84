// Writes certificates of random paths into a folder, for the mutation test of the two checkers.
#include <iostream>
#include <string>

#include "certificate/path_samples.hpp"
#include "thalweg/certificate/certificate.hpp"

int main(int argc, char** argv) {
  using namespace thalweg;
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  for (int number = 0; number < 24; ++number) {
    Random random(static_cast<std::uint64_t>(2000 + number));
    const TrainingProblem problem = testing::random_problem(random, number);
    NetworkPath path = testing::random_path(random, problem, 3, 5);
    if (number % 2 == 1) path.end = testing::network_of_products(path);
    CertificateRequest request;
    request.problem = &problem;
    request.network = &path.start;
    request.path = &path;
    const auto file = folder / ("random_" + std::to_string(number) + ".cert");
    if (const auto written = write_certificate(request, file); !written) {
      std::cerr << written.error().message << '\n';
      return 1;
    }
  }
}
