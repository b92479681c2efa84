#include <algorithm>

#include "report/section.hpp"

namespace thalweg::report {
namespace {

std::string set_verdict(const Item& document) {
  const Item unique = document["unique"];
  const bool proved = document["level"].is("exact") || document["level"].is("certified bound");
  if (!unique.known() || !document["polytope_dimension"].known()) {
    return "<b>The set of optimal networks is not known.</b>";
  }
  if (unique.is("no")) {
    return hedge(proved) + "<b>Infinitely many networks are optimal.</b> Their neurons point in " +
           count_of(document["atoms"]) + " directions, and weight can be traded between them in " +
           counted(document["polytope_dimension"], "independent way", "independent ways") +
           " without changing the objective.";
  }
  if (document["atoms"].size() == 0) {
    return hedge(proved) +
           "<b>The network without neurons is the only optimal one.</b> Weight "
           "decay is so strong that no neuron is worth its price.";
  }
  const std::string guess = unique.is("possible") ? "<b>Possibly one optimal network</b>"
                                                  : "<b>There is one optimal network</b>";
  return (unique.is("possible") ? "" : hedge(proved)) + guess +
         ", up to the order of its neurons and splitting them: its neurons point in " +
         count_of(document["atoms"]) +
         (document["atoms"].size() == 1 ? " direction." : " directions.");
}

std::string mass_words(const Item& mass) {
  if (mass.size() == 2) return shortened(mass[0], 5) + " to " + shortened(mass[1], 5);
  return shortened(mass, 5);
}

std::string coordinates(const Item& u) {
  constexpr std::size_t kMost = 8;
  std::string text;
  for (std::size_t k = 0; k < std::min(kMost, u.size()); ++k) {
    text += (k > 0 ? " &ensp;" : "") + shortened(u[k], 5);
  }
  return text + (u.size() > kMost ? " &hellip;" : "");
}

std::string tabulate_atoms(const Item& atoms) {
  constexpr std::size_t kMostRows = 100;
  if (atoms.size() == 0) return "";
  const bool kinks = atoms[0]["kinks"].known();
  std::vector<std::string> headers = {"direction", "output", "mass, least to greatest",
                                      "coordinates of the direction"};
  if (kinks) headers.emplace_back("samples on its edge");
  DataTable table(
      "Directions of optimal neurons; a shortened number tells all digits when pointed "
      "at",
      headers);
  for (std::size_t q = 0; q < std::min(kMostRows, atoms.size()); ++q) {
    const Item atom = atoms[q];
    std::vector<std::string> cells = {
        "<span class=\"ordinal\">" + std::to_string(q) + "</span>",
        atom["sign"].known() ? atom["sign"].number() < 0 ? "negative" : "positive" : "",
        atom["mass"].known() ? mass_words(atom["mass"]) : "", coordinates(atom["u"])};
    if (kinks) cells.push_back(joined(atom["kinks"], ", "));
    table.add(cells);
  }
  std::string html = table.html();
  if (atoms.size() > kMostRows) {
    html += paragraph(
        "These are the first of " + count_of(atoms) + " directions; the JSON document has all.",
        "note");
  }
  return html;
}

std::string set_facts(const Item& document) {
  FactTable table("Size and shape");
  table.add("Optimum", exact(document["optimum"]), "the objective of all of them");
  table.add("Relative gap", exact(document["relative_gap"]),
            "how far the optimum may be from this number");
  table.add("One network only?", exact(document["unique"]));
  table.add_known("Independent ways to trade mass", document["polytope_dimension"]);
  table.add_known("Corners of the set of masses", document["vertices"],
                  "networks that no trade between others makes");
  table.add_known("Fewest neurons", document["m_star"], "of an optimal network");
  table.add_known("Most neurons", document["M_star"],
                  "of an optimal network none of whose neurons can be replaced by the others");
  table.add_known("Margin", document["margin"],
                  "how far the next direction is from being optimal, relative to beta, at least");
  table.add_known("Is the network one of them?", document["member"],
                  document["reason"].known() ? exact(document["reason"]) : "");
  return table.html();
}

std::string list_invariances(const Item& invariances) {
  if (invariances.size() == 0) return "";
  std::string html = "<h3>What can be changed without losing optimality</h3>\n<ul>\n";
  for (std::size_t k = 0; k < invariances.size(); ++k) {
    html += "<li>" + exact(invariances[k]) + "</li>\n";
  }
  return html + "</ul>\n";
}

}  // namespace

Section describe_optimal_set(const Item& document, FigureList& figures) {
  Section section{"All optimal networks", document["level"].is("exact") ? Mood::kGood : Mood::kOpen,
                  set_verdict(document), ""};
  const Item atoms = document["atoms"];
  section.body = "<h3>How sure is this?</h3>\n" +
                 explain_claim(document["level"], document["proof"]) + explain_limit(document) +
                 "<h3>The set</h3>\n" + set_facts(document);
  section.body += figure_or(figures, draw_directions(atoms), "");
  section.body += figure_or(figures, draw_mass_ranges(atoms), "");
  section.body += tabulate_atoms(atoms) + list_invariances(document["invariances"]) +
                  "<h3>What optimal networks predict</h3>\n";
  section.body += figure_or(figures, draw_prediction_ranges(document),
                            "On the training samples all optimal networks predict the same. For "
                            "other inputs, run <code>thalweg optimal-set</code> with "
                            "<code>--predict FILE</code>, and the range of their predictions is "
                            "drawn here.");
  return section;
}

}  // namespace thalweg::report
