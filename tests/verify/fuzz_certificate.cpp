// No bytes make the checker crash, hang or use more memory than allowed; what it accepts, it must
// be able to state.
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>

#include "thalweg/verify/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using thalweg::verify::Outcome;
  std::istringstream input(std::string(reinterpret_cast<const char*>(data), size));
  thalweg::verify::Limits limits;
  limits.memory_bytes = std::size_t{1} << 28;
  limits.line_bytes = std::size_t{1} << 20;
  const thalweg::verify::Report report = thalweg::verify::check(input, limits);
  if ((report.outcome == Outcome::kVerified) != report.reason.empty()) std::abort();
  if (verdict_line(report).rfind("s ", 0) != 0) std::abort();
  return 0;
}
