#include "thalweg/arrangement/enumerate.hpp"

#include <algorithm>
#include <string>

#include "arrangement/degeneracy_probe.hpp"
#include "arrangement/delivery.hpp"
#include "arrangement/pattern_order.hpp"
#include "arrangement/pencil_engine.hpp"
#include "arrangement/sign_tree.hpp"
#include "thalweg/arrangement/characteristic_polynomial.hpp"
#include "thalweg/arrangement/count_cells.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

constexpr int kMostFlags = 16;
/// Of the pencils' kernels. Arrangements of higher rank have more than 2^62 cells; some of them may
/// still be wanted.
constexpr Index kMostPencilRank = 62;

bool whole(const WorkRange& range, const HyperplaneArrangement& arrangement) {
  return range.begin == 0 && range.end >= work_units(arrangement);
}

void check(const HyperplaneArrangement& arrangement, const EnumerationSettings& settings) {
  if (settings.threads < 1) {
    throw InvalidArgument("threads must be at least 1, but it is " +
                          std::to_string(settings.threads));
  }
  if (settings.engine == Engine::kVertexPencil && arrangement.rank() > kMostPencilRank) {
    throw InvalidArgument("vertex pencils take at most rank " + std::to_string(kMostPencilRank) +
                          ", but the rank is " + std::to_string(arrangement.rank()) +
                          "; the sign tree takes any");
  }
  const bool ranged = !whole(settings.range, arrangement);
  if (settings.engine == Engine::kVertexPencil && !settings.constraints.empty()) {
    throw InvalidArgument("constraints are obeyed by the sign tree only, not by vertex pencils");
  }
  const bool tree = settings.engine == Engine::kSignTree || !settings.constraints.empty() ||
                    arrangement.rank() > kMostPencilRank;
  if (ranged && tree) {
    throw InvalidArgument("a range of work units belongs to the vertex-pencil engine");
  }
  if (settings.instructions && !available(*settings.instructions)) {
    throw InvalidArgument("instructions: this processor cannot run them");
  }
}

Engine choose(const HyperplaneArrangement& arrangement, const EnumerationSettings& settings) {
  if (settings.engine != Engine::kAutomatic) return settings.engine;
  if (!settings.constraints.empty() || arrangement.rank() > kMostPencilRank) {
    return Engine::kSignTree;
  }
  if (!whole(settings.range, arrangement)) return Engine::kVertexPencil;
  return heavily_degenerate(arrangement, settings.seed) ? Engine::kSignTree : Engine::kVertexPencil;
}

void run_pencils(const HyperplaneArrangement& arrangement, const EnumerationSettings& settings,
                 Delivery& delivery, EnumerationInfo& info) {
  const RowDependence dependence(arrangement.normals());
  PencilRun run;
  run.threads = settings.threads;
  run.range = settings.range;
  run.control = settings.control;
  if (settings.instructions) run.kernels = &pencil_kernels(*settings.instructions);
  try {
    const FlagCoordinates flag(arrangement, dependence, settings.seed);
    const PencilOutcome outcome = enumerate_pencils(
        flag, run,
        [&](PatternWord* patterns, Index count) { return delivery.take_half(patterns, count); });
    info.status = outcome.status;
    info.degenerate_vertices = outcome.statistics.degenerate_vertices;
    info.exact_signs = outcome.statistics.exact_signs;
  } catch (const UnluckyFlag&) {
    info.status = EnumerationStatus::kUnluckyFlag;
  }
}

void run_sign_tree(const HyperplaneArrangement& arrangement, const EnumerationSettings& settings,
                   Delivery& delivery, EnumerationInfo& info) {
  const SignTreeOutcome outcome = enumerate_sign_tree(
      arrangement, settings, [&](const CellBlock& block) { return delivery.take(block); });
  info.status = outcome.status;
  info.missing_witnesses = outcome.missing_witnesses;
}

/// No arrangement has more cells than one in general position, so distinct cells in that number are
/// all. Otherwise the engine's account stands. Both are about the rank that was found: columns
/// beyond an unproved one could cut cells further.
CompletenessProof proof_of(const HyperplaneArrangement& arrangement, const EnumerationInfo& info) {
  if (!arrangement.rank_proved()) return CompletenessProof::kNone;
  const BigCount most = cells_in_general_position(arrangement.hyperplanes(), arrangement.rank());
  const bool reached = most.to_uint64() == info.cells();
  return reached ? CompletenessProof::kGeneralPosition : CompletenessProof::kExactAccounting;
}

/// Room for the patterns, from the count in general position: growing by copies would take half as
/// long again. Pages that stay unused cost nothing.
void reserve_for(const HyperplaneArrangement& arrangement, const EnumerationSettings& settings,
                 CellList& list) {
  constexpr std::uint64_t kMostWords = std::uint64_t{1} << 28;  // 2 GiB
  const BigCount most = cells_in_general_position(arrangement.hyperplanes(), arrangement.rank());
  const std::uint64_t cells =
      std::min(most.to_uint64().value_or(kMostWords), settings.max_cells) / 2 + 1;
  const auto words = static_cast<std::uint64_t>(std::max<Index>(list.words, 1));
  list.patterns.reserve(std::min(cells, kMostWords / words) * words);
}

/// The one cell of no hyperplanes: every direction.
void deliver_everything(const HyperplaneArrangement& arrangement,
                        const EnumerationSettings& settings, const CellSink& sink,
                        EnumerationInfo& info) {
  info.antipodal = false;
  if (settings.max_cells == 0) {
    info.status = EnumerationStatus::kCellLimit;
    return;
  }
  const Index words = pattern_words(arrangement.samples());
  std::vector<PatternWord> pattern(static_cast<std::size_t>(words), 0);
  for (Index i = 0; i < arrangement.samples(); ++i) {
    pattern[static_cast<std::size_t>(i / 64)] |= PatternWord{1} << (i % 64);
  }
  const std::vector<double> origin(static_cast<std::size_t>(arrangement.dimension()), 0.0);
  info.delivered = 1;
  const bool wanted = sink({1, words, pattern.data(), origin.data()});
  info.status = wanted ? EnumerationStatus::kComplete : EnumerationStatus::kSinkStopped;
  if (wanted) info.proof = CompletenessProof::kExactAccounting;
}

}  // namespace

EnumerationInfo enumerate_cells(const HyperplaneArrangement& arrangement,
                                const EnumerationSettings& settings, const CellSink& sink) {
  check(arrangement, settings);
  EnumerationInfo info;
  info.engine = choose(arrangement, settings);
  if (arrangement.hyperplanes() == 0 && settings.constraints.empty()) {
    deliver_everything(arrangement, settings, sink, info);
    return info;
  }
  info.antipodal = settings.constraints.empty();
  Delivery delivery(arrangement, settings, sink, info);
  if (info.engine == Engine::kSignTree) {
    run_sign_tree(arrangement, settings, delivery, info);
  } else {
    run_pencils(arrangement, settings, delivery, info);
  }
  if (delivery.stopped()) info.status = EnumerationStatus::kStopped;
  if (delivery.limited()) info.status = EnumerationStatus::kCellLimit;
  if (info.status == EnumerationStatus::kComplete) info.proof = proof_of(arrangement, info);
  return info;
}

bool confirm_count(const HyperplaneArrangement& arrangement, EnumerationInfo& info,
                   std::uint64_t max_work, const RunControl& control) {
  if (!info.complete() || !info.antipodal || info.proof != CompletenessProof::kExactAccounting) {
    return true;
  }
  const auto polynomial = characteristic_polynomial(arrangement, {max_work, control});
  if (!polynomial) return true;
  if (polynomial->cells().to_uint64() != info.cells()) return false;
  info.proof = CompletenessProof::kCharacteristicPolynomial;
  return true;
}

std::pair<CellList, EnumerationInfo> list_cells(const HyperplaneArrangement& arrangement,
                                                const EnumerationSettings& settings) {
  EnumerationSettings attempt = settings;
  for (int flag = 0;; ++flag) {
    CellList list;
    list.samples = arrangement.samples();
    list.words = pattern_words(list.samples);
    reserve_for(arrangement, settings, list);
    const auto d = static_cast<std::size_t>(arrangement.dimension());
    const EnumerationInfo info = enumerate_cells(arrangement, attempt, [&](const CellBlock& block) {
      const auto count = static_cast<std::size_t>(block.count);
      list.patterns.insert(list.patterns.end(), block.patterns,
                           block.patterns + block.count * block.words);
      if (settings.witnesses) {
        list.witnesses.insert(list.witnesses.end(), block.witnesses, block.witnesses + count * d);
      }
      return true;
    });
    // Ranges of different flags do not fit together.
    const bool again = flag < kMostFlags && whole(settings.range, arrangement);
    if (info.status == EnumerationStatus::kUnluckyFlag && again) {
      ++attempt.seed;
      continue;
    }
    if (list.words > 0) sort_patterns(list);
    return {std::move(list), info};
  }
}

std::uint64_t work_units(const HyperplaneArrangement& arrangement) {
  return pencil_units(arrangement.hyperplanes(), arrangement.rank());
}

}  // namespace thalweg
