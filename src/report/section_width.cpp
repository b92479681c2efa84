#include "report/section.hpp"

namespace thalweg::report {
namespace {

std::string width_verdict(const Item& document) {
  if (!document["m_star"].known()) {
    return "<b>How many neurons an optimal network needs is not settled.</b>";
  }
  if (document["m_star"].is("0")) {
    return hedge(!document["levels"]["m_star"].is("possible")) +
           "<b>The network without neurons is optimal.</b> Weight decay is so strong that no "
           "neuron "
           "is worth its price.";
  }
  std::string words = hedge(!document["levels"]["m_star"].is("possible")) +
                      "<b>An optimal network needs at least " +
                      counted(document["m_star"], "neuron", "neurons") + ".</b>";
  if (document["connected_from"].known()) {
    words += " From " + counted(document["connected_from"], "neuron", "neurons") +
             " on, any two optimal networks are joined by a path of optimal networks.";
  }
  return words;
}

void add_level(FactTable& table, const std::string& label, const Item& document, const char* key,
               const std::string& meaning) {
  const Item level = document["levels"][key];
  table.add_known(label, document[key], meaning + (level.known() ? " (" + exact(level) + ")" : ""));
}

std::string tabulate_valleys(const Item& valleys) {
  if (valleys.size() == 0) return "";
  DataTable table(
      "Spurious valleys: regions from which no downhill path leads to the optimum of "
      "that width",
      {"neurons", "evidence", "objective of a local minimum, between",
       "a better network of this width"});
  for (std::size_t k = 0; k < valleys.size(); ++k) {
    const Item valley = valleys.member(k);
    table.add({"<span class=\"ordinal\">" + escaped(valleys.key(k)) + "</span>",
               exact(valley["evidence"]), joined(valley["objective"], " and "),
               valley["lower_objective"].known() ? exact(valley["lower_objective"]) : ""});
  }
  return table.html();
}

}  // namespace

Section describe_width(const Item& document, FigureList& figures) {
  Section section{"Which width is needed?",
                  document["level"].is("exact") ? Mood::kGood : Mood::kOpen,
                  width_verdict(document), ""};
  FactTable table("Numbers of neurons from which on something holds");
  add_level(table, "Fewest neurons", document, "m_star", "of an optimal network");
  add_level(table, "Most neurons", document, "M_star",
            "of an optimal network none of whose neurons can be replaced by the others");
  add_level(table, "Connected from", document, "connected_from",
            "from this width on the optimal networks hang together");
  add_level(table, "No spurious valleys from", document, "no_spurious_valleys_from",
            "from this width on a downhill path leads from every network to a global minimum, "
            "whatever the targets");
  add_level(table, "Activation rank", document, "activation_rank",
            "how many independent functions neurons can be on the samples");
  section.body = "<h3>How sure is this?</h3>\n" +
                 explain_claim(document["level"], document["proof"]) + explain_limit(document) +
                 "<h3>The widths</h3>\n" + table.html() +
                 figure_or(figures, draw_components(document),
                           "The components were not counted: not all corners of the set of optimal "
                           "masses are listed. <code>--max-vertices</code> allows more.") +
                 tabulate_valleys(document["spurious_valleys"]);
  if (document["spurious_valleys"].size() <= 1) {
    section.body += paragraph(
        "<code>thalweg width --search WIDTHS</code> looks for spurious "
        "valleys at other widths.",
        "note");
  }
  return section;
}

}  // namespace thalweg::report
