#include "certificate/tree_proof.hpp"

#include <ostream>
#include <string>

namespace thalweg::certificate {
namespace {

class Piece : public ProofSink {
 public:
  explicit Piece(const LeafRounder& rounder) : rounder_(rounder) {}

  void split(Index k, Index l, int shift) override {
    text_ += "s " + std::to_string(k) + ' ' + std::to_string(l);
    if (shift != 0) text_ += ' ' + std::to_string(shift);
    text_ += '\n';
  }

  [[nodiscard]] bool leaf(const ConeView& cone) override {
    const std::optional<std::string> line = rounder_.round(cone);
    if (!line) return false;
    text_ += *line + '\n';
    ++leaves_;
    return true;
  }

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::int64_t leaves() const { return leaves_; }

 private:
  const LeafRounder& rounder_;
  std::string text_;
  std::int64_t leaves_ = 0;
};

}  // namespace

std::unique_ptr<ProofSink> TreeText::open() { return std::make_unique<Piece>(rounder_); }

void TreeText::append(std::unique_ptr<ProofSink> piece) {
  const auto& finished = static_cast<const Piece&>(*piece);
  output_ << finished.text();
  leaves_ += finished.leaves();
}

}  // namespace thalweg::certificate
