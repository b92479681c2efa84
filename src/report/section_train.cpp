#include "report/section.hpp"

namespace thalweg::report {
namespace {

std::string train_verdict(const Item& document) {
  const std::string neurons = document["width"].is_number()
                                  ? " with " + counted(document["width"], "neuron", "neurons")
                                  : "";
  const bool proved = document["level"].is("verified") || document["level"].is("bound");
  const std::string objective = shortened(document["objective"], 6);
  if (!document["objective"].known()) return "<b>No network was found.</b>";
  if (document["rank"].known()) {
    return "<b>A network for the data reduced to rank " + exact(document["rank"]) +
           ".</b> On the data as given its objective is " + objective + neurons +
           ", and no network is below " + shortened(document["lower_bound"], 6) + ".";
  }
  const std::string distance = shortened(document["relative_gap"], 3, Rounding::kUp);
  if (document["patterns"].known()) {
    return hedge(proved) +
           "<b>The best network over the given activation patterns.</b> Its objective is " +
           objective + ", and no other over these patterns is better by more than " + distance +
           " times that.";
  }
  if (document["status"].is("solved")) {
    return hedge(proved) +
           std::string(is_closed(document["relative_gap"])
                           ? "<b>The best possible network was found.</b>"
                           : "<b>A network as good as was asked for was found.</b>") +
           " Its objective is " + objective + neurons +
           "; no network of any size is better by more than " + distance + " times that" +
           (proved ? ", and that is proved." : ".");
  }
  return hedge(proved) + "<b>A network was found, not surely the best.</b> Its objective is " +
         objective + neurons + "; others could be better by at most " + distance + " times that.";
}

}  // namespace

Section describe_train(const Item& document, FigureList& figures) {
  const bool solved = document["status"].is("solved") && !document["rank"].known();
  Section section{"Training to the optimum", solved ? Mood::kGood : Mood::kOpen,
                  train_verdict(document), ""};
  FactTable table("Objective, bound and size");
  table.add("Objective", exact(document["objective"]), "what training minimises");
  table.add("Lower bound", exact(document["lower_bound"]),
            document["patterns"].known() ? "no network over the given patterns is below"
                                         : "no network, however wide, has a lower objective");
  table.add_known("Gap", document["gap"], "the difference, rounded up");
  table.add("Relative gap", exact(document["relative_gap"]), "the gap as a share of the objective");
  table.add_known("Neurons", document["width"]);
  table.add_known("Status", document["status"]);
  const Item wide = document["over_all_widths"];
  if (wide.known()) {
    table.add("Without a limit of width", exact(wide["objective"]),
              "with " + counted(wide["width"], "neuron", "neurons"));
  }
  const Item full = document["full"];
  if (full.known()) table.add_known("Optimum for the data as given", full["objective"]);
  table.add_known("Guaranteed factor", document["factor"],
                  "the objective is at most this many times the optimum");
  add_evaluation(table, document);
  table.add_known("Written to", document["out"]);
  section.body =
      "<h3>How sure is this?</h3>\n" + explain_level(document["level"]) +
      explain_certificate(document["certificate"]) + explain_limit(document) +
      "<h3>The gap</h3>\n" + table.html() +
      figure_or(figures, draw_gap(document["relative_gap"], document["settings"]["gap"]), "");
  return section;
}

Section describe_info(const Item& document, FigureList& /*figures*/) {
  Section section{"The data", Mood::kOpen, "", ""};
  section.verdict =
      "<b>" + exact(document["n"]) + " samples with " + exact(document["d"]) + " inputs each.</b>";
  if (document["beta_max"].known()) {
    section.verdict += " From a penalty beta of " + shortened(document["beta_max"], 4) +
                       " on, the best network has no neurons at all; useful penalties are "
                       "smaller.";
  }
  FactTable table("About the data");
  table.add("Samples", exact(document["n"]));
  table.add("Inputs", exact(document["d"]), "the column of ones of a bias included");
  table.add_known("Rank", document["rank"], "how many inputs are independent");
  table.add_known("Samples that are zero", document["zero_rows"]);
  table.add_known("Multiples of other samples", document["parallel_rows"]);
  table.add_known("Activation patterns", document["cells"],
                  "in how many ways a neuron can be active on some samples and off on the others");
  table.add_known("Largest useful penalty", document["beta_max"],
                  "from here on the network without neurons is optimal");
  section.body = table.html();
  const Item advice = document["advice"];
  if (advice.size() > 0) {
    section.body += "<h3>What to expect</h3>\n<ul>\n";
    for (std::size_t k = 0; k < advice.size(); ++k) {
      section.body += "<li>" + exact(advice[k]) + "</li>\n";
    }
    section.body += "</ul>\n";
  }
  return section;
}

}  // namespace thalweg::report
