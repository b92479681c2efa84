#include <algorithm>

#include "report/section.hpp"

namespace thalweg::report {
namespace {

/// Whether the objective may be above both ends somewhere on the way, by whatever little.
bool passes_above_its_ends(const Item& document) {
  const Item maximum = document["maximum"];
  return maximum.known() && maximum.number() > std::max(document["start_objective"].number(),
                                                        document["end_objective"].number());
}

/// How the objective behaves on the way down. Rises below a rounding count as none for the status.
std::string rise_in_words(const Item& rise) {
  return rise.number() > 0 ? ", and rises by no more than " + shortened(rise, 3, Rounding::kUp) +
                                 " in all on the way"
                           : " without rising";
}

std::string path_verdict(const Item& document) {
  const Item status = document["status"];
  const std::string before = hedge(!document["level"].is("estimate"));
  const std::string reason = document["reason"].known()
                                 ? " In the program's words: " + exact(document["reason"]) + "."
                                 : "";
  const std::string ends = shortened(document["start_objective"], 10) + " to " +
                           shortened(document["end_objective"], 10);
  if (status.is("connected") && document["inputs"]["to"].known()) {
    return before +
           "<b>The two networks are connected.</b> A path joins them on which the objective is " +
           (passes_above_its_ends(document)
                ? "at most " + exact(document["maximum"]) + "; its ends are "
                : "nowhere above the higher of its two ends, ") +
           ends + ".";
  }
  if (status.is("connected")) {
    return before +
           "<b>There is a way down.</b> Along a path through weight space the objective goes "
           "from " +
           ends + rise_in_words(document["max_increase"]) + ".";
  }
  if (status.is("disconnected")) {
    return before +
           "<b>No path keeps the objective down.</b> Every way between the two networks rises." +
           reason;
  }
  if (document["stopped_at_limit"].truth()) {
    return "<b>No way down was found in time.</b> The path as far as it goes holds.";
  }
  return before +
         "<b>The way down is blocked.</b> The objective rises on the path that was found." + reason;
}

std::string path_facts(const Item& document) {
  FactTable table("Objectives and size");
  table.add("Objective at the start", exact(document["start_objective"]));
  table.add("Objective at the end", exact(document["end_objective"]));
  table.add_known("Highest objective on the way", document["maximum"], "at most");
  table.add("Rise, at most", exact(document["max_increase"]),
            "summed over the pieces at whose end the objective is higher");
  table.add("Pieces", exact(document["segments"]));
  table.add_known("Neurons", document["width"]);
  table.add_known("Neurons that open a way", document["width_needed"]);
  table.add_known("Barrier", document["barrier"], "a path need not go above this");
  table.add_known("Lower bound", document["lower_bound"],
                  "no network, however wide, has a lower objective");
  table.add_known("Written to", document["out"]);
  return table.html();
}

std::string explain_path_level(const Item& document) {
  if (document["level"].is("verified") || document["level"].is("value")) {
    return paragraph(
        "<b>Proved and checked.</b> A separate program, which shares no code with the "
        "search, recomputed both ends, the rise and the highest objective in exact "
        "arithmetic" +
            std::string(document["level"].is("verified")
                            ? ", and the bound below which no network is."
                            : "; the lower bound is not proved."),
        "proof");
  }
  return explain_level(document["level"]);
}

}  // namespace

Section describe_path(const Item& document, FigureList& figures) {
  const bool connected = document["status"].is("connected");
  const bool stopped = document["stopped_at_limit"].truth();
  Section section{"Is there a way down?",
                  connected ? Mood::kGood
                  : stopped ? Mood::kOpen
                            : Mood::kBad,
                  path_verdict(document), ""};
  if (document["inputs"]["to"].known()) section.title = "Are the two networks connected?";
  section.body = "<h3>How sure is this?</h3>\n" + explain_path_level(document) +
                 explain_limit(document) + "<h3>The path</h3>\n" + path_facts(document) +
                 figure_or(figures, draw_losses(document),
                           "To see the objective along the path beside the straight line, run "
                           "<code>thalweg path</code> with <code>--curves</code>.");
  return section;
}

Section describe_regularization(const Item& document, FigureList& figures) {
  Section section{"The optimum for every weight decay",
                  document["status"].is("solved") ? Mood::kGood : Mood::kOpen, "", ""};
  const Item betas = document["betas"];
  const Item neurons = document["neurons"];
  if (betas.size() == 0) {
    section.verdict = "<b>No optimum was found in time.</b>";
  } else {
    const std::size_t last = betas.size() - 1;
    section.verdict =
        "<b>How the best network grows.</b> As far as floating-point arithmetic can "
        "tell, it goes from " +
        exact(neurons[0]) + " to " + counted(neurons[last], "neuron", "neurons") +
        " as the penalty beta falls from " + shortened(betas[0], 4) + " to " +
        shortened(betas[last], 4) + ".";
  }
  FactTable table("Extent and accuracy");
  table.add_known("Largest useful penalty", document["beta_max"],
                  "from here on the network without neurons is optimal");
  table.add("Points", count_of(betas));
  table.add("Changes", count_of(document["events"]),
            "where neurons come, go, or meet the edge of a sample");
  table.add_known("Worst relative gap", document["worst_gap"],
                  "how far a point may be from its optimum");
  table.add("Status", exact(document["status"]));
  section.body = "<h3>How sure is this?</h3>\n" + explain_level(document["level"]) +
                 "<h3>The path</h3>\n" + table.html() +
                 figure_or(figures, draw_regularization(document), "");
  return section;
}

}  // namespace thalweg::report
