#pragma once

#include <gtest/gtest.h>

#include "support/random_matrix.hpp"
#include "thalweg/core/error.hpp"
#include "thalweg/reformulation/architecture.hpp"

namespace thalweg::testing {

inline Matrix seeded_matrix(Index rows, Index columns, std::uint64_t seed) {
  Random random(seed);
  return random_matrix(random, rows, columns);
}

/// Outputs of some blocks by the forms.
inline Vector block_outputs(const std::vector<BranchForm>& forms,
                            const std::vector<ActiveBlock>& blocks) {
  Vector sum = Vector::Zero(forms.front().samples());
  for (const ActiveBlock& block : blocks) {
    const BranchForm& form = forms[static_cast<std::size_t>(block.form)];
    sum += to_double(block.sign) * form.evaluate(block.w).outputs;
  }
  return sum;
}

inline double block_cost(const std::vector<BranchForm>& forms,
                         const std::vector<ActiveBlock>& blocks) {
  double sum = 0;
  for (const ActiveBlock& block : blocks) {
    sum += forms[static_cast<std::size_t>(block.form)].norm().value(block.w);
  }
  return sum;
}

/// Gaussian weights.
inline BranchNetwork random_network(const Architecture& architecture, Index branches,
                                    Random& random) {
  BranchNetwork network;
  for (const BranchLayer& layer : architecture.layers()) {
    Matrix& weights = network.layers.emplace_back(branches, layer.size());
    for (double& weight : weights.reshaped()) weight = random.normal();
  }
  return network;
}

/// Blocks that are none of the architecture's are refused.
inline void expect_refused_blocks(const Architecture& architecture, const Matrix& X) {
  const std::vector<BranchForm> forms = architecture.forms(X);
  const auto count = static_cast<Index>(forms.size());
  for (const auto& [form, size] :
       {std::pair{Index{0}, forms[0].parameters() + 1}, std::pair{count, forms[0].parameters()},
        std::pair{Index{-1}, forms[0].parameters()}}) {
    EXPECT_THROW(static_cast<void>(architecture.decode({form, Sign::kPlus, Vector::Ones(size)})),
                 InvalidArgument);
  }
}

/// Every block of every form is a branch of the same outputs and cost, computed without the forms.
inline void expect_blocks_decode(const Architecture& architecture, const Matrix& X,
                                 std::uint64_t seed) {
  const std::vector<BranchForm> forms = architecture.forms(X);
  expect_refused_blocks(architecture, X);
  Random random(seed);
  for (std::size_t f = 0; f < forms.size(); ++f) {
    for (const Sign sign : {Sign::kPlus, Sign::kMinus}) {
      const auto form = static_cast<Index>(f);
      const std::vector<ActiveBlock> blocks{{form, sign, architecture.random_block(form, random)}};
      ASSERT_EQ(blocks[0].w.size(), forms[f].parameters());
      const std::optional<BranchNetwork> network = decode_network(architecture, blocks);
      ASSERT_TRUE(network.has_value()) << "form " << f;
      EXPECT_NO_THROW(check_network(architecture, *network));
      const Vector outputs = block_outputs(forms, blocks);
      EXPECT_LT((architecture.predict(X, *network) - outputs).norm(), 1e-12 * (1 + outputs.norm()))
          << "form " << f;
      EXPECT_NEAR(architecture.penalty(*network), block_cost(forms, blocks),
                  1e-12 * block_cost(forms, blocks))
          << "form " << f;
    }
  }
}

/// The blocks of a network have its outputs, at no more than its cost.
inline void expect_lift(const Architecture& architecture, const Matrix& X,
                        const BranchNetwork& network) {
  const std::vector<BranchForm> forms = architecture.forms(X);
  const std::vector<ActiveBlock> blocks = architecture.lift(network);
  const Vector outputs = architecture.predict(X, network);
  EXPECT_LT((block_outputs(forms, blocks) - outputs).norm(), 1e-12 * (1 + outputs.norm()));
  EXPECT_LE(block_cost(forms, blocks), architecture.penalty(network) * (1 + 1e-12));
}

/// f(w) = f(v) and N(w) = N(v) for v[k] = w[p[k]].
inline void expect_symmetries(const Architecture& architecture, const Matrix& X,
                              std::uint64_t seed) {
  const std::vector<BranchForm> forms = architecture.forms(X);
  Random random(seed);
  for (std::size_t f = 0; f < forms.size(); ++f) {
    for (const std::vector<Index>& p : architecture.symmetries(static_cast<Index>(f))) {
      const Vector w = architecture.random_block(static_cast<Index>(f), random);
      const Vector v = w(p);
      EXPECT_LT((forms[f].evaluate(w).outputs - forms[f].evaluate(v).outputs).norm(), 1e-12);
      EXPECT_NEAR(forms[f].norm().value(v), forms[f].norm().value(w), 1e-12);
      EXPECT_NE(w, v);
    }
  }
}

}  // namespace thalweg::testing
