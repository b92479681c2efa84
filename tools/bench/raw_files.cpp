#include "raw_files.hpp"

#include <fstream>

#include "measure.hpp"

namespace thalweg::bench {

void write_raw(const std::filesystem::path& folder, const std::string& name, const Matrix& values) {
  std::ofstream(folder / (name + ".shape")) << values.rows() << " " << values.cols() << "\n";
  std::ofstream file(folder / (name + ".f64"), std::ios::binary);
  file.write(reinterpret_cast<const char*>(values.data()),
             static_cast<std::streamsize>(sizeof(double)) * values.size());
  require(file.good(), "cannot write " + name);
}

Matrix read_raw(const std::filesystem::path& folder, const std::string& name) {
  Index rows = 0;
  Index columns = 0;
  std::ifstream shape(folder / (name + ".shape"));
  shape >> rows >> columns;
  Matrix values(rows, columns);
  std::ifstream file(folder / (name + ".f64"), std::ios::binary);
  file.read(reinterpret_cast<char*>(values.data()),
            static_cast<std::streamsize>(sizeof(double)) * values.size());
  require(shape.good() && file.good(), "cannot read " + name);
  return values;
}

}  // namespace thalweg::bench
