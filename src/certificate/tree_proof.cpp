#include "certificate/tree_proof.hpp"

#include <ostream>
#include <string>
#include <vector>

namespace thalweg::certificate {
namespace {

class Piece : public ProofSink {
 public:
  explicit Piece(TreeText& tree) : tree_(tree) {}
  Piece(const Piece&) = delete;
  Piece& operator=(const Piece&) = delete;
  ~Piece() override { tree_.spill().release(chunks_); }

  void split(Index k, Index l, int shift) override {
    std::string line = "s " + std::to_string(k) + ' ' + std::to_string(l);
    if (shift != 0) line += ' ' + std::to_string(shift);
    add(line);
  }

  [[nodiscard]] bool leaf(const ConeView& cone) override {
    const std::optional<std::string> line = tree_.rounder().round(cone);
    if (!line) return false;
    add(*line);
    tree_.count_leaf();
    return true;
  }

  void write(std::ostream& output) const {
    std::string chunk;
    for (const std::int64_t at : chunks_) {
      if (!tree_.spill().load(at, chunk)) output.setstate(std::ios::badbit);
      output << chunk;
    }
    output << text_;
  }

 private:
  void add(const std::string& line) {
    text_ += line;
    text_ += '\n';
    SpillFile& spill = tree_.spill();
    const std::size_t size = spill.chunk_bytes();
    while (text_.size() >= size) {
      const std::optional<std::int64_t> at = spill.store(std::string_view(text_).substr(0, size));
      // Without room on disk the text stays in memory; writing the proof will then say so.
      if (!at) return;
      chunks_.push_back(*at);
      text_.erase(0, size);
    }
  }

  TreeText& tree_;
  std::vector<std::int64_t> chunks_;  ///< what precedes text_
  std::string text_;
};

}  // namespace

std::unique_ptr<ProofSink> TreeText::open() { return std::make_unique<Piece>(*this); }

void TreeText::append(std::unique_ptr<ProofSink> piece) {
  static_cast<const Piece&>(*piece).write(output_);
}

}  // namespace thalweg::certificate
