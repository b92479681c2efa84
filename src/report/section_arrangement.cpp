#include "report/section.hpp"

namespace thalweg::report {
namespace {

std::string arrangement_verdict(const Item& document) {
  const std::string samples = exact(document["n"]) + " samples";
  const Item estimate = document["estimate"];
  if (document["sampled"].known()) {
    return "<b>" + exact(document["sampled"]) +
           " activation patterns were drawn</b> of those that "
           "neurons can have on " +
           samples + ".";
  }
  if (document["complete"].truth()) {
    return "<b>Neurons can have exactly " + exact(document["cells"]) +
           " activation patterns</b> on " + samples +
           ": so many ways there are to be active on some of them and off on the others.";
  }
  if (estimate.known()) {
    return "<b>Neurons can have about " + shortened(estimate["value"], 3) +
           " activation patterns</b> on " + samples + ", between " + shortened(estimate["low"], 3) +
           " and " + shortened(estimate["high"], 3) + " with the confidence " +
           exact(estimate["confidence"]) + ".";
  }
  if (document["cells"].known()) {
    return "<b>" + exact(document["cells"]) +
           " activation patterns were listed</b> of those that "
           "neurons can have on " +
           samples + "; there may be more.";
  }
  return "<b>The activation patterns were not counted.</b>";
}

/// Why there is no picture, in the words of somebody who wants one.
std::string picture_advice(const Item& document) {
  const double rank = document["rank"].number();
  if (rank < 2 || rank > 3) return "";
  return "The document does not hold the samples, so the cells are not drawn here: there are too "
         "many lines for a page. <code>thalweg arrangement --svg FILE</code> draws them.";
}

}  // namespace

Section describe_arrangement(const Item& document, FigureList& figures) {
  Section section{"Activation patterns", document["complete"].truth() ? Mood::kGood : Mood::kOpen,
                  arrangement_verdict(document), ""};
  FactTable table("The arrangement");
  table.add("Samples", exact(document["n"]));
  table.add("Inputs", exact(document["d"]), "the column of ones of a bias included");
  table.add("Rank", exact(document["rank"]), "how many inputs are independent");
  table.add("Lines", exact(document["hyperplanes"]), "one for each direction of a sample");
  table.add_known("Cells", document["cells"], "activation patterns, opposite ones counted twice");
  table.add("Complete", exact(document["complete"]), "whether the number of cells is proved");
  table.add("Method", exact(document["method"]));
  table.add_known("At most", document["cells_general_position"],
                  "as many cells as so many lines in general position have");
  table.add_known("Walls between cells", document["edges"]);
  const Item degrees = document["degrees"];
  if (degrees.known()) {
    table.add("Walls of a cell", exact(degrees["smallest"]) + " to " + exact(degrees["largest"]),
              shortened(degrees["mean"], 4) + " on average");
  }
  section.body = table.html() + figure_or(figures, draw_cells(document), picture_advice(document));
  return section;
}

}  // namespace thalweg::report
