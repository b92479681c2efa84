#include "thalweg/arrangement/planar_picture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <map>
#include <set>
#include <string>

#include "support/arrangement_families.hpp"
#include "support/exact_cells.hpp"
#include "thalweg/arrangement/hyperplane_arrangement.hpp"
#include "thalweg/core/error.hpp"

namespace thalweg::testing {
namespace {

/// An element of a drawing: its name, class and text, in document order.
struct Element {
  std::string name;
  std::string kind;
  std::string text;
};

/// Reads XML without comments and character data sections; fails the test where it is not well
/// formed.
class XmlReader {
 public:
  explicit XmlReader(const std::string& xml) : xml_(xml) {
    while (position_ < xml_.size() && !failed_) {
      xml_[position_] == '<' ? read_tag() : read_text();
    }
    EXPECT_TRUE(open_.empty() && !failed_) << "near byte " << position_;
  }

  [[nodiscard]] const std::vector<Element>& elements() const { return elements_; }

  [[nodiscard]] std::vector<std::string> texts(const std::string& kind) const {
    std::vector<std::string> result;
    for (const Element& element : elements_) {
      if (element.kind == kind) result.push_back(element.text);
    }
    return result;
  }
  [[nodiscard]] std::size_t count(const std::string& kind) const { return texts(kind).size(); }

 private:
  void fail() { failed_ = true; }

  void read_text() {
    const std::size_t end = std::min(xml_.find('<', position_), xml_.size());
    const std::string text = xml_.substr(position_, end - position_);
    for (std::size_t i = text.find('&'); i != std::string::npos; i = text.find('&', i + 1)) {
      const std::string entity = text.substr(i, text.find(';', i) - i + 1);
      if (!std::set<std::string>{"&lt;", "&gt;", "&amp;", "&quot;"}.contains(entity)) fail();
    }
    if (!open_.empty()) elements_[open_.back()].text += text;
    position_ = end;
  }

  std::string read_name() {
    std::string name;
    while (std::isalnum(static_cast<unsigned char>(xml_[position_])) != 0 ||
           xml_[position_] == '-') {
      name += xml_[position_++];
    }
    if (name.empty()) fail();
    return name;
  }

  void read_tag() {
    ++position_;
    if (xml_[position_] == '/') {
      ++position_;
      const std::string name = read_name();
      if (open_.empty() || elements_[open_.back()].name != name || xml_[position_] != '>') {
        return fail();
      }
      ++position_;
      open_.pop_back();
      return;
    }
    Element element{read_name(), "", ""};
    std::set<std::string> seen;
    while (xml_[position_] == ' ') {
      ++position_;
      const std::string attribute = read_name();
      if (!seen.insert(attribute).second || xml_.compare(position_, 2, "=\"") != 0) return fail();
      const std::size_t end = xml_.find('"', position_ + 2);
      const std::string value = xml_.substr(position_ + 2, end - position_ - 2);
      if (value.find_first_of("<&") != std::string::npos) fail();
      if (value.find("nan") != std::string::npos || value.find("inf") != std::string::npos) fail();
      if (attribute == "class") element.kind = value;
      position_ = end + 1;
    }
    elements_.push_back(element);
    if (xml_[position_] == '/') {
      ++position_;
    } else {
      open_.push_back(elements_.size() - 1);
    }
    if (xml_[position_] != '>') fail();
    ++position_;
  }

  const std::string& xml_;
  std::size_t position_ = 0;
  bool failed_ = false;
  std::vector<Element> elements_;
  std::vector<std::size_t> open_;
};

std::vector<std::string> numbers(Index count) {
  std::vector<std::string> result;
  for (Index i = 0; i < count; ++i) result.push_back(std::to_string(i));
  return result;
}

TEST(Picture, GeneralLinesInThePlane) {
  Random random(81);
  const Index n = 9;
  PictureSettings settings;
  settings.cell_labels = true;
  const std::string svg = draw_arrangement(with_bias(gaussian_rows(random, n, 2)), settings);
  const XmlReader xml(svg);
  const auto faces = static_cast<std::size_t>(1 + n + n * (n - 1) / 2);
  EXPECT_EQ(xml.count("cell"), faces);
  EXPECT_EQ(xml.count("line"), static_cast<std::size_t>(n));
  EXPECT_EQ(xml.count("multiple"), 0u);
  EXPECT_EQ(xml.count("sample"), static_cast<std::size_t>(n));
  const auto labels = xml.texts("cell-label");
  EXPECT_EQ(std::set(labels.begin(), labels.end()).size(), faces);
  // The cell of all-positive weights lies in the middle.
  EXPECT_TRUE(std::set(labels.begin(), labels.end()).contains(std::string(9, '+')));
  EXPECT_THAT(xml.texts("line-label"), ::testing::UnorderedElementsAreArray(numbers(n)));
  EXPECT_THAT(xml.texts("sample-label"), ::testing::UnorderedElementsAreArray(numbers(n)));
}

TEST(Picture, LabelsAndDataOnlyOnDemand) {
  Random random(82);
  const Matrix X = with_bias(gaussian_rows(random, 5, 2));
  PictureSettings settings;
  settings.hyperplane_labels = false;
  settings.data = false;
  const std::string svg = draw_arrangement(X, settings);
  const XmlReader xml(svg);
  for (const char* kind : {"cell-label", "line-label", "sample-label", "sample"}) {
    EXPECT_EQ(xml.count(kind), 0u) << kind;
  }
  EXPECT_EQ(xml.count("cell"), 16u);
}

/// Every cell label is a cell, and with its opposites every cell is there.
TEST(Picture, CellLabelsAreTheCells) {
  Random random(83);
  int drawn = 0;
  for (int round = 0; round < 400; ++round) {
    const auto [kind, X] = random_arrangement(random, 9, 4);
    const Index rank = HyperplaneArrangement(X).rank();
    if (rank != 2 && rank != 3) continue;
    ++drawn;
    PictureSettings settings;
    settings.cell_labels = true;
    const std::string svg = draw_arrangement(X, settings);
    const XmlReader xml(svg);
    std::set<PatternText> shown;
    for (std::string label : xml.texts("cell-label")) {
      for (char& sign : label) sign = sign == '+' ? '1' : '0';
      EXPECT_TRUE(shown.insert(label).second) << kind << "\n" << X;
    }
    for (const PatternText& cell : std::vector(shown.begin(), shown.end())) {
      shown.insert(opposite(X, cell));
    }
    const auto exact = exact_cells(X);
    EXPECT_TRUE(std::equal(shown.begin(), shown.end(), exact.begin(), exact.end())) << kind << "\n"
                                                                                    << X;
    EXPECT_EQ(draw_arrangement(X, settings), svg);
  }
  EXPECT_GT(drawn, 100);
}

TEST(Picture, MultipleVerticesAndSharedHyperplanes) {
  // The 3 x 3 grid: of its 8 lines of three points, the dual vertices are triple; those of the
  // four lines through the middle, which lies at the mean, are on the rim.
  const std::string grid = draw_arrangement(grid_with_bias(3, 2));
  EXPECT_EQ(XmlReader(grid).count("multiple"), 4u);
  Matrix X(6, 2);
  X << 1, 0, 2, 0, -3, 0, 0, 0, 0, 1, 0, 5;
  const std::string lines = draw_arrangement(X);
  const XmlReader xml(lines);
  EXPECT_EQ(xml.count("cell"), 4u);
  EXPECT_EQ(xml.count("line"), 2u);
  EXPECT_THAT(xml.texts("line-label"), ::testing::UnorderedElementsAre("0, 1 +1", "4, 5"));
}

TEST(Picture, DescribesItself) {
  PictureSettings settings;
  settings.title = "<A> & \"B\"";
  const std::string svg = draw_arrangement(grid_with_bias(3, 2), settings);
  const XmlReader xml(svg);
  EXPECT_EQ(xml.elements().front().name, "svg");
  EXPECT_NE(svg.find("role=\"img\""), std::string::npos);
  EXPECT_NE(svg.find("<title>&lt;A&gt; &amp; &quot;B&quot;</title>"), std::string::npos);
  EXPECT_NE(svg.find("prefers-color-scheme:dark"), std::string::npos);
  std::map<std::string, std::string> texts;
  for (const Element& element : xml.elements()) texts[element.name] = element.text;
  EXPECT_NE(texts["desc"].find("9 hyperplanes of 9 samples in rank 3"), std::string::npos);
  // Self-contained: nothing but the namespace is an address.
  EXPECT_EQ(svg.find("http", svg.find("http") + 1), std::string::npos);
}

TEST(Picture, HundredsOfLines) {
  Random random(84);
  const std::string svg = draw_arrangement(gaussian_rows(random, 150, 3));
  const XmlReader xml(svg);
  EXPECT_EQ(xml.count("cell"), static_cast<std::size_t>(1 + 150 + 150 * 149 / 2));
  EXPECT_EQ(xml.count("line-label"), 150u);
}

TEST(Picture, RejectsWhatItCannotDraw) {
  Random random(85);
  EXPECT_THROW((void)draw_arrangement(gaussian_rows(random, 6, 4)), InvalidArgument);
  EXPECT_THROW((void)draw_arrangement(gaussian_rows(random, 6, 1)), InvalidArgument);
  EXPECT_THROW((void)draw_arrangement(Matrix::Zero(3, 3)), InvalidArgument);
  EXPECT_THROW((void)draw_arrangement(gaussian_rows(random, kMostDrawnHyperplanes + 1, 3)),
               InvalidArgument);
  PictureSettings settings;
  settings.size = 0;
  EXPECT_THROW((void)draw_arrangement(gaussian_rows(random, 6, 3), settings), InvalidArgument);
}

}  // namespace
}  // namespace thalweg::testing
