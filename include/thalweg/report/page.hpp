#pragma once

#include <string>
#include <vector>

#include "thalweg/report/document.hpp"

namespace thalweg::report {

/// One self-contained HTML file about documents, in their order: verdicts in plain words, tables,
/// figures as inline SVG, and the documents themselves.
///
/// Every number that it prints is one of the documents', with the same digits; where it is
/// shortened the exact one is in the attributes `value` and `title`. The page needs neither network
/// nor JavaScript; with JavaScript, figures answer to the pointer and can be magnified. The title
/// is made of the commands when it is empty. The same documents give the same page.
[[nodiscard]] std::string make_page(const std::vector<Document>& documents,
                                    const std::string& title = "");

}  // namespace thalweg::report
