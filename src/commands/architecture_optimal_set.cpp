#include "commands/architecture_optimal_set.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "commands/architecture_examination.hpp"
#include "commands/architecture_problem.hpp"
#include "commands/architecture_report.hpp"
#include "commands/session.hpp"
#include "commands/train_answer.hpp"

namespace thalweg::commands {
namespace {

/// The gap that training is asked for: what is active is told from what is nearly so.
constexpr double kGap = 1e-9;
/// Branches whose value is within this share of beta count as active.
constexpr double kActive = 1e-5;
/// Maximisers closer than this to an active block, relatively, are that block.
constexpr double kSame = 1e-2;
constexpr Index kMaximisers = 20;

struct Answer {
  BranchTrainingResult trained;
  BranchBounds bounds;
  Vector fit;
  Vector dual;                      ///< scaled into the constraints
  std::vector<ActiveBlock> others;  ///< active, but not in the network; N = 1
  std::optional<double> margin;     ///< of the best inactive maximiser; none was found without one
  bool unique = false;
  std::optional<bool> member;  ///< of --network
  double excess = 0;           ///< of its objective over the lower bound, relatively
};

double cosine(const Vector& a, const Vector& b) {
  return a.dot(b) / (a.stableNorm() * b.stableNorm());
}

/// Whether a maximiser is one of the blocks: the same sign and output, as equal neurons may change
/// places.
bool is_listed(const BranchProblem& problem, const std::vector<ActiveBlock>& blocks,
               const ActiveBlock& candidate) {
  const Vector output = problem.fit({candidate}, 0);
  return std::any_of(blocks.begin(), blocks.end(), [&](const ActiveBlock& block) {
    return cosine(problem.fit({block}, 0), output) > 1 - kSame * kSame;
  });
}

/// Local maximisers of |nu^T f(w)|: those above the active share that are not listed join `others`,
/// the best of the rest gives the margin.
void find_next_branches(const BranchProblem& problem, const TrainingSettings& settings,
                        Answer& answer) {
  const double beta = problem.beta();
  double next = 0;
  for (std::size_t k = 0; k < problem.forms().size(); ++k) {
    const BranchOracle oracle(problem.forms()[k]);
    for (BranchMaximiser& found :
         oracle.climb(answer.dual, 0, kMaximisers, settings.seed, {}, settings.control)) {
      ActiveBlock block{static_cast<Index>(k), found.sign, std::move(found.w)};
      if (found.value <= (1 - kActive) * beta) {
        next = std::max(next, found.value);
      } else if (!is_listed(problem, answer.trained.blocks, block) &&
                 !is_listed(problem, answer.others, block)) {
        answer.others.push_back(std::move(block));
      }
    }
  }
  if (next > 0) answer.margin = 1 - next / beta;
}

/// Whether the outputs of the active blocks are linearly independent.
bool are_independent(const BranchProblem& problem, const std::vector<ActiveBlock>& blocks) {
  if (blocks.empty()) return true;
  Matrix outputs(problem.targets().size(), static_cast<Index>(blocks.size()));
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    outputs.col(static_cast<Index>(b)) = problem.fit({blocks[b]}, 0).stableNormalized();
  }
  Eigen::ColPivHouseholderQR<Matrix> qr(outputs);
  qr.setThreshold(1e-9);
  return qr.rank() == outputs.cols();
}

Answer examine(const OptimalSetOptions& options, const BranchSetup& setup,
               const RunControl& control) {
  const BranchProblem& problem = setup.problem;
  const TrainingSettings settings = training_settings(options.run, kGap, control);
  std::optional<BranchNetwork> start;
  if (setup.network) start = setup.network->network;
  const double objective =
      start ? objective_of(problem, *start, setup.stored_bias()) : 0;  // refuses before the work
  Answer answer;
  answer.trained = train_branches(problem, settings, start);
  answer.bounds = bounds_of(answer.trained, kGap);
  answer.fit = problem.fit(answer.trained.blocks, answer.trained.output_bias);
  const Vector& nu = answer.trained.dual;
  const double sigma = answer.trained.dual_norm;
  answer.dual = nu * problem.affine().best_dual_scale(nu, sigma > 0 ? problem.beta() / sigma : 1.0);
  find_next_branches(problem, settings, answer);
  answer.unique = answer.trained.decoded && answer.trained.status == TrainingStatus::kSolved &&
                  answer.others.empty() && are_independent(problem, answer.trained.blocks);
  if (setup.network) {
    answer.excess = objective > 0 ? (objective - answer.bounds.lower_bound) / objective : 0;
    answer.member = answer.excess <= options.membership_tolerance();
  }
  return answer;
}

Json describe_atoms(const BranchProblem& problem, const Answer& answer) {
  Json atoms = Json::array();
  for (const ActiveBlock& block : answer.trained.blocks) {
    Json atom = describe_branch(problem, block);
    atom["mass"] = atom["cost"];
    atom["output"] = to_json(problem.fit({block}, 0));
    atoms.push_back(std::move(atom));
  }
  for (const ActiveBlock& block : answer.others) {
    Json atom = describe_branch(problem, block);
    atom["mass"] = 0;
    atom["output"] = to_json(problem.fit({block}, 0));
    atoms.push_back(std::move(atom));
  }
  return atoms;
}

Json make_document(const OptimalSetOptions& options, const BranchSetup& setup, const Inputs& inputs,
                   const Answer& answer) {
  Json document = begin_document("optimal-set");
  document["inputs"] = describe_files(inputs);
  document["settings"] = describe_settings(options.run, setup, inputs);
  document["architecture"] = describe_architecture(setup.problem.architecture());
  const bool network = answer.trained.decoded;
  document["optimum"] = network ? answer.bounds.objective : answer.trained.convex_objective;
  document["lower_bound"] = answer.bounds.lower_bound;
  document["relative_gap"] = answer.bounds.relative_gap;
  document["status"] = status_word(answer.trained.status);
  document["fit"] = to_json(answer.fit);
  document["dual"] = to_json(answer.dual);
  document["output_bias"] = answer.trained.output_bias;
  document["atoms"] = describe_atoms(setup.problem, answer);
  document["margin"] = answer.margin ? Json(*answer.margin) : Json(nullptr);
  document["unique"] = answer.unique ? "yes" : "possible";
  document["polytope_dimension"] = answer.unique ? Json(0) : Json(nullptr);
  document["vertices"] = answer.unique ? Json(1) : Json(nullptr);
  document["invariances"] = {"order of the branches", "order of equal neurons in a branch",
                             "factors that cancel within a branch and keep its cost"};
  document["level"] = to_string(answer.bounds.level);
  document["member"] = answer.member ? Json(*answer.member) : Json(nullptr);
  document["excess"] = answer.member ? Json(answer.excess) : Json(nullptr);
  return document;
}

TextReport make_text(const BranchSetup& setup, const Inputs& inputs, const Answer& answer) {
  TextReport text;
  add_inputs(text, inputs);
  add_objective(text, setup);
  text.paragraph("Optimum over all numbers of branches: " +
                 std::string(describe(answer.trained.status)) + ".");
  text.add("optimum", exact_digits(answer.trained.decoded ? answer.bounds.objective
                                                          : answer.trained.convex_objective) +
                          (answer.trained.decoded ? "" : ", of the relaxation"));
  text.add("lower bound", exact_digits(answer.bounds.lower_bound));
  text.add("branches", std::to_string(answer.trained.blocks.size()) + " with weight, " +
                           std::to_string(answer.others.size()) + " more active");
  text.add("margin", answer.margin ? rounded_up(*answer.margin) +
                                         " of beta to the next branch that ascent finds"
                                   : "ascent finds no further branch");
  text.add("unique", answer.unique
                         ? "yes: the active branches have linearly independent outputs, so their "
                           "masses and the function on the data are unique"
                         : "possible: not decided");
  if (answer.member) {
    text.add("network", *answer.member ? "a global minimum" : "not a global minimum");
  }
  text.add("level", branch_level_in_words(answer.bounds.level, setup.problem.architecture(),
                                          answer.trained.decoded));
  return text;
}

void refuse_options(const OptimalSetOptions& options, const ArchitectureDescription& description) {
  const auto refuse = [&description](const std::string& option) {
    throw Failure(ExitCode::kUsage, option + " does not go with the architecture " +
                                        std::string(to_string(description.kind)));
  };
  if (!options.predict.empty()) refuse("--predict");
  if (options.cells) refuse("--cells");
  if (!options.out.empty()) refuse("--out");
}

}  // namespace

ExitCode describe_optimal_branches(const OptimalSetOptions& options,
                                   const ArchitectureDescription& description) {
  refuse_options(options, description);
  Session session(options.run);
  Inputs inputs;
  const BranchSetup setup = load_branch_setup(options.problem, description, inputs);
  const Answer answer = examine(options, setup, session.control());
  if (answer.trained.status != TrainingStatus::kSolved) note_unlike_columns(setup, inputs);
  Json document = make_document(options, setup, inputs, answer);
  print_result(options.run, session, document, make_text(setup, inputs, answer), inputs.notes);
  return answer.trained.status == TrainingStatus::kLimit ? ExitCode::kLimit : ExitCode::kDone;
}

}  // namespace thalweg::commands
