#include "report/section.hpp"

namespace thalweg::report {
namespace {

std::string stationary_verdict(const Item& document) {
  if (document["local_minimum"].is("yes")) {
    return hedge(document["level"]["local_minimum"].is("proved")) +
           "<b>A local minimum.</b> Every small change of the weights makes this network, or one "
           "within " +
           shortened(document["distance"], 3) + " of it, no better.";
  }
  if (document["clarke"].is("yes")) {
    return hedge(document["level"]["clarke"].is("proved")) +
           "<b>A stationary point.</b> Gradient descent comes to rest here; whether it is a local "
           "minimum: " +
           exact(document["local_minimum"]) + ".";
  }
  if (document["clarke"].is("no")) {
    return hedge(document["level"]["clarke"].is("proved")) +
           "<b>Not a stationary point.</b> Gradient descent would go on from here" +
           (document["escape"]["verdict"].is("global_minimum")
                ? ", though no network is better by more than the tolerance."
                : ".");
  }
  return "<b>Whether training is at rest here is not settled.</b>";
}

void add_finding(FactTable& table, const std::string& label, const Item& document, const char* key,
                 const std::string& meaning) {
  const Item level = document["level"][key];
  table.add(label, exact(document[key]) + (level.known() ? " (" + exact(level) + ")" : ""),
            meaning);
}

}  // namespace

Section describe_stationary(const Item& document, FigureList& /*figures*/) {
  Section section{"Is training at rest?", Mood::kOpen, stationary_verdict(document), ""};
  if (document["clarke"].is("yes")) section.mood = Mood::kGood;
  const bool optimal = document["escape"]["verdict"].is("global_minimum");
  if (document["clarke"].is("no") && !optimal) section.mood = Mood::kBad;
  FactTable table("Next to the network, within " + shortened(document["distance"], 3) +
                  " of each neuron");
  add_finding(table, "Balanced", document, "balanced",
              "each neuron's incoming and outgoing weights are equally long");
  add_finding(table, "Stationary", document, "clarke",
              "in Clarke's sense: gradient descent comes to rest");
  add_finding(table, "Stationary in every direction", document, "d_stationary",
              "no direction leads down at once");
  add_finding(table, "Local minimum", document, "local_minimum", "no network nearby is better");
  table.add_known("Gradient", document["clarke_residual"], "its length there, at most");
  table.add_known("Balance defect", document["balance_defect"]);
  table.add_known("A stationary point is within", document["stationary_within"],
                  "relative, per neuron");
  const Item descent = document["descent_direction"];
  if (descent.known()) {
    table.add("A way down", exact(descent["kind"]),
              "lowers the objective by " + exact(descent["decrease"]) + " at least");
  }
  section.body = table.html() + explain_limit(document);
  if (document["escape"]["advice"].known()) {
    section.body += "<h3>What to do</h3>\n" + paragraph(exact(document["escape"]["advice"]));
  }
  return section;
}

}  // namespace thalweg::report
