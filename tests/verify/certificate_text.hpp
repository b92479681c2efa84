#pragma once

#include <cmath>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>

#include "thalweg/verify/check.hpp"

/// Certificates as texts that a test edits before it checks them.
namespace thalweg::verify::test {

inline Report check_text(const std::string& text, const Limits& limits = {}) {
  std::istringstream input(text);
  return check(input, limits);
}

inline std::string stored(const std::string& name) {
  std::ifstream file(THALWEG_TEST_DATA "/certificates/" + name + ".cert", std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (text.str().empty()) throw std::runtime_error("no certificate " + name);
  return text.str();
}

/// The text with the first `old` behind the first `mark` replaced; both must occur.
inline std::string edited(std::string text, const std::string& mark, const std::string& old,
                          const std::string& fresh) {
  const std::size_t start = text.find(mark);
  const std::size_t at = start == std::string::npos ? start : text.find(old, start);
  if (at == std::string::npos) throw std::runtime_error("nothing to edit: " + mark + " " + old);
  return text.replace(at, old.size(), fresh);
}

inline std::string edited(const std::string& text, const std::string& old,
                          const std::string& fresh) {
  return edited(text, old, old, fresh);
}

inline double real(const Dyad53& number) {
  return std::ldexp(static_cast<double>(number.mantissa), number.exponent);
}

/// Rows (1,-1), (2,-2), (0,0), (1,1), so two groups v = (1,-1), w = 3 and v = (1,1), w = -1; the
/// zero network has L = 31/2 and D(nu) = 15. Every leaf below is worked out by hand: tree + has c =
/// (2,-1), (0,0), (3,3), (0,3), tree - has c = (1,1), (0,1), (-2,-3), (0,0) with s = 0 in every
/// crossing group.
inline const std::string kPlane =
    "cert 1\n"
    "problem relu2 loss squared scale sum output-bias none\n"
    "beta 5:0\n"
    "source dataset - network -\n"
    "data 4 2\n"
    "1:0 -1:0 1:0\n"
    "1:-1 -1:-1 1:-1\n"
    "0:0 0:0 5:0\n"
    "1:0 1:0 -1:0\n"
    "network 0\n"
    "basis 0\n"
    "nu 0 1 1 5 -1\n"
    "tree +\n"
    "0 2 0\n"
    "0\n"
    "0 3 -3\n"
    "0 0 -3\n"
    "tree -\n"
    "0 1 1\n"
    "0 0 1\n"
    "0\n"
    "0\n"
    "claim value 31:1\n"
    "claim bound 15:0\n"
    "claim gap 1:1\n"
    "claim relgap 1:4\n"
    "end\n";

/// Rows (-1,1), (2,-2) with nu = (-1,-1): one group, v = (-1,1), G+ = -1, G- = -2, w = -3, l = 2 v.
/// In the orthant (+,+) of tree + c = (-2,2) + s (3,-3), so the leaf needs s_0 = 1 in this
/// orientation.
inline const std::string kReversed =
    "cert 1\n"
    "problem relu2 loss squared scale sum output-bias none\n"
    "beta 3:0\n"
    "source dataset - network -\n"
    "data 2 2\n"
    "-1:0 1:0 -1:0\n"
    "1:-1 -1:-1 -1:0\n"
    "network 0\n"
    "basis 0\n"
    "nu 0 -1 -1\n"
    "tree +\n"
    "0 1 0 / 0 0:1\n"
    "0\n"
    "0\n"
    "2 0 -1 / 2 0:3\n"
    "tree -\n"
    "0 2 1\n"
    "0 -1 1\n"
    "0 2 -2\n"
    "0 -1 -2\n"
    "claim gap 0:0\n"
    "end\n";

/// One row x = 1, nu = 1, a = 0, mu = 1/4: the bordered matrix [[1/4, -1/4], [-1/4, beta - 3/4]] is
/// semidefinite exactly for beta >= 1.
inline const std::string kLine =
    "cert 1\n"
    "problem relu2 loss squared scale sum output-bias none\n"
    "beta 1073741825:30\n"
    "source dataset - network -\n"
    "data 1 1\n"
    "1:0 1:0\n"
    "network 0\n"
    "basis 0\n"
    "nu 0 1\n"
    "sphere +\n"
    "grid 0\n"
    "40 0\n"
    "mu 274877906944\n"
    "tree -\n"
    "0\n"
    "0\n"
    "claim gap 0:0\n"
    "end\n";

/// Rows x_0 = (1,0), x_1 = (3,1/16) near 3 x_0, x_2 = (-31/16,1/16) near -2 x_0, nu = (4,-1,2): one
/// group of X~ with v = (1,0), G+ = 1, G- = 4, so g^T (X~ u)_+ = (u_1)_+ + 4 (-u_1)_+ <= 4 |u|, and
/// eps = 1/16 + 2 (1/16 + 1/16) = 5/16: the leaf (-4,0) needs exactly beta = 69/16.
inline const std::string kNear =
    "cert 1\n"
    "problem relu2 loss squared scale sum output-bias none\n"
    "beta 69:4\n"
    "source dataset - network -\n"
    "data 3 2\n"
    "1:0 0:0 1:-2\n"
    "3:0 1:4 -1:0\n"
    "-31:4 1:4 1:-1\n"
    "network 0\n"
    "near 2\n"
    "1 0 3:0\n"
    "2 0 -1:-1\n"
    "basis 0\n"
    "nu 0 4 -1 2\n"
    "tree +\n"
    "0 1 0\n"
    "0 -4 0\n"
    "0 1 0\n"
    "0 -4 0\n"
    "tree -\n"
    "0\n"
    "0\n"
    "0\n"
    "0\n"
    "claim gap 0:0\n"
    "end\n";

}  // namespace thalweg::verify::test
