#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "arrangement/sign_tree_walker.hpp"
#include "support/arrangement_families.hpp"

namespace {
thread_local std::size_t allocations = 0;
}  // namespace

// Counting replacements for this whole test program; inlined, they confuse a warning of g++.
#define THALWEG_NOT_INLINED __attribute__((noinline))
THALWEG_NOT_INLINED void* operator new(std::size_t size) {
  ++allocations;
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
THALWEG_NOT_INLINED void operator delete(void* memory) noexcept { std::free(memory); }
THALWEG_NOT_INLINED void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace thalweg::testing {
namespace {

TEST(SignTreeAllocation, AWalkThatLearnsNothingNewAllocatesNothing) {
  const HyperplaneArrangement arrangement(resonance(4).X);
  const sign_tree::TreeRows rows = sign_tree::tree_rows(arrangement, {});
  const RunControl control;
  sign_tree::Walker walker(rows, control);
  const sign_tree::Node root = walker.root();
  int leaves = 0;
  const std::function<bool()> count = [&] {
    ++leaves;
    return true;
  };
  const std::size_t before = allocations;
  ASSERT_TRUE(walker.walk(root, rows.count, count));
  const std::size_t learning = allocations;
  EXPECT_GT(learning, before) << "relations take memory, and the counter works";
  ASSERT_TRUE(walker.walk(root, rows.count, count));
  EXPECT_EQ(allocations, learning);
  EXPECT_EQ(leaves, 370);
}

}  // namespace
}  // namespace thalweg::testing
