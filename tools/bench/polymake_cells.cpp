#include "polymake_cells.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "measure.hpp"
#include "scratch_folder.hpp"

namespace thalweg::bench {
namespace {

/// [[1,2],[3,4]]
std::string perl_list(const Matrix& X) {
  std::string text = "[";
  for (Index i = 0; i < X.rows(); ++i) {
    text += "[";
    for (Index k = 0; k < X.cols(); ++k) text += std::to_string(std::llround(X(i, k))) + ",";
    text += "],";
  }
  return text + "]";
}

/// The first matrix is done twice: the first time loads polymake's rules.
void write_script(const std::filesystem::path& path, const std::vector<Matrix>& matrices) {
  std::ofstream file(path);
  file << "use application \"fan\";\n$| = 1;\n"
          "sub chambers {\n"
          "  my $h = new HyperplaneArrangement<Rational>("
          "HYPERPLANES => new Matrix<Rational>($_[0]));\n"
          "  return $h->CHAMBER_DECOMPOSITION->N_MAXIMAL_CONES;\n"
          "}\n"
       << "chambers(" << perl_list(matrices.front()) << ");\n";
  for (const Matrix& X : matrices) {
    file << "{\n  my ($user, $system) = times;\n  my $count = chambers(" << perl_list(X)
         << ");\n  my ($u, $s) = times;\n"
            "  print $count, \" \", $u + $s - $user - $system, \"\\n\";\n}\n";
  }
}

}  // namespace

std::optional<std::vector<PolymakeCount>> polymake_cells(const std::vector<Matrix>& matrices,
                                                         double seconds) {
  if (std::system("command -v polymake >/dev/null 2>&1") != 0) return std::nullopt;
  std::vector<PolymakeCount> counts;
  if (matrices.empty()) return counts;
  const ScratchFolder folder;
  const std::filesystem::path script = folder.path() / "chambers.pl";
  write_script(script, matrices);
  // Its settings go into the folder too.
  const std::string command = "POLYMAKE_USER_DIR=" + folder.path().string() + " timeout " +
                              std::to_string(static_cast<int>(seconds)) + " polymake --script " +
                              script.string() + " 2>/dev/null";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> output(popen(command.c_str(), "r"), pclose);
  require(output != nullptr, "polymake does not start");
  unsigned long long cells = 0;
  double taken = 0;
  while (std::fscanf(output.get(), "%llu %lf", &cells, &taken) == 2)
    counts.push_back({cells, taken});
  return counts;
}

}  // namespace thalweg::bench
