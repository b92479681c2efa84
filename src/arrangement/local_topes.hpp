#pragma once

#include <memory>
#include <span>
#include <vector>

#include "arrangement/tope_memo.hpp"
#include "arrangement/vertex_pencils.hpp"

namespace thalweg {

/// The regions at a degenerate vertex: topes of some rows restricted to W_m that lie in {l_m > 0}.
///
/// Let B(F, m) be the topes of F|W_m on whose closure l_m > 0 except at 0, and Low(F, m) the
/// regions of the chart l_m = 1 that have an l_{m-1}-lowest vertex. *Lemma.* B(F, m) = Low(F, m)
/// minus B(F, m-1), patterns compared. *Proof.* A region of the chart has a lowest vertex exactly
/// when l_{m-1} > 0 on its recession cone except at 0. The bounded ones are B(F, m). The recession
/// cone of another is the closure of a tope of F|W_{m-1}, since no ray of the arrangement lies in
/// {l_m = 0}, and has the same pattern; and every tope of F|W_{m-1} in B(F, m-1) is the recession
/// cone of one region. QED
class LocalTopes {
 public:
  LocalTopes(const FlagCoordinates& flag, const PencilKernels& kernels,
             PencilStatistics& statistics);
  ~LocalTopes();

  /// B(rows, level), patterns over the rows in their order, bit 1 where negative; valid until the
  /// next call. Rows ascending, spanning rank at least `level`.
  [[nodiscard]] PatternView bounded(Index level, std::span<const Index> rows);

 private:
  void compute(Index level, std::span<const Index> rows, PatternBuffer& topes);
  void line(std::span<const Index> rows, PatternBuffer& out);
  [[nodiscard]] int first_sign(Index row);
  [[nodiscard]] bool root_before(Index a, Index b, bool& equal);
  void remove(PatternBuffer& patterns, PatternView unwanted);

  const FlagCoordinates& flag_;
  PencilStatistics& statistics_;
  std::vector<std::unique_ptr<VertexPencils>> pencils_;  ///< by level
  std::vector<std::unique_ptr<PatternBuffer>> topes_;    ///< by level
  std::vector<std::vector<PatternWord>> keys_;           ///< by level
  TopeMemo memo_;  ///< flats of low rank lie in many flats of higher rank
  std::vector<Index> roots_;
  std::vector<PatternWord> pattern_;
  std::vector<const PatternWord*> sorted_;
};

}  // namespace thalweg
