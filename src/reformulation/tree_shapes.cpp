#include "reformulation/tree_shapes.hpp"

#include <algorithm>
#include <string>

#include "thalweg/core/error.hpp"

namespace thalweg {
namespace {

constexpr std::size_t kMaxShapes = 100'000;

bool all_under(const TreeShapes::Children& children, Sign sign) {
  return std::all_of(children.begin(), children.end(),
                     [sign](const TreeShapes::Child& child) { return child.sign == sign; });
}

}  // namespace

TreeShapes::TreeShapes(const std::vector<Index>& fan_ins)
    : shapes_{{Children{}}}, numbers_{{{Children{}, 0}}}, leaves_{1} {
  for (const Index fan_in : fan_ins) {
    if (fan_in < 1) {
      throw InvalidArgument("fan_ins: expected positive numbers, got " + std::to_string(fan_in));
    }
    add_shapes(height() + 1, fan_in);
  }
}

void TreeShapes::add_shapes(Index height, Index fan_in) {
  Children options;
  for (const Sign sign : {Sign::kPlus, Sign::kMinus}) {
    for (Index shape = 0; shape < count(height - 1); ++shape) options.push_back({sign, shape});
  }
  std::vector<Children> list;
  std::vector<std::size_t> chosen(static_cast<std::size_t>(fan_in), 0);  // ascending
  while (true) {
    Children children;
    for (const std::size_t c : chosen) children.push_back(options[c]);
    if (!all_under(children, Sign::kMinus)) list.push_back(std::move(children));
    if (list.size() > kMaxShapes) {
      throw InvalidArgument("fan_ins: they give more than " + std::to_string(kMaxShapes) +
                            " vectors of signs");
    }
    std::size_t last = chosen.size();
    while (last > 0 && chosen[last - 1] + 1 == options.size()) --last;
    if (last == 0) break;
    std::fill(chosen.begin() + static_cast<std::ptrdiff_t>(last) - 1, chosen.end(),
              chosen[last - 1] + 1);
  }
  std::map<Children, Index> numbers;
  for (const Children& children : list) {
    numbers.emplace(children, static_cast<Index>(numbers.size()));
  }
  shapes_.push_back(std::move(list));
  numbers_.push_back(std::move(numbers));
  leaves_.push_back(leaves_.back() * fan_in);
}

Index TreeShapes::count(Index height) const {
  return static_cast<Index>(shapes_[static_cast<std::size_t>(height)].size());
}

const TreeShapes::Children& TreeShapes::children(Index height, Index shape) const {
  return shapes_[static_cast<std::size_t>(height)][static_cast<std::size_t>(shape)];
}

Index TreeShapes::shape_of(Index height, const Children& children) const {
  return numbers_[static_cast<std::size_t>(height)].at(children);
}

bool TreeShapes::all_plus(Index height, Index shape) const {
  return all_under(children(height, shape), Sign::kPlus);
}

std::vector<std::vector<Sign>> TreeShapes::signs(Index height, Index shape) const {
  std::vector<std::vector<Sign>> result(static_cast<std::size_t>(height));
  for (const Child& child : children(height, shape)) {
    const std::vector<std::vector<Sign>> below = signs(height - 1, child.shape);
    for (std::size_t l = 0; l < below.size(); ++l) {
      result[l].insert(result[l].end(), below[l].begin(), below[l].end());
    }
    result.back().push_back(child.sign);
  }
  return result;
}

std::vector<TreeShapes::Exchange> TreeShapes::exchanges(Index height, Index shape) const {
  std::vector<Exchange> result;
  const Children& list = children(height, shape);
  for (std::size_t c = 0; c < list.size(); ++c) {
    const Index size = leaves(height - 1);
    const Index first = static_cast<Index>(c) * size;
    if (c + 1 < list.size() && list[c] == list[c + 1]) result.push_back({first, size});
    for (const Exchange& inside : exchanges(height - 1, list[c].shape)) {
      result.push_back({first + inside.first, inside.size});
    }
  }
  return result;
}

}  // namespace thalweg
