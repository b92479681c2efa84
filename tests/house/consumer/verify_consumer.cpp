// Uses the installed checker's library alone: a broken certificate must be called malformed.
#include <iostream>
#include <sstream>

#include "thalweg/verify/check.hpp"

int main() {
  std::istringstream broken("cert 0\n");
  const thalweg::verify::Report report = thalweg::verify::check(broken);
  std::cout << report.reason << '\n';
  return report.outcome == thalweg::verify::Outcome::kMalformed ? 0 : 1;
}
