#include "outside_programs.hpp"

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "measure.hpp"

namespace thalweg::bench {
namespace {

constexpr int kPatienceOfTheClock = 8;  ///< times the processor seconds allowed

bool succeeds(const std::string& command) {
  return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
}

}  // namespace

std::optional<std::string> python_with(const std::string& package) {
  for (const char* python : {"python3", "/usr/bin/python3"}) {
    if (succeeds(std::string(python) + " -c 'import " + package + "'")) return python;
  }
  return std::nullopt;
}

std::optional<std::string> rscript_with(const std::string& package) {
  if (succeeds("Rscript -e 'library(" + package + ")'")) return "Rscript";
  return std::nullopt;
}

std::vector<OutsideResult> run_script(const std::string& interpreter, const std::string& script,
                                      const std::filesystem::path& folder,
                                      const std::string& arguments, double patience) {
  // One thread, as all columns of the tables; the clock's limit is for programs that wait.
  const int limit = static_cast<int>(patience);
  const std::string command =
      "ulimit -t " + std::to_string(limit) + "; OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 timeout " +
      std::to_string(kPatienceOfTheClock * limit) + " " + interpreter + " " +
      std::string(THALWEG_BENCH_PEERS) + "/" + script + " " + folder.string() + " " + arguments;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> output(popen(command.c_str(), "r"), pclose);
  require(output != nullptr, script + " does not start");
  std::vector<OutsideResult> results;
  char method[64];
  OutsideResult result;
  while (std::fscanf(output.get(), "%63s %lf %lf", method, &result.seconds, &result.objective) ==
         3) {
    result.method = method;
    results.push_back(result);
  }
  return results;
}

}  // namespace thalweg::bench
