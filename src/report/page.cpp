#include "thalweg/report/page.hpp"

#include "report/figure.hpp"
#include "report/html.hpp"
#include "report/page_parts.hpp"
#include "report/section.hpp"
#include "report/web_assets.hpp"

namespace thalweg::report {
namespace {

const char* word_of(Mood mood) {
  switch (mood) {
    case Mood::kGood:
      return "good";
    case Mood::kBad:
      return "bad";
    case Mood::kOpen:
      return "open";
  }
  return "open";
}

/// Seen beside the verdict; the sentence says the same in words.
const char* sign_of(Mood mood) {
  switch (mood) {
    case Mood::kGood:
      return "\u2713";
    case Mood::kBad:
      return "\u2717";
    case Mood::kOpen:
      return "\u2022";
  }
  return "";
}

/// JSON inside a script element: what could end the element is spelled differently, which JSON
/// reads as the same.
std::string embedded_json(const std::string& text) {
  std::string safe;
  safe.reserve(text.size());
  for (const char letter : text) {
    safe += letter == '<' ? "\\u003c" : std::string(1, letter);
  }
  return safe;
}

std::string default_title(const std::vector<Document>& documents) {
  return documents.size() == 1 ? "Thalweg report: " + documents[0].command() : "Thalweg report";
}

/// The file that tells two documents of one command apart.
std::string subject(const Item& document) {
  for (const char* role : {"network", "certificate", "dataset", "data"}) {
    const Item path = document["inputs"][role]["path"];
    if (path.known()) return "<code>" + exact(path) + "</code>";
  }
  return "";
}

std::string head(const std::string& title) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
         "style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">\n"
         "<link rel=\"icon\" href=\"data:,\">\n<title>" +
         escaped(title) + "</title>\n<style>\n" + std::string(page_style()) + figure_style() +
         "</style>\n</head>\n";
}

std::string anchor(std::size_t k) { return "document-" + std::to_string(k + 1); }

std::string summary(const std::vector<Document>& documents, const std::vector<Section>& sections) {
  std::string html =
      "<section class=\"summary\" aria-labelledby=\"short\">\n<h2 id=\"short\">In short</h2>\n"
      "<ul class=\"verdicts\">\n";
  for (std::size_t k = 0; k < sections.size(); ++k) {
    html += "<li class=\"" + std::string(word_of(sections[k].mood)) + "\" data-document=\"" +
            std::to_string(k) + "\"><span class=\"sign\" aria-hidden=\"true\">" +
            sign_of(sections[k].mood) + "</span><div><p>" + sections[k].verdict +
            "</p>\n<p class=\"more\"><a href=\"#" + anchor(k) + "\">" + sections[k].title +
            "</a> " + subject(Item(documents[k].root)) + "</p></div></li>\n";
  }
  return html + "</ul>\n</section>\n";
}

std::string document_section(const Document& document, const Section& section, std::size_t k) {
  const Item root(document.root);
  return "<section id=\"" + anchor(k) + "\" data-document=\"" + std::to_string(k) +
         "\" aria-labelledby=\"" + anchor(k) + "-title\">\n<h2 id=\"" + anchor(k) + "-title\">" +
         section.title + "</h2>\n" +
         paragraph("<code>thalweg " + exact(root["command"]) + "</code> &ensp;" + subject(root),
                   "command") +
         section.body + describe_setup(root) + list_everything(root) +
         "<p class=\"save\" hidden><a download>Save the JSON document</a> <span "
         "class=\"ordinal\">" +
         escaped(document.name) + "</span></p>\n</section>\n";
}

std::string footer(const std::vector<Document>& documents) {
  std::string html = "<footer data-document=\"0\">\n" +
                     paragraph("Made by <code>thalweg report</code> from documents of thalweg " +
                               exact(Item(documents.front().root)["version"]) +
                               ". All numbers are those of the documents, which are part of this "
                               "file.");
  if (!zoom_library().empty()) {
    html += folded("Licence of the library that magnifies figures",
                   "<pre class=\"ordinal\">" + escaped(zoom_licence()) + "</pre>\n");
  }
  return html + "</footer>\n";
}

std::string scripts(const std::vector<Document>& documents) {
  std::string html;
  for (std::size_t k = 0; k < documents.size(); ++k) {
    html += "<script type=\"application/json\" id=\"" + anchor(k) + "-json\" data-name=\"" +
            escaped(documents[k].name) + "\">" + embedded_json(documents[k].text) + "</script>\n";
  }
  if (!zoom_library().empty()) html += "<script>" + std::string(zoom_library()) + "</script>\n";
  return html + "<script>\n" + std::string(page_script()) + "</script>\n";
}

}  // namespace

std::string make_page(const std::vector<Document>& documents, const std::string& title) {
  if (documents.empty()) throw InvalidArgument("documents: expected at least one, got none");
  const std::string name = title.empty() ? default_title(documents) : title;
  FigureList figures;
  std::vector<Section> sections;
  for (const Document& document : documents) {
    sections.push_back(describe_document(document, figures));
  }
  std::string html = head(name) + "<body>\n<a class=\"skip\" href=\"#main\">To the content</a>\n" +
                     "<header><h1>" + escaped(name) + "</h1></header>\n" + "<main id=\"main\">\n" +
                     summary(documents, sections);
  for (std::size_t k = 0; k < documents.size(); ++k) {
    html += document_section(documents[k], sections[k], k);
  }
  return html + glossary(documents) + "</main>\n" + footer(documents) + scripts(documents) +
         "</body>\n</html>\n";
}

}  // namespace thalweg::report
