#include <algorithm>
#include <array>
#include <string_view>

#include "report/page_parts.hpp"

namespace thalweg::report {
namespace {

/// A word, what it means, and the commands whose sections use it (all when empty).
struct Word {
  std::string_view word;
  std::string_view meaning;
  std::string_view commands;
};

constexpr std::array<Word, 9> kWords = {{
    {"Objective",
     "What training makes small: the errors on the training samples plus a penalty, beta halves "
     "times the sum of all squared weights. Lower is better.",
     ""},
    {"Beta, weight decay",
     "How much the penalty counts against the errors. Training with weight decay in PyTorch is "
     "training with such a penalty.",
     ""},
    {"Neuron, width",
     "A neuron takes a weighted sum of the inputs and passes it on where it is positive (ReLU). "
     "The width of a network is the number of its neurons.",
     ""},
    {"Global minimum",
     "A network with the lowest objective that any network can have. Here networks of all widths "
     "are meant, not only those as wide as the given one.",
     ""},
    {"Gap",
     "The objective minus a number that no network's objective is below. Nobody can save more than "
     "that by training longer, wider or luckier.",
     "certify train check path-regularization optimal-set"},
    {"Activation pattern, cell",
     "On which samples a neuron is active. All neurons with one pattern form a cell; there, the "
     "network is a linear function of the weights.",
     "arrangement info train"},
    {"Direction, mass",
     "Where a neuron's incoming weights point, and how much it counts: the length of its incoming "
     "weights times its outgoing weight.",
     "optimal-set path-regularization width"},
    {"Component",
     "Optimal networks that can be changed into each other by small steps, all of which are "
     "optimal too.",
     "width path"},
    {"Spurious valley", "Networks from which every way to the optimum first leads up.",
     "width path stationary"},
}};

bool used(const Word& word, const std::vector<Document>& documents) {
  return word.commands.empty() ||
         std::any_of(documents.begin(), documents.end(), [&](const Document& document) {
           return word.commands.find(document.command()) != std::string_view::npos;
         });
}

}  // namespace

std::string glossary(const std::vector<Document>& documents) {
  std::string html = "<section aria-labelledby=\"words\">\n<h2 id=\"words\">Words</h2>\n<dl>\n";
  for (const Word& word : kWords) {
    if (!used(word, documents)) continue;
    html += "<dt>" + std::string(word.word) + "</dt><dd>" + std::string(word.meaning) + "</dd>\n";
  }
  return html + "</dl>\n</section>\n";
}

}  // namespace thalweg::report
