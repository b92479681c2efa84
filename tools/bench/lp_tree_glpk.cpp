#include <glpk.h>

#include "lp_tree.hpp"
#include "measure.hpp"

namespace thalweg::bench {
namespace {

/// x_i^T u >= 1 or <= -1 with no objective: every basis is dual feasible, so the dual simplex goes
/// on from the node before.
class GlpkSimplex final : public ConeProgram {
 public:
  explicit GlpkSimplex(const Matrix& X) : dimension_(static_cast<int>(X.cols())) {
    const int n = static_cast<int>(X.rows());
    glp_add_rows(problem_, n);
    glp_add_cols(problem_, dimension_);
    std::vector<int> columns(static_cast<std::size_t>(dimension_) + 1);
    std::vector<double> entries(columns.size());
    for (int k = 1; k <= dimension_; ++k) {
      glp_set_col_bnds(problem_, k, GLP_FR, 0, 0);
      columns[static_cast<std::size_t>(k)] = k;
    }
    for (int i = 1; i <= n; ++i) {
      for (int k = 1; k <= dimension_; ++k) {
        entries[static_cast<std::size_t>(k)] = X(i - 1, k - 1) / X.row(i - 1).norm();
      }
      glp_set_mat_row(problem_, i, dimension_, columns.data(), entries.data());
      glp_set_row_bnds(problem_, i, GLP_FR, 0, 0);
    }
    glp_std_basis(problem_);
    glp_init_smcp(&settings_);
    settings_.msg_lev = GLP_MSG_OFF;
    settings_.meth = GLP_DUALP;
  }
  ~GlpkSimplex() override { glp_delete_prob(problem_); }
  GlpkSimplex(const GlpkSimplex&) = delete;
  GlpkSimplex& operator=(const GlpkSimplex&) = delete;

  void set_sign(Index row, double sign) override {
    glp_set_row_bnds(problem_, static_cast<int>(row) + 1, sign > 0 ? GLP_LO : GLP_UP, sign, sign);
  }
  void drop(Index row) override {
    glp_set_row_bnds(problem_, static_cast<int>(row) + 1, GLP_FR, 0, 0);
  }

  bool find(Index, const Vector&, Vector& point) override {
    require(glp_simplex(problem_, &settings_) == 0, "GLPK failed");
    if (glp_get_prim_stat(problem_) != GLP_FEAS) return false;
    for (int k = 1; k <= dimension_; ++k) point[k - 1] = glp_get_col_prim(problem_, k);
    return true;
  }

 private:
  int dimension_;
  glp_prob* problem_ = glp_create_prob();
  glp_smcp settings_{};
};

}  // namespace

std::unique_ptr<ConeProgram> glpk_simplex(const Matrix& X) {
  return std::make_unique<GlpkSimplex>(X);
}

}  // namespace thalweg::bench
