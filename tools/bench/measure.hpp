#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace thalweg::bench {

/// What the command line of every program chooses: `PROGRAM [ROW] [SEEDS]`.
struct Choice {
  std::string row;          ///< only rows whose name contains it; empty: all
  std::uint64_t seeds = 5;  ///< seeds 1 .. seeds

  [[nodiscard]] bool wants(const std::string& name) const {
    return name.find(row) != std::string::npos;
  }
};

[[nodiscard]] Choice choice_of(int argc, char** argv);

/// The median; of an even number the lower middle. NaN of nothing.
[[nodiscard]] double median(std::vector<double> values);

/// A number to two or three significant digits, as the tables show it.
[[nodiscard]] std::string shown(double value);

/// Prints one row of a Markdown table at once, so that a long run shows how far it is.
void print_row(const std::vector<std::string>& cells);
void print_header(const std::vector<std::string>& cells);

/// Processor seconds of all threads of this process so far: steadier than wall-clock time on a
/// shared machine.
[[nodiscard]] double processor_seconds();

/// Largest resident memory of this process so far, in MiB.
[[nodiscard]] double peak_memory();

/// Prints what went wrong and ends the program with exit code 1 unless `holds`: a benchmark of a
/// wrong answer is worthless.
void require(bool holds, const std::string& what);

}  // namespace thalweg::bench
