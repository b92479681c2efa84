#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "thalweg/oracle/cone_tree.hpp"

namespace thalweg::testing {

/// One line of a recorded proof.
struct ProofEvent {
  bool is_leaf = false;
  Index k = 0;
  Index l = 0;
  int shift = 0;
  ConeView view;  ///< of a leaf

  [[nodiscard]] std::string text() const {
    if (is_leaf) return "leaf";
    return "split " + std::to_string(k) + " " + std::to_string(l) + " " + std::to_string(shift);
  }
};

/// Keeps a whole proof in memory. refuse: every n-th leaf offered is refused (0: none).
class ProofRecorder : public ProofWriter {
 public:
  explicit ProofRecorder(int refuse = 0) : refuse_(refuse) {}

  std::unique_ptr<ProofSink> open() override { return std::make_unique<Sink>(refuse_); }
  void append(std::unique_ptr<ProofSink> piece) override {
    const auto& sink = static_cast<const Sink&>(*piece);
    events.insert(events.end(), sink.events.begin(), sink.events.end());
  }

  std::vector<ProofEvent> events;

 private:
  class Sink : public ProofSink {
   public:
    explicit Sink(int refuse) : refuse_(refuse) {}
    void split(Index k, Index l, int shift) override { events.push_back({false, k, l, shift, {}}); }
    bool leaf(const ConeView& cone) override {
      if (refuse_ > 0 && ++offered_ % refuse_ == 0) return false;
      events.push_back({true, 0, 0, 0, cone});
      return true;
    }
    std::vector<ProofEvent> events;

   private:
    int refuse_;
    int offered_ = 0;
  };

  int refuse_;
};

}  // namespace thalweg::testing
