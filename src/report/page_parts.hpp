#pragma once

#include <string>
#include <vector>

#include "report/item.hpp"
#include "thalweg/report/document.hpp"

namespace thalweg::report {

/// What a document was computed from: files, what was minimised, settings.
[[nodiscard]] std::string describe_setup(const Item& document);

/// Every value of a document that is not one of many, as a table that opens.
[[nodiscard]] std::string list_everything(const Item& document);

/// The words that these documents' sections use, explained.
[[nodiscard]] std::string glossary(const std::vector<Document>& documents);

}  // namespace thalweg::report
