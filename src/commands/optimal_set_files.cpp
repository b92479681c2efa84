#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "commands/exit_code.hpp"
#include "commands/optimal_set_answer.hpp"
#include "commands/output_file.hpp"
#include "thalweg/io/npy.hpp"
#include "thalweg/io/npz.hpp"

namespace thalweg::commands {
namespace {

void write_vertices(const std::string& path, Index dimension, const OptimalSet& set) {
  const auto atoms = static_cast<Index>(set.atoms.size());
  std::vector<std::int8_t> signs;
  Matrix u(atoms, dimension);
  for (const OptimalAtom& atom : set.atoms) {
    u.row(static_cast<Index>(signs.size())) = atom.u.transpose();
    signs.push_back(atom.sign == Sign::kPlus ? 1 : -1);
  }
  std::vector<std::int64_t> edges;
  for (const PolytopeEdge& edge : set.polytope.edges) {
    edges.push_back(edge.first);
    edges.push_back(edge.second);
  }
  const std::vector<Index> of_signs = {atoms};
  const std::vector<Index> of_edges = {static_cast<Index>(set.polytope.edges.size()), 2};
  const std::vector<io::NpzEntry> entries = {
      {"sign", io::encode_npy<std::int8_t>(of_signs, signs)},
      {"u", io::encode_npy(u)},
      {"masses", io::encode_npy(set.vertex_masses)},
      {"edges", io::encode_npy<std::int64_t>(of_edges, edges)},
      {"centre", io::encode_npy(set.centre)},
      {"fit", io::encode_npy(set.fit)},
      {"dual", io::encode_npy(set.dual)}};
  require(io::write_npz(path, entries));
}

}  // namespace

void write_optimal_set(const OptimalSetOptions& options, const ProblemSetup& setup,
                       const Inputs& inputs, const OptimalSet& set) {
  const OptimalNetworks networks(setup.problem, set);
  std::vector<TwoLayerNetwork> written = {networks.smallest(), networks.most_irreducible(),
                                          networks.centre()};
  Random random(options.run.seed);
  const Index width = options.width.value_or(set.M_star_upper);
  for (Index k = 0; k < options.samples; ++k) written.push_back(networks.sample(width, random));
  const std::filesystem::path folder = options.out;
  const std::vector<std::string> names = files_in_folder(options);
  write_vertices((folder / names[0]).string(), setup.problem.dimension(), set);
  for (std::size_t k = 0; k < written.size(); ++k) {
    write_network_file((folder / names[k + 1]).string(), std::move(written[k]), inputs,
                       setup.problem.output_bias());
  }
}

}  // namespace thalweg::commands
