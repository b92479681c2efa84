#include "training/vector_newton.hpp"

#include <Eigen/Cholesky>
#include <Eigen/QR>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "training/vector_line.hpp"

namespace thalweg::detail {
namespace {

constexpr Index kChunk = 128;          ///< samples whose Jacobian is held at a time
constexpr double kIndependent = 1e-9;  ///< a wall's part off the other walls, relative
constexpr double kNoise = 1e-13;       ///< |x^T w| / (|x| |w|) that counts as zero
constexpr int kIdleSteps = 4;
constexpr double kNoDecrease = 1e-15;

/// A wall that a neuron may leave, and the side it leaves to.
struct Release {
  std::size_t neuron = 0;
  Index row = 0;
  bool positive = false;
  double gain = 0;  ///< by how much the multiplier is out of its interval, times |x_i|
};

class VectorNewton {
 public:
  VectorNewton(const MultiOutputProblem& problem, const RowGeometry& geometry,
               std::vector<VectorNeuron> start, Vector bias, const VectorNewtonSettings& settings)
      : problem_(problem),
        X_(problem.X()),
        geometry_(geometry),
        row_norms_(problem.X().rowwise().norm()),
        members_(static_cast<std::size_t>(geometry.groups())),
        settings_(settings),
        neurons_(std::move(start)),
        bias_(std::move(bias)) {
    for (Index i = 0; i < X_.rows(); ++i) {
      const Index group = group_of(i);
      if (group >= 0) members_[static_cast<std::size_t>(group)].push_back(i);
    }
  }

  VectorNewtonResult run();

 private:
  void prepare();
  void load_point();
  [[nodiscard]] Matrix products(const Matrix& W) const;
  void find_walls();
  void differentiate();
  void fit_frames();
  void assemble();
  void add_outer_products();
  [[nodiscard]] std::vector<Release> releases() const;
  void apply(const std::vector<Release>& wanted);
  [[nodiscard]] double relative_gradient() const;
  [[nodiscard]] bool solve();
  [[nodiscard]] bool drop_wrong_releases();
  void load_step();
  void take(const LineStop& stop);
  void add_wall(std::size_t neuron, Index member);

  [[nodiscard]] Index outputs_of(const VectorNeuron& neuron) const {
    return neuron.output < 0 ? problem_.outputs() : 1;
  }
  /// Rows of a (c x .) matrix that the neuron may use.
  [[nodiscard]] Index first_output(const VectorNeuron& neuron) const {
    return std::max<Index>(neuron.output, 0);
  }

  [[nodiscard]] Index group_of(Index row) const {
    return geometry_.group_of_row()[static_cast<std::size_t>(row)];
  }
  /// The rows parallel to this one, itself included.
  [[nodiscard]] const std::vector<Index>& parallel_to(Index row) const {
    return members_[static_cast<std::size_t>(group_of(row))];
  }
  /// x_row as a multiple of the first row of its group.
  [[nodiscard]] double multiple(Index row) const {
    return geometry_.multiples()[row] / geometry_.multiples()[parallel_to(row).front()];
  }
  void set_active(std::size_t neuron, Index row, bool positive);

  const MultiOutputProblem& problem_;
  const Matrix& X_;
  const RowGeometry& geometry_;
  Vector row_norms_;
  std::vector<std::vector<Index>> members_;  ///< rows of each group of parallel rows
  VectorNewtonSettings settings_;
  std::vector<VectorNeuron> neurons_;
  Vector bias_;

  VectorPoint point_;
  VectorPoint step_;
  Matrix G_;                     ///< grad l, (n x c)
  std::vector<Matrix> roots_;    ///< curvature roots of the samples, (c x c) each
  std::vector<Vector> active_;   ///< pattern of each neuron, (n), 0 or 1
  std::vector<Matrix> frames_;   ///< Z_j (d x k_j): null space of the neuron's walls
  std::vector<Index> w_offset_;  ///< of w_j's coordinates
  std::vector<Index> v_offset_;  ///< of v_j's
  Index b_offset_ = 0;
  Index size_ = 0;
  std::vector<Release> released_;
  Vector gradient_;
  Matrix outer_;                   ///< J^T L'' J, lower half
  std::vector<Matrix> couplings_;  ///< Z_j^T C_j, (k_j x q_j)
  Vector direction_;
};

void VectorNewton::load_point() {
  const auto m = static_cast<Index>(neurons_.size());
  point_.W.resize(X_.cols(), m);
  point_.V.resize(problem_.outputs(), m);
  for (Index j = 0; j < m; ++j) {
    point_.W.col(j) = neurons_[static_cast<std::size_t>(j)].w;
    point_.V.col(j) = neurons_[static_cast<std::size_t>(j)].v;
  }
  point_.S = products(point_.W);
  point_.b = bias_;
}

/// X W with parallel rows exact multiples of each other, zero on walls and where only rounding is
/// left: a kink must not hide in noise.
Matrix VectorNewton::products(const Matrix& W) const {
  Matrix S = X_ * W;
  for (Index j = 0; j < S.cols(); ++j) {
    const double length = W.col(j).norm();
    for (const std::vector<Index>& rows : members_) {
      double& first = S(rows.front(), j);
      if (std::abs(first) <= kNoise * row_norms_[rows.front()] * length) first = 0;
      for (const Index row : rows) S(row, j) = multiple(row) * first;
    }
    for (const Index wall : neurons_[static_cast<std::size_t>(j)].kinks) {
      for (const Index row : parallel_to(wall)) S(row, j) = 0;
    }
  }
  return S;
}

/// Rows on which a neuron rests without their being its walls become walls.
void VectorNewton::find_walls() {
  for (std::size_t j = 0; j < neurons_.size(); ++j) {
    for (const std::vector<Index>& rows : members_) {
      const double product = X_.row(rows.front()).dot(neurons_[j].w);
      if (std::abs(product) <= kNoise * row_norms_[rows.front()] * neurons_[j].w.norm()) {
        add_wall(j, rows.front());
      }
    }
  }
}

/// Keeps of every neuron's kinks an independent set and moves w onto their null space.
void VectorNewton::prepare() {
  for (std::size_t j = 0; j < neurons_.size(); ++j) {
    const std::vector<Index> wanted = std::move(neurons_[j].kinks);
    neurons_[j].kinks.clear();
    for (const Index row : wanted) add_wall(j, row);
  }
}

void VectorNewton::add_wall(std::size_t j, Index member) {
  VectorNeuron& neuron = neurons_[j];
  const auto k = static_cast<Index>(neuron.kinks.size());
  if (k + 1 >= X_.cols() || group_of(member) < 0) return;
  const Index row = parallel_to(member).front();
  if (std::find(neuron.kinks.begin(), neuron.kinks.end(), row) != neuron.kinks.end()) return;
  Matrix walls(X_.cols(), k + 1);
  for (Index i = 0; i < k; ++i) {
    walls.col(i) = X_.row(neuron.kinks[static_cast<std::size_t>(i)]).transpose().normalized();
  }
  walls.col(k) = X_.row(row).transpose().normalized();
  const Eigen::HouseholderQR<Matrix> qr(walls);
  if (std::abs(qr.matrixQR()(k, k)) < kIndependent) return;
  const Matrix range = qr.householderQ() * Matrix::Identity(X_.cols(), k + 1);
  Vector moved = neuron.w - range * (range.transpose() * neuron.w);
  moved -= range * (range.transpose() * moved);
  // A wall is a statement about a direction that is nearly on it; others are left alone.
  if ((moved - neuron.w).norm() > 1e-6 * neuron.w.norm()) return;
  neuron.w = std::move(moved);
  neuron.kinks.push_back(row);
}

void VectorNewton::differentiate() {
  Matrix F = point_.S.cwiseMax(0.0) * point_.V.transpose();
  F.rowwise() += point_.b.transpose();
  G_ = problem_.loss().gradient(F, problem_.Y());
  roots_.resize(static_cast<std::size_t>(X_.rows()));
  for (Index i = 0; i < X_.rows(); ++i) {
    roots_[static_cast<std::size_t>(i)] =
        problem_.loss().curvature_root(F.row(i), problem_.Y().row(i), X_.rows());
  }
  active_.resize(neurons_.size());
  for (std::size_t j = 0; j < neurons_.size(); ++j) {
    active_[j] = (point_.S.col(static_cast<Index>(j)).array() > 0).cast<double>();
  }
}

/// Null spaces of the walls, coordinates, and the gradient in them.
void VectorNewton::fit_frames() {
  const Index d = X_.cols();
  frames_.resize(neurons_.size());
  couplings_.resize(neurons_.size());
  w_offset_.resize(neurons_.size());
  v_offset_.resize(neurons_.size());
  size_ = 0;
  for (std::size_t j = 0; j < neurons_.size(); ++j) {
    const auto k = static_cast<Index>(neurons_[j].kinks.size());
    if (k == 0) {
      frames_[j] = Matrix::Identity(d, d);
    } else {
      Matrix walls(d, k);
      for (Index i = 0; i < k; ++i) {
        walls.col(i) =
            X_.row(neurons_[j].kinks[static_cast<std::size_t>(i)]).transpose().normalized();
      }
      const Matrix q = Eigen::HouseholderQR<Matrix>(walls).householderQ();
      frames_[j] = q.rightCols(d - k);
    }
    w_offset_[j] = size_;
    size_ += d - k;
    v_offset_[j] = size_;
    size_ += outputs_of(neurons_[j]);
  }
  b_offset_ = size_;
  if (problem_.output_bias() != OutputBias::kNone) size_ += problem_.outputs();

  gradient_.resize(size_);
  for (std::size_t j = 0; j < neurons_.size(); ++j) {
    const auto column = static_cast<Index>(j);
    const Matrix masked = active_[j].asDiagonal() * G_;
    const Matrix C = X_.transpose() * masked;
    const Index q = outputs_of(neurons_[j]);
    const Index k0 = first_output(neurons_[j]);
    couplings_[j] = frames_[j].transpose() * C.middleCols(k0, q);
    const Vector slope_w = problem_.beta() * point_.W.col(column) + C * point_.V.col(column);
    gradient_.segment(w_offset_[j], frames_[j].cols()) = frames_[j].transpose() * slope_w;
    gradient_.segment(v_offset_[j], q) =
        problem_.beta() * point_.V.col(column).segment(k0, q) +
        (G_.middleCols(k0, q).transpose() * point_.S.col(column).cwiseMax(0.0));
  }
  if (size_ > b_offset_) {
    gradient_.tail(size_ - b_offset_) =
        G_.colwise().sum().transpose() + problem_.bias_penalty() * bias_;
  }
}

void VectorNewton::add_outer_products() {
  const Index c = problem_.outputs();
  outer_ = Matrix::Zero(size_, size_);
  std::vector<Matrix> projected(neurons_.size());
  for (std::size_t j = 0; j < neurons_.size(); ++j) projected[j] = X_ * frames_[j];
  for (Index begin = 0; begin < X_.rows(); begin += kChunk) {
    const Index count = std::min(kChunk, X_.rows() - begin);
    Matrix J = Matrix::Zero(count * c, size_);
    for (Index i = 0; i < count; ++i) {
      const Index row = begin + i;
      const Matrix& root = roots_[static_cast<std::size_t>(row)];
      for (std::size_t j = 0; j < neurons_.size(); ++j) {
        if (active_[j][row] == 0) continue;
        const auto column = static_cast<Index>(j);
        const Vector pull = root * point_.V.col(column);
        J.block(i * c, w_offset_[j], c, frames_[j].cols()).noalias() = pull * projected[j].row(row);
        J.block(i * c, v_offset_[j], c, outputs_of(neurons_[j])) =
            point_.S(row, column) *
            root.middleCols(first_output(neurons_[j]), outputs_of(neurons_[j]));
      }
      if (size_ > b_offset_) J.block(i * c, b_offset_, c, c) = root;
    }
    outer_.selfadjointView<Eigen::Lower>().rankUpdate(J.transpose());
  }
}

void VectorNewton::assemble() {
  fit_frames();
  add_outer_products();
  outer_.diagonal().head(b_offset_).array() += problem_.beta();
  outer_.diagonal().tail(size_ - b_offset_).array() += problem_.bias_penalty();
}

/// Newton's direction; with all curvature where that is positive definite, else with the couplings
/// cut at beta.
bool VectorNewton::solve() {
  const double scale = outer_.diagonal().maxCoeff();
  for (const bool cut : {false, true}) {
    Matrix H = outer_;
    for (std::size_t j = 0; j < neurons_.size(); ++j) {
      Matrix C = couplings_[j];
      if (cut) {
        const Eigen::JacobiSVD<Matrix> svd(C, Eigen::ComputeThinU | Eigen::ComputeThinV);
        C = svd.matrixU() * svd.singularValues().cwiseMin(problem_.beta()).asDiagonal() *
            svd.matrixV().transpose();
      }
      H.block(v_offset_[j], w_offset_[j], C.cols(), C.rows()) += C.transpose();
    }
    for (double shift = 1e-13 * scale; shift < (cut ? scale : 1e-11 * scale); shift *= 100) {
      H.diagonal().array() += shift;
      const Eigen::LLT<Matrix, Eigen::Lower> factor(H);
      if (factor.info() != Eigen::Success) continue;
      direction_ = -factor.solve(gradient_);
      if (direction_.allFinite() && direction_.dot(gradient_) < 0) return true;
    }
  }
  return false;
}

double VectorNewton::relative_gradient() const {
  double worst = 0;
  for (std::size_t j = 0; j < neurons_.size(); ++j) {
    const double unit = problem_.beta() * std::max(neurons_[j].w.norm(), neurons_[j].v.norm());
    worst = std::max(worst, gradient_.segment(w_offset_[j], frames_[j].cols()).norm() / unit);
    worst = std::max(worst, gradient_.segment(v_offset_[j], outputs_of(neurons_[j])).norm() / unit);
  }
  if (size_ > b_offset_) {
    const double size = G_.lpNorm<1>();
    if (size > 0) worst = std::max(worst, gradient_.tail(size_ - b_offset_).norm() / size);
  }
  return worst;
}

/// Of every neuron the wall whose multiplier is farthest out of its interval.
std::vector<Release> VectorNewton::releases() const {
  std::vector<Release> result;
  for (std::size_t j = 0; j < neurons_.size(); ++j) {
    const VectorNeuron& neuron = neurons_[j];
    const auto k = static_cast<Index>(neuron.kinks.size());
    if (k == 0) continue;
    const Vector pull = G_ * neuron.v;
    const Vector rest =
        -(problem_.beta() * neuron.w + X_.transpose() * active_[j].cwiseProduct(pull));
    Matrix walls(X_.cols(), k);
    for (Index i = 0; i < k; ++i) {
      walls.col(i) = X_.row(neuron.kinks[static_cast<std::size_t>(i)]).transpose();
    }
    const Vector rho = walls.colPivHouseholderQr().solve(rest);
    Release worst;
    worst.neuron = j;
    for (Index i = 0; i < k; ++i) {
      const Index row = neuron.kinks[static_cast<std::size_t>(i)];
      double low = 0;
      double high = 0;
      for (const Index other : parallel_to(row)) {
        (multiple(other) > 0 ? high : low) += multiple(other) * pull[other];
      }
      const bool positive = rho[i] - high > low - rho[i];
      const double gain = (positive ? rho[i] - high : low - rho[i]) * walls.col(i).norm() /
                          (problem_.beta() * neuron.w.norm());
      if (gain > worst.gain) {
        worst.row = row;
        worst.positive = positive;
        worst.gain = gain;
      }
    }
    if (worst.gain > settings_.stationarity) result.push_back(worst);
  }
  return result;
}

void VectorNewton::apply(const std::vector<Release>& wanted) {
  for (const Release& release : wanted) {
    std::erase(neurons_[release.neuron].kinks, release.row);
    set_active(release.neuron, release.row, release.positive);
  }
  released_ = wanted;
}

/// The pattern of a neuron just off a wall, on the side where the wall's row is positive or not.
void VectorNewton::set_active(std::size_t neuron, Index row, bool positive) {
  for (const Index other : parallel_to(row)) {
    active_[neuron][other] = (multiple(other) > 0) == positive ? 1.0 : 0.0;
  }
}

/// Walls whose direction turned out to lead to the other side are walls again.
bool VectorNewton::drop_wrong_releases() {
  const std::size_t before = released_.size();
  std::erase_if(released_, [&](const Release& release) {
    const std::size_t j = release.neuron;
    const Vector move = frames_[j] * direction_.segment(w_offset_[j], frames_[j].cols());
    const double change = X_.row(release.row).dot(move);
    if (release.positive ? change > 0 : change < 0) return false;
    neurons_[j].kinks.push_back(release.row);
    for (const Index row : parallel_to(release.row)) active_[j][row] = 0;
    return true;
  });
  return released_.size() < before;
}

void VectorNewton::take(const LineStop& stop) {
  for (std::size_t j = 0; j < neurons_.size(); ++j) {
    const auto column = static_cast<Index>(j);
    neurons_[j].w += stop.at * step_.W.col(column);
    neurons_[j].v += stop.at * step_.V.col(column);
  }
  bias_ += stop.at * step_.b;
  if (stop.neuron >= 0) add_wall(static_cast<std::size_t>(stop.neuron), stop.row);
}

void VectorNewton::load_step() {
  step_.W.resize(X_.cols(), point_.W.cols());
  step_.V = Matrix::Zero(problem_.outputs(), point_.W.cols());
  step_.b = Vector::Zero(problem_.outputs());
  for (std::size_t j = 0; j < neurons_.size(); ++j) {
    const auto column = static_cast<Index>(j);
    const Index q = outputs_of(neurons_[j]);
    step_.W.col(column) = frames_[j] * direction_.segment(w_offset_[j], frames_[j].cols());
    step_.V.col(column).segment(first_output(neurons_[j]), q) = direction_.segment(v_offset_[j], q);
  }
  if (size_ > b_offset_) step_.b = direction_.tail(size_ - b_offset_);
  step_.S = products(step_.W);
}

VectorNewtonResult VectorNewton::run() {
  VectorNewtonResult result;
  prepare();
  int idle = 0;
  double before = std::numeric_limits<double>::infinity();
  for (;;) {
    neurons_ = tidy(std::move(neurons_));
    find_walls();
    load_point();
    differentiate();
    released_.clear();
    fit_frames();
    result.stationarity = relative_gradient();
    std::vector<Release> wanted = releases();
    const double best_gain =
        wanted.empty()
            ? 0.0
            : std::max_element(wanted.begin(), wanted.end(),
                               [](const Release& a, const Release& b) { return a.gain < b.gain; })
                  ->gain;
    if (std::max(result.stationarity, best_gain) <= settings_.stationarity) break;
    if (result.steps >= settings_.max_steps || idle >= kIdleSteps || size_ == 0 ||
        settings_.control.should_stop()) {
      result.stationarity = std::max(result.stationarity, best_gain);
      break;
    }
    if (best_gain > result.stationarity) {
      std::erase_if(wanted, [&](const Release& release) { return release.gain < 0.1 * best_gain; });
      apply(wanted);
    }
    bool solved = false;
    do {
      assemble();
      solved = solve();
    } while (solved && drop_wrong_releases());
    if (!solved) break;
    ++result.steps;

    load_step();
    const LineStop stop = VectorLine(problem_, point_, step_).search();
    idle = before - stop.objective > kNoDecrease * std::abs(stop.objective) ? 0 : idle + 1;
    before = stop.objective;
    take(stop);
  }
  result.neurons = std::move(neurons_);
  result.bias = std::move(bias_);
  return result;
}

}  // namespace

VectorNewtonResult vector_newton(const MultiOutputProblem& problem, const RowGeometry& geometry,
                                 std::vector<VectorNeuron> start, const Vector& bias,
                                 const VectorNewtonSettings& settings) {
  return VectorNewton(problem, geometry, std::move(start), bias, settings).run();
}

}  // namespace thalweg::detail
