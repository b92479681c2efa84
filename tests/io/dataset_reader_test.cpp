#include "thalweg/io/dataset_reader.hpp"

#include "io/test_bytes.hpp"
#include "io/test_zip.hpp"

namespace thalweg::io {
namespace {

const std::string kData = THALWEG_TEST_DATA "/io/";

/// X[i, j] = (4 i - j) / 4, (3 x 4), as tests/data/io/make_fixtures.py has it.
Matrix fixture_data() {
  return Matrix::NullaryExpr(3, 4,
                             [](Index i, Index j) { return static_cast<double>(4 * i - j) / 4; });
}

Matrix column(std::initializer_list<double> values) {
  Matrix y(static_cast<Index>(values.size()), 1);
  std::copy(values.begin(), values.end(), y.data());
  return y;
}

Expected<Dataset> from_npz(const std::string& X, const std::string& y) {
  const auto archive =
      NpzArchive::parse(to_bytes(zip({stored("X.npy", X), stored("y.npy", y)})), "f.npz");
  return dataset_from(archive.value());
}

Expected<Dataset> from_csv(const std::string& text, const std::string& target) {
  return dataset_from(parse_csv(to_bytes(text), "f.csv").value(), target, "f.csv");
}

TEST(DatasetReader, ReadsNumPyArchives) {
  const auto plain = read_dataset(kData + "dataset_stored.npz");
  ASSERT_TRUE(plain) << plain.error().message;
  EXPECT_EQ(plain->X, fixture_data());
  EXPECT_EQ(plain->y, column({-1, 0, 1}));
  const auto packed = read_dataset(kData + "dataset_deflated.npz");
  ASSERT_TRUE(packed) << packed.error().message;
  EXPECT_EQ(packed->X, fixture_data());
  EXPECT_EQ(packed->y, column({0, 0, 1}));
}

TEST(DatasetReader, ReadsTwoNpyFilesAndOneMatrix) {
  const auto dataset =
      read_dataset_npy(kData + "x_float32_big_endian_fortran.npy", kData + "y_int64.npy");
  ASSERT_TRUE(dataset) << dataset.error().message;
  EXPECT_EQ(dataset->X, fixture_data());
  EXPECT_EQ(dataset->y, column({-1, 0, 1}));
  EXPECT_EQ(read_matrix(kData + "x_float64.npy").value(), fixture_data());
  expect_error(read_matrix(kData + "y_int64.npy"), ErrorCode::kBadShape,
               {"y_int64.npy: expected two dimensions", "(3,)", "stored as (3, 1)"});
  expect_error(read_matrix(kData + "torch.npz"), ErrorCode::kUnsupported,
               {"expected a file ending in .npy, found '.npz'"});
}

TEST(DatasetReader, ReadsSamplesWithoutTargets) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder / "X.npz", zip({stored("X.npy", npy_doubles("(2, 1)", {1, 2}))})));
  ASSERT_TRUE(write_file(folder / "X.csv", "a,b\n1,3\n2,4\n"));
  EXPECT_EQ(read_samples(folder / "X.npz").value(), column({1, 2}));
  EXPECT_EQ(read_samples(folder / "X.csv", "b").value(), column({1, 2}));
  EXPECT_EQ(read_samples(folder / "X.csv").value().cols(), 2);
  EXPECT_EQ(read_samples(kData + "x_float64.npy").value(), fixture_data());
  expect_error(read_samples(folder / "X.npz", "b"), ErrorCode::kUnsupported, {"no target column"});
  expect_error(read_samples(folder / "X.txt"), ErrorCode::kUnsupported, {".npz, .csv or .npy"});
}

TEST(DatasetReader, ReadsTargetsOfAllThreeShapes) {
  const std::string X = npy_doubles("(2, 1)", {1, 2});
  EXPECT_EQ(from_npz(X, npy_doubles("(2,)", {3, 4}))->y, column({3, 4}));
  EXPECT_EQ(from_npz(X, npy_doubles("(2, 1)", {3, 4}))->y, column({3, 4}));
  Matrix two(2, 2);
  two << 3, 4, 5, 6;
  EXPECT_EQ(from_npz(X, npy_doubles("(2, 2)", {3, 4, 5, 6}))->y, two);
}

TEST(DatasetReader, RefusesShapesThatDoNotFit) {
  const std::string X = npy_doubles("(2, 1)", {1, 2});
  const auto code = ErrorCode::kBadShape;
  expect_error(from_npz(X, npy_doubles("(3,)", {1, 2, 3})), code,
               {"f.npz: array 'y': expected 2 rows as in f.npz: array 'X', found shape (3,)"});
  expect_error(from_npz(X, npy_doubles("(1, 2)", {1, 2})), code, {"expected 2 rows", "(1, 2)"});
  expect_error(from_npz(X, npy_doubles("()", {1})), code,
               {"array 'y': expected one or two dimensions, found shape ()"});
  expect_error(from_npz(X, npy_doubles("(2, 0)", {})), code,
               {"array 'y': expected at least one column"});
  expect_error(from_npz(npy_doubles("(2,)", {1, 2}), npy_doubles("(2,)", {1, 2})), code,
               {"array 'X': expected two dimensions (rows are samples), found shape (2,)"});
  expect_error(from_npz(npy_doubles("(1, 2, 1)", {1, 2}), npy_doubles("(1,)", {1})), code,
               {"array 'X'", "(1, 2, 1)"});
  expect_error(from_npz(npy_doubles("(0, 2)", {}), npy_doubles("(0,)", {})), code,
               {"array 'X': expected at least one row and one column, found shape (0, 2)"});
  expect_error(from_npz(npy_doubles("(2, 0)", {}), npy_doubles("(2,)", {1, 2})), code, {"(2, 0)"});
}

TEST(DatasetReader, NamesTheMissingArray) {
  const auto archive =
      NpzArchive::parse(to_bytes(zip({stored("X.npy", npy_doubles("(1, 1)", {1}))})), "f.npz");
  expect_error(dataset_from(archive.value()), ErrorCode::kMissing,
               {"f.npz: expected an array 'y'"});
}

TEST(DatasetReader, TakesTheTargetColumnOutOfACsv) {
  Matrix X(2, 2);
  X << 1, 3, 4, 6;
  for (const std::string target : {"b", "1", "-2"}) {
    const auto dataset = from_csv("a,b,c\n1,2,3\n4,5,6\n", target);
    ASSERT_TRUE(dataset) << dataset.error().message;
    EXPECT_EQ(dataset->X, X);
    EXPECT_EQ(dataset->y, column({2, 5}));
  }
  X << 2, 3, 5, 6;
  EXPECT_EQ(from_csv("1,2,3\n4,5,6\n", "0")->X, X);
  X << 1, 2, 4, 5;
  EXPECT_EQ(from_csv("1,2,3\n4,5,6\n", "-1")->X, X);
  expect_error(from_csv("1,2\n", "b"), ErrorCode::kMissing, {"target column 'b'"});
  expect_error(from_csv("y\n1\n", "y"), ErrorCode::kBadShape,
               {"a feature column besides the target"});
}

TEST(DatasetReader, ChoosesTheReaderByTheEnding) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder / "f.CSV", "a,y\n1,2\n"));
  EXPECT_EQ(read_dataset(folder / "f.CSV", "y")->y, column({2}));
  expect_error(read_dataset(folder / "f.CSV"), ErrorCode::kMissing,
               {"f.CSV: expected the target column"});
  expect_error(read_dataset(kData + "dataset_stored.npz", "y"), ErrorCode::kUnsupported,
               {"expected no target column for an .npz"});
  expect_error(read_dataset("f.txt"), ErrorCode::kUnsupported,
               {"f.txt: expected a data set ending in .npz or .csv", "found '.txt'"});
  expect_error(read_dataset("f.pt"), ErrorCode::kUnsupported,
               {"found a pickle, which is never opened"});
  expect_error(read_dataset(folder / "none.npz"), ErrorCode::kUnreadable,
               {"none.npz: No such file"});
}

}  // namespace
}  // namespace thalweg::io
