// Draws what architecture_gallery (tools/bench) writes: `gallery_figure < NAME.txt > NAME.svg`.
#include <cstdio>
#include <iostream>
#include <string>

#include "thalweg/report/gallery_picture.hpp"

namespace {

using namespace thalweg;

/// Lines of a word and a value: title, branches, objective, lower_bound, width, and for each run
/// `run WIDTH OBJECTIVE`, by width. False when a line is none of these or one is missing.
bool read(std::istream& input, report::GalleryFigure& figure) {
  std::string word;
  while (input >> word) {
    if (word == "title") {
      std::getline(input >> std::ws, figure.title);
    } else if (word == "branches") {
      input >> figure.branches;
    } else if (word == "objective") {
      input >> figure.objective;
    } else if (word == "lower_bound") {
      input >> figure.lower_bound;
    } else if (word == "width") {
      input >> figure.width;
    } else if (word == "run") {
      Index width = 0;
      double objective = 0;
      input >> width >> objective;
      if (figure.runs.empty() || figure.runs.back().width != width) {
        figure.runs.push_back({width, {}});
      }
      figure.runs.back().objectives.push_back(objective);
    } else {
      return false;
    }
    if (!input) return false;
  }
  return !figure.runs.empty() && figure.lower_bound > 0 && figure.width > 0;
}

}  // namespace

int main() {
  report::GalleryFigure figure;
  if (!read(std::cin, figure)) {
    std::fputs("standard input is no figure of architecture_gallery\n", stderr);
    return 2;
  }
  std::cout << report::draw_gallery(figure);
}
