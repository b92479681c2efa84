#pragma once

#include <string_view>

namespace thalweg::report {

/// The files of src/report/web, put into the program when it is built.
[[nodiscard]] std::string_view page_style();
[[nodiscard]] std::string_view page_script();
/// Panzoom and its licence; both empty where the library was not there at build time.
[[nodiscard]] std::string_view zoom_library();
[[nodiscard]] std::string_view zoom_licence();

}  // namespace thalweg::report
