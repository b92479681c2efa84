#include "thalweg/io/memory_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <string>

#include "thalweg/io/dataset_reader.hpp"
#include "thalweg/io/file.hpp"
#include "thalweg/io/network_writer.hpp"
#include "thalweg/io/npy.hpp"

namespace thalweg::io {
namespace {

using ::testing::HasSubstr;

constexpr std::array<double, 6> kRows = {1, 2, 3, 4, 5, 6};
constexpr std::array<std::int64_t, 3> kTargets = {-1, 0, 7};

BorrowedArray rows(bool fortran_order) {
  return {"X", "<f8", fortran_order, {3, 2}, std::as_bytes(std::span(kRows))};
}

BorrowedArray targets() { return {"y", "<i8", false, {3}, std::as_bytes(std::span(kTargets))}; }

TEST(MemoryFiles, AnArchiveIsReadFromWhereItLies) {
  MemoryFiles memory;
  memory.add_arrays("memory:data.npz", {rows(false), targets()});
  const auto dataset = read_dataset("memory:data.npz");
  ASSERT_TRUE(dataset) << dataset.error().message;
  EXPECT_EQ(dataset->X, (Matrix(3, 2) << 1, 2, 3, 4, 5, 6).finished());
  EXPECT_EQ(dataset->y, (Matrix(3, 1) << -1, 0, 7).finished());
}

TEST(MemoryFiles, FortranOrderIsUnderstood) {
  MemoryFiles memory;
  memory.add_arrays("memory:data.npy", {rows(true)});
  const auto X = read_matrix("memory:data.npy");
  ASSERT_TRUE(X) << X.error().message;
  EXPECT_EQ(*X, (Matrix(3, 2) << 1, 4, 2, 5, 3, 6).finished());
}

TEST(MemoryFiles, WhatIsWrongWithAnArrayIsSaidAsForAFile) {
  constexpr std::array<double, 2> kBad = {1, std::numeric_limits<double>::quiet_NaN()};
  MemoryFiles memory;
  memory.add_arrays("memory:x.npy", {{"", "<f8", false, {2, 1}, std::as_bytes(std::span(kBad))}});
  memory.add_arrays("memory:c.npy", {{"", "<c16", false, {1}, std::as_bytes(std::span(kBad))}});
  memory.add_arrays("memory:s.npy", {{"", "<f8", false, {3}, std::as_bytes(std::span(kBad))}});
  const auto nan = read_npy("memory:x.npy");
  ASSERT_FALSE(nan);
  EXPECT_EQ(nan.error().code, ErrorCode::kBadValue);
  EXPECT_THAT(nan.error().message, HasSubstr("memory:x.npy: row 1, column 0"));
  const auto complex = read_npy("memory:c.npy");
  ASSERT_FALSE(complex);
  EXPECT_EQ(complex.error().code, ErrorCode::kUnsupported);
  const auto shape = read_npy("memory:s.npy");
  ASSERT_FALSE(shape);
  EXPECT_EQ(shape.error().code, ErrorCode::kMalformed);
}

TEST(MemoryFiles, AMissingArrayIsUnreadable) {
  MemoryFiles memory;
  const auto missing = read_npz("memory:data.npz");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kUnreadable);
  EXPECT_THAT(missing.error().message, HasSubstr("memory:data.npz"));
}

TEST(MemoryFiles, WhatIsWrittenIsKept) {
  MemoryFiles memory;
  const TwoLayerNetwork network{Matrix::Identity(2, 2), Matrix::Ones(2, 1), Vector::Zero(1),
                                HiddenBias::kNone};
  ASSERT_TRUE(write_network("memory:out.npz", {network, false, {}}));
  ASSERT_TRUE(write_file("memory:note.txt", std::string_view("kept")));
  const auto& entries = memory.written_archives().at("memory:out.npz");
  ASSERT_EQ(entries.size(), 2U);
  const auto W = parse_npy(entries[0].npy, {"out", "W"});
  ASSERT_TRUE(W);
  EXPECT_EQ(W->values, (std::vector<double>{1, 0, 0, 1}));
  EXPECT_EQ(memory.written_texts().at("memory:note.txt"), "kept");
}

TEST(MemoryFiles, OutsideOfItsLifeAPathIsAPath) {
  EXPECT_EQ(MemoryFiles::of("memory:data.npz"), nullptr);
  MemoryFiles memory;
  EXPECT_EQ(MemoryFiles::of("data.npz"), nullptr);
  EXPECT_EQ(MemoryFiles::of("memory:data.npz"), &memory);
  EXPECT_THROW(MemoryFiles(), InvalidArgument);
}

}  // namespace
}  // namespace thalweg::io
