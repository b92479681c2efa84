#include "commands/arrangement_report.hpp"

#include <cstdio>
#include <string_view>

namespace thalweg::commands {
namespace {

std::string_view engine_word(Engine engine) {
  return engine == Engine::kSignTree ? "sign_tree" : "vertex_pencil";
}

/// Null when nothing is proved.
Json proof_word(CompletenessProof proof) {
  switch (proof) {
    case CompletenessProof::kNone:
      return nullptr;
    case CompletenessProof::kGeneralPosition:
      return "general_position";
    case CompletenessProof::kCharacteristicPolynomial:
      return "characteristic_polynomial";
    case CompletenessProof::kExactAccounting:
      return "exact_accounting";
  }
  return nullptr;
}

std::string_view status_word(EnumerationStatus status) {
  switch (status) {
    case EnumerationStatus::kComplete:
      return "complete";
    case EnumerationStatus::kRangeComplete:
      return "range_complete";
    case EnumerationStatus::kCellLimit:
      return "cell_limit";
    case EnumerationStatus::kUnsolved:
    case EnumerationStatus::kStopped:
    case EnumerationStatus::kSinkStopped:
    case EnumerationStatus::kUnluckyFlag:
      break;
  }
  return "stopped";
}

/// Whether `cells` is proved to be the number of all cells that were asked for.
bool proved(const Listing& listing) { return listing.info.complete(); }

std::string_view count_word(CountMethod method) {
  switch (method) {
    case CountMethod::kUnsolved:
      return "none";
    case CountMethod::kGeneralPosition:
      return "general_position";
    case CountMethod::kCharacteristicPolynomial:
      return "characteristic_polynomial";
    case CountMethod::kEstimate:
      return "estimate";
  }
  return "none";
}

void add_listing(Json& document, const ArrangementOptions& options, const Listing& listing) {
  const EnumerationInfo& info = listing.info;
  const Json proof = proof_word(proved(listing) ? info.proof : CompletenessProof::kNone);
  document["cells"] = info.cells();
  document["complete"] = proved(listing);
  document["method"] = std::string(engine_word(info.engine)) +
                       (proof.is_null() ? "" : '+' + proof.get<std::string>());
  document["engine"] = engine_word(info.engine);
  document["proof"] = proof;
  document["status"] = status_word(info.status);
  document["degenerate_vertices"] = info.degenerate_vertices;
  document["exact_signs"] = info.exact_signs;
  document["out"] = nullptr;
  if (options.out.empty()) return;
  document["out"] = {
      {"path", options.out},  {"array", options.packed ? "bits" : "signs"},
      {"rows", listing.rows}, {"order", options.unsorted ? "as_found" : "lexicographic"},
      {"half", options.half}, {"witness", options.witness}};
  document["missing_witnesses"] = options.witness ? Json(info.missing_witnesses) : Json(nullptr);
}

void add_count(Json& document, const CellCount& count) {
  document["cells"] = count.exact ? to_json(*count.exact) : Json(nullptr);
  document["complete"] = count.exact.has_value();
  document["method"] = count_word(count.method);
  document["estimate"] = nullptr;
  if (count.method != CountMethod::kEstimate) return;
  document["estimate"] = {
      {"value", count.value}, {"low", count.low}, {"high", count.high}, {"confidence", 0.95}};
}

std::string_view status_word(SampleStatus status) {
  switch (status) {
    case SampleStatus::kComplete:
      return "complete";
    case SampleStatus::kTrialLimit:
      return "trial_limit";
    case SampleStatus::kUnsolved:
    case SampleStatus::kStopped:
    case SampleStatus::kUnluckyFlag:
      break;
  }
  return "stopped";
}

void add_sample(Json& document, const ArrangementOptions& options, const CellSample& sample) {
  document["cells"] = nullptr;
  document["complete"] = false;
  document["method"] = "sample_" + options.method;
  document["status"] = status_word(sample.status);
  document["distinct"] = sample.distinct ? Json(*sample.distinct) : Json(nullptr);
  document["trials"] = sample.trials;
  document["exact_signs"] = sample.exact_signs;
  document["out"] = nullptr;
  if (options.out.empty()) return;
  document["out"] = {{"path", options.out},
                     {"array", options.packed ? "bits" : "signs"},
                     {"rows", sample.cells.size()},
                     {"order", "as_found"}};
}

void add_graph(Json& document, const ArrangementOptions& options,
               const std::optional<GraphFacts>& graph) {
  document["edges"] = nullptr;
  if (!graph) return;
  document["edges"] = graph->edges;
  document["degrees"] = {{"smallest", graph->smallest_degree},
                         {"largest", graph->largest_degree},
                         {"mean", graph->mean_degree}};
  document["graph_out"] = options.graph_out.empty() ? Json(nullptr) : Json(options.graph_out);
}

/// The rows of X where they can be drawn; null for more lines than a page has room for.
Json describe_samples(const Matrix& X, const HyperplaneArrangement& arrangement) {
  constexpr Index kMostLines = 60;
  constexpr Index kMostRows = 400;
  const bool plane = arrangement.rank() == 2 || arrangement.rank() == 3;
  if (!plane || arrangement.hyperplanes() > kMostLines || X.rows() > kMostRows) return nullptr;
  Json rows = Json::array();
  for (Index i = 0; i < X.rows(); ++i) rows.push_back(to_json(Vector(X.row(i))));
  return rows;
}

Json describe_arrangement_settings(const ArrangementOptions& options, const Inputs& inputs) {
  Json settings = describe_run(options.run);
  settings["hidden_bias"] = inputs.hidden_bias == HiddenBias::kLastColumn;
  settings["engine"] = options.engine;
  settings["max_cells"] = options.max_cells ? Json(*options.max_cells) : Json(nullptr);
  settings["range"] = nullptr;
  if (options.range) settings["range"] = {options.range->begin, options.range->end};
  settings["prefix"] = options.prefix.empty() ? Json(nullptr) : Json(options.prefix);
  return settings;
}

std::string engine_in_words(const Listing& listing) {
  const std::string words =
      listing.info.engine == Engine::kSignTree ? "sign tree" : "vertex pencils";
  if (!proved(listing)) return words;
  switch (listing.info.proof) {
    case CompletenessProof::kNone:
      break;
    case CompletenessProof::kGeneralPosition:
      return words + ", complete: as many cells as any arrangement of this size can have";
    case CompletenessProof::kCharacteristicPolynomial:
      return words + ", complete: the characteristic polynomial, exact, has as many cells";
    case CompletenessProof::kExactAccounting:
      return words + ", complete: every sign exact and all the work done";
  }
  return words;
}

std::string why_incomplete(const ArrangementOptions& options, const Listing& listing) {
  switch (listing.info.status) {
    case EnumerationStatus::kComplete:
    case EnumerationStatus::kRangeComplete:
      return "";
    case EnumerationStatus::kCellLimit:
      if (listing.limit.reason.empty()) return "stopped at --max-cells";
      return "stopped: at most " + std::to_string(listing.limit.cells) + " cells " +
             listing.limit.reason;
    default:
      return options.run.time_limit ? "stopped at the time limit or by Ctrl-C" : "stopped";
  }
}

void add_listing(TextReport& text, const ArrangementOptions& options, const Listing& listing) {
  const EnumerationInfo& info = listing.info;
  std::string cells = std::to_string(info.cells()) + " activation patterns";
  if (proved(listing)) {
    cells += options.constrained() ? " (all that meet the constraints)" : " (all)";
  } else if (info.status == EnumerationStatus::kRangeComplete) {
    cells += " (all of this range of work)";
  } else {
    cells += " (not all)";
  }
  text.add("cells", cells);
  text.add("method", engine_in_words(listing));
  const std::string why = why_incomplete(options, listing);
  if (!why.empty()) text.add("incomplete", why);
  if (info.degenerate_vertices > 0) {
    text.add("degenerate", std::to_string(info.degenerate_vertices) +
                               " vertices on more hyperplanes than the rank demands");
  }
  if (options.out.empty()) return;
  text.add("written to", options.out + ": " + std::to_string(listing.rows) + " rows of " +
                             (options.packed ? "bits" : "signs") +
                             (options.unsorted ? ", as found" : ", in lexicographic order") +
                             (options.half ? ", the half that begins with -1" : ""));
  if (info.missing_witnesses > 0) {
    text.add("witnesses", std::to_string(info.missing_witnesses) +
                              " cells are too thin for a point of doubles; their rows are NaN");
  }
}

void add_count(TextReport& text, const CellCount& count) {
  if (count.exact) {
    text.add("cells", count.exact->decimal + " activation patterns (exact)");
    text.add("method", count.method == CountMethod::kGeneralPosition
                           ? "general position, which is proved: the closed form"
                           : "characteristic polynomial, by exact deletion and restriction");
    return;
  }
  if (count.method != CountMethod::kEstimate) {
    text.add("cells", "not counted: stopped");
    return;
  }
  char estimate[128];
  std::snprintf(estimate, sizeof estimate,
                "about %.6g activation patterns (95 %% interval %.6g to %.6g)", count.value,
                count.low, count.high);
  text.add("cells", estimate);
  text.add("method", "estimate, unbiased: random restrictions");
}

std::string method_in_words(const std::string& method) {
  if (method == "gaussian") return "directions with normal entries: cells by their solid angle";
  if (method == "local") return "at vertices of hyperplanes of neighbouring samples";
  if (method == "neurons") return "the network's neurons and their nearest neighbours, each once";
  if (method == "pencil") return "all cells of random pencils, each cell expected equally often";
  return "independent and exactly uniform: every cell equally likely";
}

void add_sample(TextReport& text, const ArrangementOptions& options, const CellSample& sample) {
  std::string sampled = std::to_string(sample.cells.size()) + " activation patterns";
  if (sample.distinct) sampled += ", " + std::to_string(*sample.distinct) + " of them distinct";
  text.add("sampled", sampled);
  text.add("method", method_in_words(options.method));
  if (sample.status == SampleStatus::kTrialLimit) {
    text.add("incomplete", "too many trials failed; the cells drawn are as random as promised");
  } else if (sample.status != SampleStatus::kComplete) {
    text.add("incomplete", "stopped; the cells drawn are as random as promised");
  }
  if (options.out.empty()) return;
  text.add("written to", options.out + ": " + std::to_string(sample.cells.size()) + " rows of " +
                             (options.packed ? "bits" : "signs") + ", as drawn");
}

void add_graph(TextReport& text, const ArrangementOptions& options, const GraphFacts& graph) {
  char degrees[96];
  std::snprintf(degrees, sizeof degrees, " walls between cells; a cell has %.4g on average",
                graph.mean_degree);
  text.add("edges", std::to_string(graph.edges) + degrees + " (" +
                        std::to_string(graph.smallest_degree) + " to " +
                        std::to_string(graph.largest_degree) + ")");
  if (!options.graph_out.empty()) text.add("graph", options.graph_out);
}

}  // namespace

Json arrangement_document(const ArrangementOptions& options, const Inputs& inputs,
                          const HyperplaneArrangement& arrangement,
                          const ArrangementAnswer& answer) {
  Json document = begin_document("arrangement");
  document["inputs"] = describe_files(inputs);
  document["settings"] = describe_arrangement_settings(options, inputs);
  document["n"] = arrangement.samples();
  document["d"] = arrangement.dimension();
  document["rank"] = arrangement.rank();
  document["hyperplanes"] = arrangement.hyperplanes();
  document["zero_rows"] = arrangement.zero_rows();
  document["parallel_rows"] =
      arrangement.samples() - arrangement.zero_rows() - arrangement.hyperplanes();
  if (answer.listing) add_listing(document, options, *answer.listing);
  if (answer.count) add_count(document, *answer.count);
  if (answer.sample) add_sample(document, options, *answer.sample);
  document["cells_general_position"] =
      to_json(cells_in_general_position(arrangement.hyperplanes(), arrangement.rank()));
  document["work_units"] = work_units(arrangement);
  add_graph(document, options, answer.graph);
  document["sampled"] = answer.sample ? Json(answer.sample->cells.size()) : Json(nullptr);
  document["X"] = describe_samples(inputs.dataset.X, arrangement);
  document["svg"] = options.svg.empty() ? Json(nullptr) : Json(options.svg);
  return document;
}

TextReport arrangement_text(const ArrangementOptions& options, const Inputs& inputs,
                            const HyperplaneArrangement& arrangement,
                            const ArrangementAnswer& answer) {
  TextReport text;
  add_inputs(text, inputs);
  const Index parallel =
      arrangement.samples() - arrangement.zero_rows() - arrangement.hyperplanes();
  text.add("samples n", std::to_string(arrangement.samples()));
  text.add(
      "dimension d",
      std::to_string(arrangement.dimension()) +
          (inputs.hidden_bias == HiddenBias::kLastColumn ? " (the column of ones included)" : ""));
  text.add("hyperplanes", std::to_string(arrangement.hyperplanes()) + " in rank " +
                              std::to_string(arrangement.rank()) + " (" +
                              std::to_string(arrangement.zero_rows()) + " zero rows, " +
                              std::to_string(parallel) + " parallel rows)");
  if (answer.listing) add_listing(text, options, *answer.listing);
  if (answer.count) add_count(text, *answer.count);
  if (answer.sample) add_sample(text, options, *answer.sample);
  if (answer.graph) add_graph(text, options, *answer.graph);
  if (!options.svg.empty()) text.add("picture", options.svg);
  return text;
}

}  // namespace thalweg::commands
