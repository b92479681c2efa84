#include <fstream>
#include <iostream>
#include <string_view>

#include "thalweg/verify/check.hpp"

namespace {

constexpr const char* kHelp =
    "usage: thalweg-check FILE.cert\n"
    "Decides a certificate in exact integer arithmetic and prints one line:\n"
    "  s VERIFIED gap <= G relgap <= R value <= P bound >= D   what the file proves\n"
    "  s NOT VERIFIED reason\n"
    "exit code: 0 verified, 1 not verified, 2 malformed or wrong usage, 3 unreadable, 4 limit\n";

}  // namespace

int main(int argc, char** argv) {
  using thalweg::verify::Outcome;
  const std::string_view argument = argc == 2 ? argv[1] : "";
  if (argument == "--help") {
    std::cout << kHelp;
    return 0;
  }
  if (argument == "--version") {
    std::cout << "thalweg-check " THALWEG_VERSION "\n";
    return 0;
  }
  if (argument.empty() || argument.front() == '-') {
    std::cerr << kHelp;
    return 2;
  }
  std::ifstream file(argv[1], std::ios::binary);
  const thalweg::verify::Report report = thalweg::verify::check(file);
  std::cout << verdict_line(report) << '\n';
  switch (report.outcome) {
    case Outcome::kVerified:
      return 0;
    case Outcome::kNotVerified:
      return 1;
    case Outcome::kMalformed:
      return 2;
    case Outcome::kUnreadable:
      return 3;
    case Outcome::kLimit:
      return 4;
  }
  return 2;
}
