#include "report/section.hpp"

namespace thalweg::report {
namespace {

/// Only networks of the same architecture are meant where the document names one.
std::string kind_in_words(const Item& document) {
  return document["architecture"].known() ? " of this architecture," : "";
}

std::string certify_verdict(const Item& document) {
  const bool proved = document["level"].is("verified") || document["level"].is("bound");
  if (document["verdict"].is("global_minimum")) {
    return hedge(proved) +
           std::string(is_closed(document["relative_gap"])
                           ? "<b>This network cannot be improved.</b>"
                           : "<b>This network is as good as was asked for.</b>") +
           " No network" + kind_in_words(document) +
           " of any size, trained on these data with this weight decay, is better by more than " +
           shortened(document["relative_gap"], 3, Rounding::kUp) + " times its objective" +
           (proved ? ", and that is proved." : ".");
  }
  if (document["verdict"].is("suboptimal")) {
    return hedge(proved) + "<b>This network can be improved.</b> Its objective is " +
           shortened(document["objective"], 6) + "; a network with " +
           shortened(document["optimum_upper_bound"], 6) +
           " is known, and no network of any size is below " +
           shortened(document["lower_bound"], 6) + ".";
  }
  if (!document["gap"].known()) {
    return "<b>Whether this network can be improved is not settled.</b> No lower bound was found.";
  }
  return "<b>Whether this network can be improved is not settled.</b> A better one would be lower "
         "by at most " +
         shortened(document["gap"], 3, Rounding::kUp) + ", which is " +
         shortened(document["relative_gap"], 3, Rounding::kUp) + " times its objective.";
}

std::string explain_source(const Item& source) {
  if (source.is("own_residual")) {
    return paragraph(
        "The lower bound comes from the network's own errors on the samples, and an "
        "exhaustive search over all neurons that could be added.");
  }
  if (source.is("column_generation")) {
    return paragraph(
        "The lower bound comes from training a better network by convex programming, "
        "and an exhaustive search over all neurons that could be added to it.");
  }
  if (source.is("whole_sphere")) {
    return paragraph(
        "The lower bound treats all neurons that could be added at once, without "
        "search.");
  }
  return "";
}

std::string explain_width(const Item& answer) {
  if (answer["answer"].is("yes")) return "the bound over all widths proves it";
  if (answer["answer"].is("no")) {
    return "a network of at most as many neurons is lower by at least " + exact(answer["decrease"]);
  }
  return "the best one has an objective between " + exact(answer["lower_bound"]) + " and " +
         exact(answer["objective"]);
}

std::string explain_improvement(const Item& improvement) {
  if (!improvement.known()) return "";
  const Item kind = improvement["kind"];
  std::string how = "by another network";
  if (kind.is("neuron")) how = "by adding one neuron";
  if (kind.is("balance")) how = "by balancing each neuron's incoming and outgoing weights";
  if (kind.is("merge")) how = "by merging neurons that do the same";
  if (kind.is("prune")) how = "by removing neurons that others can replace";
  return exact(improvement["decrease"]) + ", at least, " + how +
         (improvement["verified"].truth() ? " (exact)" : " (floating point)");
}

std::string certify_facts(const Item& document) {
  FactTable table("Objective, bound and size");
  table.add("Objective", exact(document["objective"]), "what training minimises, at this network");
  table.add("Lower bound", exact(document["lower_bound"]),
            "no network, however wide, has a lower objective");
  table.add("Gap", exact(document["gap"]), "the difference, rounded up");
  table.add("Relative gap", exact(document["relative_gap"]), "the gap as a share of the objective");
  table.add_known("Best known objective", document["optimum_upper_bound"],
                  "the lowest one seen, of a network of any width");
  table.add_known("Neurons", document["width"]);
  table.add_known("Neurons of the best known network", document["width_of_best_network"]);
  const Item answer = document["width_answer"];
  if (answer.known())
    table.add("Best of its width?", exact(answer["answer"]), explain_width(answer));
  const Item improvement = document["improvement"];
  if (improvement.known()) {
    table.add("A first improvement", exact(improvement["kind"]), explain_improvement(improvement));
  }
  table.add_known("Balanced", document["balanced"],
                  "whether each neuron's incoming and outgoing weights are equally long");
  add_evaluation(table, document);
  return table.html();
}

}  // namespace

Section describe_certify(const Item& document, FigureList& figures) {
  Section section{"How good is the network?", Mood::kOpen, certify_verdict(document), ""};
  const bool minimum = document["verdict"].is("global_minimum");
  if (minimum) section.mood = Mood::kGood;
  if (document["verdict"].is("suboptimal")) section.mood = Mood::kBad;
  section.body = "<h3>How sure is this?</h3>\n" + explain_level(document["level"]) +
                 explain_source(document["bound_source"]) +
                 explain_certificate(document["certificate"]) + explain_limit(document) +
                 "<h3>The gap</h3>\n" + certify_facts(document);
  section.body +=
      figure_or(figures, draw_gap(document["relative_gap"], document["settings"]["tolerance"]), "");
  if (!minimum) {
    section.body += figure_or(figures,
                              draw_standing(document["lower_bound"],
                                            document["optimum_upper_bound"], document["objective"]),
                              "");
  }
  return section;
}

Section describe_check(const Item& document, FigureList& figures) {
  const bool verified = document["verified"].truth();
  Section section{"Does the certificate hold?", verified ? Mood::kGood : Mood::kBad, "", ""};
  if (!verified) {
    section.verdict = "<b>The certificate is rejected.</b> " + exact(document["reason"]);
  } else if (document["relative_gap"].known()) {
    section.verdict =
        "<b>The certificate holds.</b> The independent checker proved in exact arithmetic that no "
        "network of any size is better by more than " +
        shortened(document["relative_gap"], 3, Rounding::kUp) + " times the objective.";
  } else {
    section.verdict =
        "<b>The certificate holds.</b> The independent checker proved all that it claims, in exact "
        "arithmetic.";
  }
  FactTable table("What the checker recomputed");
  table.add_known("Objective", document["objective"]);
  table.add_known("Lower bound", document["lower_bound"], "no network has a lower objective");
  table.add_known("Gap", document["gap"], "the difference, rounded up");
  table.add_known("Relative gap", document["relative_gap"]);
  table.add_known("Highest objective on the path", document["path_maximum"]);
  table.add_known("Rise along the path, at most", document["path_increase"]);
  table.add_known("Data set is the certificate's", document["dataset_equal"]);
  table.add_known("Network is the certificate's", document["network_equal"]);
  table.add_known("Architecture is the certificate's", document["architecture_equal"]);
  table.add_known("Cases of the proof", document["leaves"]);
  section.body =
      table.html() +
      figure_or(figures, draw_gap(document["relative_gap"], document["settings"]["tolerance"]), "");
  return section;
}

Section describe_simplify(const Item& document, FigureList& /*figures*/) {
  const bool fewer = document["width_after"].number() < document["width_before"].number();
  Section section{"Can the network be smaller?", fewer ? Mood::kGood : Mood::kOpen, "", ""};
  section.verdict =
      fewer ? "<b>Fewer neurons do the same.</b> On these data, " +
                  counted(document["width_after"], "neuron computes", "neurons compute") +
                  " what " + exact(document["width_before"]) + " did."
            : "<b>No neuron can be spared this way.</b> The " +
                  counted(document["width_before"], "neuron is", "neurons are") + " all needed.";
  FactTable table("What changed");
  table.add("Neurons before", exact(document["width_before"]));
  table.add("Neurons after", exact(document["width_after"]));
  table.add("Objective before", exact(document["objective_before"]));
  table.add("Objective after", exact(document["objective_after"]));
  table.add_known("Decrease, at least", document["decrease"]);
  table.add("Exact arithmetic", exact(document["exact"]));
  table.add_known("Written to", document["out"]);
  section.body = table.html();
  return section;
}

}  // namespace thalweg::report
