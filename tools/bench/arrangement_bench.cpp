// Cells of hyperplane arrangements: `arrangement_bench [ROW]`.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "arrangement_tables.hpp"

namespace thalweg::bench {

StreamedCells stream(const HyperplaneArrangement& arrangement,
                     const EnumerationSettings& settings) {
  StreamedCells cells;
  cells.info = enumerate_cells(arrangement, settings, [&](const CellBlock& block) {
    const PatternWord* const end = block.patterns + block.count * block.words;
    PatternWord sum = 0;
    for (const PatternWord* word = block.patterns; word != end; ++word) sum ^= *word;
    cells.checksum ^= sum;
    return true;
  });
  return cells;
}

EnumerationSettings lucky(const HyperplaneArrangement& arrangement, EnumerationSettings settings) {
  while (stream(arrangement, settings).info.status == EnumerationStatus::kUnluckyFlag) {
    ++settings.seed;
  }
  return settings;
}

void require_count(const CellInstance& instance, const EnumerationInfo& info) {
  require(info.complete(), instance.name + ": the list is not complete");
  require(!instance.cells || info.cells() == *instance.cells,
          instance.name + ": " + std::to_string(info.cells()) + " cells, not " +
              std::to_string(instance.cells.value_or(0)));
}

}  // namespace thalweg::bench

int main(int argc, char** argv) {
  using namespace thalweg::bench;
  if (argc == 5 && std::string(argv[1]) == "--stream") {
    stream_alone(std::atoi(argv[2]), std::atoi(argv[3]), std::atoi(argv[4]));
    return 0;
  }
  const Choice choice = choice_of(argc, argv);
  const ReferenceRates reference = measure_reference();
  std::printf(
      "%s, registers of %d doubles. Reference kernel, one core: %.1fe9 multiply-adds/s; 8-byte "
      "words "
      "written through 64 KiB %.1f GB/s, through 256 MiB %.1f GB/s.\n",
      processor_name().c_str(), reference.lanes, reference.multiply_adds / 1e9,
      reference.small_bytes / 1e9, reference.large_bytes / 1e9);
  print_general_position(choice, reference);
  print_degenerate(choice);
  print_polymake(choice);
  print_graphs(choice);
  print_samples(choice);
  print_counts(choice);
  print_threads(choice, argv[0]);
}
