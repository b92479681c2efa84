#pragma once

#include <string>

#include "report/figure.hpp"
#include "report/html.hpp"
#include "thalweg/report/document.hpp"

namespace thalweg::report {

/// How a verdict looks: settled as one hopes, settled otherwise, or not settled.
enum class Mood { kGood, kBad, kOpen };

/// What the page says about one document.
struct Section {
  std::string title;
  Mood mood = Mood::kOpen;
  std::string verdict;  ///< one sentence, HTML
  std::string body;     ///< HTML
};

/// Dispatches on the document's command.
[[nodiscard]] Section describe_document(const Document& document, FigureList& figures);

[[nodiscard]] Section describe_certify(const Item& document, FigureList& figures);
[[nodiscard]] Section describe_train(const Item& document, FigureList& figures);
[[nodiscard]] Section describe_check(const Item& document, FigureList& figures);
[[nodiscard]] Section describe_simplify(const Item& document, FigureList& figures);
[[nodiscard]] Section describe_info(const Item& document, FigureList& figures);
[[nodiscard]] Section describe_arrangement(const Item& document, FigureList& figures);
[[nodiscard]] Section describe_regularization(const Item& document, FigureList& figures);
[[nodiscard]] Section describe_optimal_set(const Item& document, FigureList& figures);
[[nodiscard]] Section describe_width(const Item& document, FigureList& figures);
[[nodiscard]] Section describe_stationary(const Item& document, FigureList& figures);
[[nodiscard]] Section describe_path(const Item& document, FigureList& figures);

/// The paragraph that says what a level means: who checked what, and how.
[[nodiscard]] std::string explain_level(const Item& level);
/// The same for the levels of claims about optimal sets.
[[nodiscard]] std::string explain_claim(const Item& level, const Item& proof);
/// Whether a relative gap is so small that a network is called the best; a user may ask for less.
[[nodiscard]] bool is_closed(const Item& relative_gap);
/// What stands before a verdict that is not proved.
[[nodiscard]] std::string hedge(bool proved);
/// Where a kept proof is, and how to check it; empty without one.
[[nodiscard]] std::string explain_certificate(const Item& certificate);
/// Training and test loss, accuracy: the rows that are known.
void add_evaluation(FactTable& table, const Item& document);
/// A note when the work was cut.
[[nodiscard]] std::string explain_limit(const Item& document);
/// The figure, or what to do to get one.
[[nodiscard]] std::string figure_or(FigureList& figures, const std::optional<Figure>& figure,
                                    const std::string& advice);

}  // namespace thalweg::report
