#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "thalweg/model/training_problem.hpp"

namespace thalweg::testing {

/// An optimal direction of a ground-truth problem.
struct GroundTruthAtom {
  Sign sign = Sign::kPlus;
  Vector u;  ///< unit, (d)
};

/// A stored network and its true distance from the optimum.
struct GroundTruthNetwork {
  std::string name;
  TwoLayerNetwork network;
  double objective = 0;
  double gap = 0;  ///< objective - optimum
};

/// One instance of tests/data/groundtruth.
struct GroundTruth {
  std::string name;
  Matrix X;
  Vector y;
  double beta = 0;
  double beta_max = 0;
  double optimum = 0;
  double dual_max_over_beta = 0;
  Vector nu;  ///< the optimal dual vector y - fit, (n)
  std::vector<GroundTruthAtom> atoms;
  std::vector<GroundTruthNetwork> networks;
  nlohmann::json json;  ///< all of the file

  [[nodiscard]] TrainingProblem problem() const { return {X, y, beta, Loss::squared()}; }
};

inline Vector json_vector(const nlohmann::json& values) {
  Vector vector(static_cast<Index>(values.size()));
  for (Index i = 0; i < vector.size(); ++i) vector[i] = values[static_cast<std::size_t>(i)];
  return vector;
}

/// Rows of a nested array; `columns` also gives an empty array its shape.
inline Matrix json_matrix(const nlohmann::json& rows, Index columns) {
  Matrix matrix(static_cast<Index>(rows.size()), columns);
  for (Index i = 0; i < matrix.rows(); ++i) {
    matrix.row(i) = json_vector(rows[static_cast<std::size_t>(i)]).transpose();
  }
  return matrix;
}

inline GroundTruth load_groundtruth(const std::filesystem::path& path) {
  std::ifstream file(path);
  const nlohmann::json json = nlohmann::json::parse(file);
  GroundTruth truth;
  truth.name = json.at("name");
  const Index d = json.at("d");
  truth.X = json_matrix(json.at("X"), d);
  truth.y = json_vector(json.at("y"));
  truth.beta = json.at("beta");
  truth.beta_max = json.at("beta_max");
  truth.optimum = json.at("optimum");
  truth.dual_max_over_beta = json.at("dual_max_over_beta");
  truth.nu = json_vector(json.at("lam"));
  for (const auto& atom : json.at("atoms")) {
    truth.atoms.push_back(
        {atom.at("sign") == 1 ? Sign::kPlus : Sign::kMinus, json_vector(atom.at("u"))});
  }
  for (const auto& stored : json.at("networks")) {
    GroundTruthNetwork network;
    network.name = stored.at("name");
    network.network = TwoLayerNetwork::empty(d);
    network.network.W = json_matrix(stored.at("W"), d);
    network.network.alpha = json_vector(stored.at("a"));
    network.objective = stored.at("objective");
    network.gap = stored.at("gap_abs");
    truth.networks.push_back(std::move(network));
  }
  truth.json = json;
  return truth;
}

/// All instances, by name. Precondition: THALWEG_TEST_DATA is defined (thalweg_tests does it).
inline std::vector<GroundTruth> all_groundtruth() {
  std::vector<std::filesystem::path> paths;
  const std::filesystem::path folder = std::filesystem::path(THALWEG_TEST_DATA) / "groundtruth";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<GroundTruth> instances;
  for (const auto& path : paths) instances.push_back(load_groundtruth(path));
  return instances;
}

}  // namespace thalweg::testing
