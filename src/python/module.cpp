// The extension module thalweg._core: one function that runs a command on arrays and files.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "thalweg/commands/run.hpp"
#include "thalweg/io/memory_files.hpp"

namespace py = pybind11;

namespace {

using namespace thalweg;

/// Arrays by name, by the path that stands for them.
using Archives = std::map<std::string, std::map<std::string, py::array>>;

/// Describes an array where it lies; it must be contiguous in one order or the other.
io::BorrowedArray borrow(const std::string& name, const py::array& array) {
  const bool c_order = (array.flags() & py::array::c_style) != 0;
  const bool fortran_order = (array.flags() & py::array::f_style) != 0;
  if (!c_order && !fortran_order) throw py::value_error(name + " is not contiguous");
  io::BorrowedArray borrowed;
  borrowed.name = name;
  borrowed.descriptor = array.dtype().attr("str").cast<std::string>();
  borrowed.fortran_order = !c_order;
  for (py::ssize_t axis = 0; axis < array.ndim(); ++axis) {
    borrowed.shape.push_back(static_cast<Index>(array.shape(axis)));
  }
  borrowed.bytes = {static_cast<const std::byte*>(array.data()),
                    static_cast<std::size_t>(array.nbytes())};
  return borrowed;
}

py::bytes to_bytes(const io::Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

py::dict written_archives(const io::MemoryFiles& memory) {
  py::dict archives;
  for (const auto& [path, entries] : memory.written_archives()) {
    py::dict arrays;
    for (const io::NpzEntry& entry : entries) arrays[py::str(entry.name)] = to_bytes(entry.npy);
    archives[py::str(path)] = arrays;
  }
  return archives;
}

py::dict run(std::vector<std::string> arguments, const Archives& archives,
             const std::map<std::string, std::string>& texts, bool catch_signals) {
  io::MemoryFiles memory;
  for (const auto& [path, arrays] : archives) {
    std::vector<io::BorrowedArray> borrowed;
    for (const auto& [name, array] : arrays) borrowed.push_back(borrow(name, array));
    memory.add_arrays(path, std::move(borrowed));
  }
  for (const auto& [path, text] : texts) memory.add_text(path, text);
  commands::CommandAnswer answer;
  {
    const py::gil_scoped_release others_may_run;
    answer = commands::run_command(std::move(arguments), catch_signals);
  }
  py::dict result;
  result["status"] = answer.status;
  result["document"] = answer.document;
  result["text"] = answer.text;
  result["notes"] = answer.notes;
  result["error"] = answer.error;
  result["interrupted"] = answer.interrupted;
  result["archives"] = written_archives(memory);
  result["texts"] = memory.written_texts();
  return result;
}

}  // namespace

PYBIND11_MODULE(_core, module) {
  module.doc() = "Runs the commands of thalweg in this process.";
  module.attr("__version__") = THALWEG_VERSION;
  module.def("run", &run, py::arg("arguments"), py::arg("archives"), py::arg("texts"),
             py::arg("catch_signals"),
             "Runs `thalweg ARGUMENTS...`. Paths that start with 'memory:' are those of `archives` "
             "(path -> name -> contiguous array, read where it lies) and `texts` (path -> text), "
             "or are kept and returned. The GIL is released meanwhile.");
}
