#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string_view>

#include "thalweg/verify/check.hpp"

namespace {

constexpr const char* kHelp =
    "usage: thalweg-check FILE.cert\n"
    "Decides a certificate in exact integer arithmetic and prints one line:\n"
    "  s VERIFIED gap <= G relgap <= R value <= P bound >= D   what the file proves\n"
    "    (of an improved network also decrease >= X, of a path increase <= I maximum <= M final "
    "<= F)\n"
    "  s NOT VERIFIED reason\n"
    "exit code: 0 verified, 1 not verified, 2 malformed or wrong usage, 3 unreadable, 4 limit\n";

/// Why the file cannot be read; null when it can. A folder opens like a file and fails when read.
const char* why_unreadable(std::ifstream& file) {
  if (file.is_open()) file.peek();
  return file.is_open() && !file.bad() ? nullptr : std::strerror(errno);
}

}  // namespace

int main(int argc, char** argv) {
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
  if (const char* reason = why_unreadable(file)) {
    std::cout << "s NOT VERIFIED " << argument << ": " << reason << '\n';
    return 3;
  }
  const auto report = thalweg::verify::check(file);
  std::cout << verdict_line(report) << '\n';
  return static_cast<int>(report.outcome);  // the enumerators stand in the order of the exit codes
}
