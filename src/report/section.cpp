#include "report/section.hpp"

#include <array>
#include <utility>

namespace thalweg::report {

Section describe_document(const Document& document, FigureList& figures) {
  using Describe = Section (*)(const Item&, FigureList&);
  static constexpr std::array<std::pair<std::string_view, Describe>, 11> kSections = {{
      {"certify", describe_certify},
      {"train", describe_train},
      {"check", describe_check},
      {"simplify", describe_simplify},
      {"info", describe_info},
      {"arrangement", describe_arrangement},
      {"path-regularization", describe_regularization},
      {"optimal-set", describe_optimal_set},
      {"width", describe_width},
      {"stationary", describe_stationary},
      {"path", describe_path},
  }};
  for (const auto& [command, describe] : kSections) {
    if (command == document.command()) return describe(Item(document.root), figures);
  }
  return {};
}

std::string explain_level(const Item& level) {
  static constexpr std::array<std::pair<std::string_view, const char*>, 5> kWords = {{
      {"verified",
       "<b>Proved and checked.</b> A separate program, which shares no code with the search, "
       "recomputed objective, lower bound and gap from the stored numbers in exact integer "
       "arithmetic. Rounding errors play no part."},
      {"bound",
       "<b>Proved.</b> Objective and lower bound hold in exact arithmetic; the gap between them "
       "is larger than what was asked for."},
      {"value",
       "<b>Half proved.</b> The objective was recomputed in exact arithmetic; no lower bound was "
       "proved."},
      {"restricted",
       "<b>Not proved.</b> The numbers are floating point, and the lower bound holds among "
       "networks whose neurons use the given activation patterns only."},
      {"estimate",
       "<b>Not proved.</b> The numbers are floating point: reliable to many digits as a rule, "
       "but no proof."},
  }};
  for (const auto& [word, words] : kWords) {
    if (level.is(word)) return paragraph(words, "proof");
  }
  return "";
}

std::string explain_claim(const Item& level, const Item& proof) {
  std::string words;
  if (level.is("exact")) {
    words = "<b>Proved.</b> The shape of the optimal set is proved for the numbers as stored";
  } else if (level.is("certified bound")) {
    words = "<b>Proved as bounds.</b> The numbers lie within bounds that are proved";
  } else if (level.is("possible")) {
    words =
        "<b>Not proved.</b> This is what floating point suggests; problems that differ by "
        "rounding only may have another answer";
  } else {
    return explain_level(level);
  }
  if (proof.known()) words += ". How: " + exact(proof);
  return paragraph(words + ".", "proof");
}

bool is_closed(const Item& relative_gap) {
  constexpr double kClosed = 1e-6;
  return relative_gap.number() <= kClosed;
}

std::string hedge(bool proved) {
  return proved ? "" : "As far as floating-point arithmetic can tell: ";
}

std::string explain_certificate(const Item& certificate) {
  if (!certificate.known()) return "";
  return paragraph("The whole proof is in the file <code>" + exact(certificate["path"]) +
                   "</code> (" + exact(certificate["bytes"]) +
                   " bytes). Anyone can check it without trusting the program that found it: "
                   "<code>thalweg-check FILE</code>.");
}

void add_evaluation(FactTable& table, const Item& document) {
  table.add_known("Training loss", document["training_loss"], "per sample, without penalty");
  table.add_known("Test loss", document["test_loss"], "per sample, without penalty");
  table.add_known("Accuracy", document["accuracy"], "share of training samples of the right class");
  table.add_known("Test accuracy", document["test_accuracy"],
                  "share of test samples of the right class");
}

std::string explain_limit(const Item& document) {
  if (!document["stopped_at_limit"].truth()) return "";
  return paragraph(
      "The work was cut by a time limit or by hand. What is printed holds; more time "
      "may say more.",
      "note");
}

std::string figure_or(FigureList& figures, const std::optional<Figure>& figure,
                      const std::string& advice) {
  return figure ? figures.add(*figure) : advice.empty() ? "" : paragraph(advice, "note");
}

}  // namespace thalweg::report
