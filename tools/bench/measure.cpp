#include "measure.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

namespace thalweg::bench {

Choice choice_of(int argc, char** argv) {
  Choice choice;
  if (argc > 1) choice.row = argv[1];
  if (argc > 2) choice.seeds = std::max<std::uint64_t>(1, std::strtoull(argv[2], nullptr, 10));
  return choice;
}

double median(std::vector<double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::string shown(double value) {
  char text[32];
  const double size = std::fabs(value);
  const char* format = "%.3f";
  if (size >= 1e5) {
    std::snprintf(text, sizeof text, size >= 1e6 ? "%.2fM" : "%.0fk",
                  value / (size >= 1e6 ? 1e6 : 1e3));
    return text;
  }
  if (size >= 100) {
    format = "%.0f";
  } else if (size >= 10) {
    format = "%.1f";
  } else if (size >= 0.1) {
    format = "%.2f";
  } else if (size != 0 && size < 1e-3) {
    format = "%.1e";
  }
  std::snprintf(text, sizeof text, format, value);
  return text;
}

void print_row(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) line += " " + cell + " |";
  std::puts(line.c_str());
  std::fflush(stdout);
}

void print_header(const std::vector<std::string>& cells) {
  print_row(cells);
  std::string rule = "|";
  for (std::size_t i = 0; i < cells.size(); ++i) rule += "---|";
  std::puts(rule.c_str());
}

double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void require(bool holds, const std::string& what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(1);
}

}  // namespace thalweg::bench
