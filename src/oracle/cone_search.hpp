#pragma once

#include <cstdint>
#include <vector>

#include "oracle/cone.hpp"
#include "oracle/cone_relaxation.hpp"

namespace thalweg::oracle {

/// The way from an orthant to a cone: at each step a split of rays (k, l) and which of the two was
/// replaced.
struct ConePath {
  struct Step {
    Index k;
    Index l;
    int shift;
    Index replaced;
  };
  std::uint32_t mask = 0;
  std::vector<Step> steps;
  double bound = 0;  ///< of f(u)/|u| on the cone
};

/// Decides what the search does at each cone.
class SearchClient {
 public:
  virtual ~SearchClient() = default;
  /// Cones with a bound of at most this are closed; may grow during the search.
  [[nodiscard]] virtual double threshold() const = 0;
  /// Directions of larger value (to rounding) are reported through `improve`, with a cone that
  /// holds them.
  [[nodiscard]] virtual double incumbent() const = 0;
  virtual void improve(const Cone& cone, const Vector& z) = 0;
  [[nodiscard]] virtual bool stop() = 0;
  /// The cone's bound is at most the threshold; false: it is split all the same.
  [[nodiscard]] virtual bool close(const Cone& cone, ConeRelaxation& relaxation, ConeBound& bound);
  /// The bound is above the threshold; true: the cone is done with nevertheless.
  [[nodiscard]] virtual bool settle(const Cone& cone, ConeRelaxation& relaxation, ConeBound& bound);
  virtual void split(Index k, Index l, int shift);
  /// The cone goes to the list of open ones instead of being explored.
  virtual void postpone();
  /// A cone with this bound can neither be closed nor split.
  virtual void stall(double bound);
};

struct SearchOutcome {
  double bound = 0;  ///< of f(u)/|u| on everything explored, at least 0; valid also when stopped
  bool stalled = false;  ///< some cone could neither be closed nor split
  bool stopped = false;
  std::int64_t nodes = 0;
  std::int64_t leaves = 0;
};

/// Depth-first branch and bound over simplicial cones, for one g on one thread. The buffers are
/// kept between runs.
class ConeSearch {
 public:
  /// Both must outlive the search.
  ConeSearch(const SignedRows& rows, const RowGeometry& geometry);

  /// Explores the subtree below the path's cone, in preorder.
  [[nodiscard]] SearchOutcome run(const ConePath& path, SearchClient& client);

  /// Explores the orthant down to `depth` levels; what remains open is appended to `open`, in
  /// preorder, with its parent's bound. `inherited` bounds f(u)/|u|.
  [[nodiscard]] SearchOutcome run_top(std::uint32_t mask, int depth, SearchClient& client,
                                      double inherited, std::vector<ConePath>& open);

 private:
  /// `guess`: the rays that may carry the relaxation's maximiser; 0: not known.
  double visit(int depth, double inherited, unsigned guess);
  double give_up(double bound);
  double branch(int depth, const ConeBound& bound);
  [[nodiscard]] bool choose_edge(const Cone& cone, const RayVector& point, Index& k,
                                 Index& l) const;

  const SignedRows& rows_;
  ConeStack stack_;
  ConeRelaxation relaxation_;
  SearchClient* client_ = nullptr;
  SearchOutcome outcome_;
  std::vector<ConePath>* open_ = nullptr;  ///< receives cones at open_depth_
  int open_depth_ = 0;
  ConePath path_;  ///< maintained while open_ is set
};

}  // namespace thalweg::oracle
