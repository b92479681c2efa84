#include "certificate/text_output.hpp"

#include <ostream>
#include <string>

#include "certificate/row_problem.hpp"

namespace thalweg::certificate {
namespace {

std::string text(double value) {
  std::string result;
  append(result, to_dyad(value));
  return result;
}

std::string loss_words(const Loss& loss) {
  return loss.name() + (loss.kind() == LossKind::kHuber ? ' ' + text(loss.delta()) : "");
}

const char* output_bias_word(OutputBias bias) {
  switch (bias) {
    case OutputBias::kNone:
      return "none";
    case OutputBias::kPenalised:
      return "penalised";
    case OutputBias::kFree:
      return "free";
  }
  return "none";
}

/// One line a row of the matrix, closed by as many entries of the vector.
void write_rows(std::ostream& output, const Matrix& matrix, const Vector& rest) {
  const Index more = matrix.rows() > 0 ? rest.size() / matrix.rows() : 0;
  std::string line;
  for (Index i = 0; i < matrix.rows(); ++i) {
    line.clear();
    for (Index k = 0; k < matrix.cols(); ++k) {
      append(line, to_dyad(matrix(i, k)));
      line += ' ';
    }
    for (Index k = 0; k < more; ++k) {
      if (k > 0) line += ' ';
      append(line, to_dyad(rest[i * more + k]));
    }
    output << line << '\n';
  }
}

void write_patches(std::ostream& output, const PatchColumns& patches) {
  output << "patches " << patches.patches << ' ' << patches.size << '\n';
  for (std::size_t i = 0; i < patches.columns.size(); ++i) {
    const Index column = patches.columns[i];
    if (column == PatchColumns::kPadding) {
      output << '-';
    } else if (column == PatchColumns::kOne) {
      output << '+';
    } else {
      output << column;
    }
    output << ((i + 1) % static_cast<std::size_t>(patches.size) == 0 ? '\n' : ' ');
  }
}

void write_network(std::ostream& output, const char* word, const TrainingProblem& problem,
                   const TwoLayerNetwork& network) {
  output << word << ' ' << network.width() << '\n';
  write_rows(output, network.W, network.alpha.col(0));
  if (problem.output_bias() != OutputBias::kNone) {
    const double bias = network.output_bias.size() > 0 ? network.output_bias[0] : 0.0;
    output << "bias " << text(bias) << '\n';
  }
}

std::string kind_words(const CertificateRequest& request) {
  if (request.problem != nullptr) return "relu2";
  if (request.convolution != nullptr) {
    return "cnn " + std::string(to_string(request.convolution->pooling()));
  }
  std::string words = "parallel ";
  words += request.parallel->cost == BranchCost::kPath ? "path" : "constrained";
  for (const Index m : request.parallel->fan_ins) words += ' ' + std::to_string(m);
  return words;
}

/// The section `network` of a parallel problem.
void write_branches(std::ostream& output, const CertificateRequest& request) {
  const BranchNetwork& network = *request.branches;
  output << "network " << network.branches() << '\n';
  std::string line;
  for (Index k = 0; k < network.branches(); ++k) {
    line.clear();
    for (const Matrix& layer : network.layers) {
      for (Index c = 0; c < layer.cols(); ++c) {
        if (!line.empty()) line += ' ';
        append(line, to_dyad(layer(k, c)));
      }
    }
    output << line << '\n';
  }
  if (request.parallel->outputs.output_bias() != OutputBias::kNone) {
    output << "bias " << text(request.branches_bias) << '\n';
  }
}

void write_path(std::ostream& output, const TrainingProblem& problem, const NetworkPath& path) {
  output << "path " << path.directions.rows() << ' ' << path.states.size() << '\n';
  std::string line;
  for (Index k = 0; k < path.directions.rows(); ++k) {
    line.clear();
    for (Index c = 0; c < path.directions.cols(); ++c) {
      if (c > 0) line += ' ';
      append(line, to_dyad(path.directions(k, c)));
    }
    output << line << '\n';
  }
  for (std::size_t i = 0; i < path.states.size(); ++i) {
    const PathState& state = path.states[i];
    line = i == 0 ? "balance" : path.kinds[i - 1] == SegmentKind::kMerge ? "merge" : "masses";
    if (problem.output_bias() != OutputBias::kNone) line += ' ' + text(state.affine.bias);
    for (const PathSlot& slot : state.slots) {
      if (slot.mass == 0) {
        line += " 0";
        continue;
      }
      line += slot.sign == Sign::kPlus ? " + " : " - ";
      line += std::to_string(slot.direction) + ' ';
      append(line, to_dyad(slot.mass));
    }
    output << line << '\n';
  }
  if (path.end) output << "reach\n";
}

}  // namespace

void write_nu(std::ostream& output, const GridDual& dual) {
  output << "nu " << dual.exponent;
  for (const std::int64_t entry : dual.entries) output << ' ' << entry;
  output << '\n';
}

void write_statement(std::ostream& output, const CertificateRequest& request) {
  const ConvolutionProblem* convolution = request.convolution;
  const TrainingProblem& problem = outputs_of(request);
  const Matrix& X = convolution != nullptr        ? convolution->X()
                    : request.parallel != nullptr ? request.parallel->X
                                                  : problem.X();
  output << "cert 1\nproblem " << kind_words(request) << " loss " << loss_words(problem.loss())
         << " scale " << (problem.loss().scale() == LossScale::kSum ? "sum" : "mean")
         << " output-bias " << output_bias_word(problem.output_bias()) << "\nbeta "
         << text(problem.beta()) << "\nsource dataset " << request.dataset_sha256 << " network "
         << request.network_sha256 << '\n';
  if (convolution != nullptr) write_patches(output, convolution->patches());
  output << "data " << X.rows() << ' ' << X.cols() << '\n';
  write_rows(output, X, problem.y());
  if (request.parallel != nullptr) {
    write_branches(output, request);
    return;
  }
  write_network(output, "network", problem, *request.network);
  if (request.improved != nullptr) write_network(output, "improved", problem, *request.improved);
  if (request.path != nullptr) write_path(output, problem, *request.path);
}

void write_dual(std::ostream& output, const RowGeometry& geometry, const GridDual& dual) {
  if (!geometry.near_rows().empty()) output << "near " << geometry.near_rows().size() << '\n';
  for (const NearRow& near : geometry.near_rows()) {
    output << near.row << ' ' << near.first << ' ' << text(near.multiple) << '\n';
  }
  output << "basis " << geometry.basis().size();
  for (const Index row : geometry.basis()) output << ' ' << row;
  output << '\n';
  write_nu(output, dual);
}

void write_dual(std::ostream& output, const GridDual& dual) {
  output << "basis 0\n";
  write_nu(output, dual);
}

}  // namespace thalweg::certificate
