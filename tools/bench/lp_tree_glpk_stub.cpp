#include "lp_tree.hpp"

namespace thalweg::bench {

std::unique_ptr<ConeProgram> glpk_simplex(const Matrix&) { return nullptr; }

}  // namespace thalweg::bench
