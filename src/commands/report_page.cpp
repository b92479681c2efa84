#include <memory>
#include <string>
#include <vector>

#include "commands/commands.hpp"
#include "commands/output_file.hpp"
#include "commands/report.hpp"
#include "commands/session.hpp"
#include "thalweg/io/file.hpp"
#include "thalweg/io/sha256.hpp"
#include "thalweg/report/page.hpp"

namespace thalweg::commands {
namespace {

struct ReportOptions {
  RunOptions run;
  std::vector<std::string> results;
  std::string out;
  std::string title;
};

void check_files(const ReportOptions& options) {
  std::vector<NamedFile> results;
  for (const std::string& path : options.results) results.push_back({"RESULT", path});
  require_distinct_files({}, {{"--out", options.out}}, results);
  require_writable(options.out);
}

std::vector<report::Document> read_documents(const ReportOptions& options) {
  std::vector<report::Document> documents;
  for (const std::string& path : options.results) {
    const io::Bytes bytes = require(io::read_file(path));
    std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    documents.push_back(require(report::parse_document(path, std::move(text))));
  }
  return documents;
}

Inputs describe_inputs(const ReportOptions& options) {
  Inputs inputs;
  for (std::size_t k = 0; k < options.results.size(); ++k) {
    const std::string& path = options.results[k];
    inputs.files.push_back(
        {"result_" + std::to_string(k + 1), path, require(io::sha256_of_file(path)), {}});
  }
  return inputs;
}

ExitCode run_report(const ReportOptions& options) {
  check_files(options);
  Session session(options.run);
  const std::vector<report::Document> documents = read_documents(options);
  const Inputs inputs = describe_inputs(options);
  const std::string page = report::make_page(documents, options.title);
  require(io::write_file(options.out, page));
  Json document = begin_document("report");
  document["inputs"] = describe_files(inputs);
  document["settings"] = describe_run(options.run);
  document["settings"]["title"] = options.title.empty() ? Json(nullptr) : Json(options.title);
  document["commands"] = Json::array();
  TextReport text;
  for (const report::Document& result : documents) {
    document["commands"].push_back(result.command());
    text.add(result.command(), result.name);
  }
  document["out"] = options.out;
  document["bytes"] = page.size();
  text.add("written to", options.out + " (" + std::to_string(page.size()) + " bytes)");
  print_result(options.run, session, document, text, {});
  return ExitCode::kDone;
}

}  // namespace

Command make_report(CLI::App& root) {
  auto options = std::make_shared<ReportOptions>();
  CLI::App* app = root.add_subcommand(
      "report", "Turn documents that commands printed with --json into one HTML page");
  app->add_option("results", options->results, "Documents that commands printed with --json")
      ->type_name("RESULT.json")
      ->required();
  app->add_option("--out", options->out, "The page")->type_name("FILE.html")->required();
  app->add_option("--title", options->title,
                  "Its title (default: the command of the only document)");
  add_run_options(*app, options->run);
  app->footer(
      "Example:\n  thalweg certify --dataset examples/iris/iris.npz --network "
      "examples/iris/wide.npz \\\n"
      "      --torch-weight-decay 0.02 --torch-loss mse-mean --json > certify.json\n"
      "  thalweg report certify.json --out report.html");
  return {app, &options->run, [options] { return run_report(*options); }};
}

}  // namespace thalweg::commands
