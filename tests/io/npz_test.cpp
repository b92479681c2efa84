#include "thalweg/io/npz.hpp"

#include <gmock/gmock.h>

#include "io/test_bytes.hpp"
#include "io/test_zip.hpp"
#include "thalweg/io/npy.hpp"

namespace thalweg::io {
namespace {

using testing::ElementsAre;

const std::string kData = THALWEG_TEST_DATA "/io/";

Expected<NpzArchive> parse(const std::vector<ZipPart>& parts) {
  return NpzArchive::parse(to_bytes(zip(parts)), "f.npz");
}

/// The error of reading the first entry of an archive that opens.
Expected<NdArray> read_first(const ZipPart& part) {
  const auto archive = parse({part});
  if (!archive) return tl::unexpected(archive.error());
  return archive->read(archive->names().front());
}

TEST(Npz, ReadsStoredAndDeflatedEntries) {
  const auto archive = parse({stored("X.npy", npy_doubles("(2, 1)", {1, 2})),
                              deflated("y.npy", npy_doubles("(2,)", {3, 4}))});
  ASSERT_TRUE(archive) << archive.error().message;
  EXPECT_THAT(archive->names(), ElementsAre("X", "y"));
  EXPECT_TRUE(archive->contains("X"));
  EXPECT_FALSE(archive->contains("x"));
  EXPECT_THAT(archive->read("X")->values, ElementsAre(1, 2));
  EXPECT_THAT(archive->read("y")->values, ElementsAre(3, 4));
  expect_error(archive->read("z"), ErrorCode::kMissing, {"f.npz: expected an array 'z'"});
}

TEST(Npz, ReadsWhatNumPyWroteAndIgnoresTypesNobodyAsksFor) {
  const auto archive = read_npz(kData + "dataset_stored.npz");
  ASSERT_TRUE(archive) << archive.error().message;
  EXPECT_THAT(archive->names(), ElementsAre("X", "y", "names"));
  EXPECT_THAT(archive->read("y")->values, ElementsAre(-1, 0, 1));
  expect_error(archive->read("names"), ErrorCode::kUnsupported,
               {"dataset_stored.npz: array 'names'", "found '<U1'"});
}

TEST(Npz, RefusesEveryTruncation) {
  const std::string whole = zip({stored("X.npy", npy_doubles("(1,)", {1}))});
  ASSERT_TRUE(NpzArchive::parse(to_bytes(whole), "f.npz"));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    expect_error(NpzArchive::parse(to_bytes(whole.substr(0, size)), "f.npz"), ErrorCode::kMalformed,
                 {"f.npz: expected a zip archive (.npz)"});
  }
}

TEST(Npz, RefusesNamesItCannotUse) {
  const std::string array = npy_doubles("(1,)", {1});
  expect_error(parse({stored("X.npy", array), stored("X.npy", array)}), ErrorCode::kMalformed,
               {"f.npz: expected a zip archive (.npz), found: the same entry name twice"});
  expect_error(parse({stored("X.txt", array)}), ErrorCode::kMalformed,
               {"entries named NAME.npy, found 'X.txt'"});
  expect_error(parse({stored(".npy", array)}), ErrorCode::kMalformed, {"entries named NAME.npy"});
  expect_error(parse({stored("a\nb", array)}), ErrorCode::kMalformed, {"found 'a\\x0ab'"});
}

TEST(Npz, RefusesAPickleWhateverItsName) {
  expect_error(parse({stored("archive/data.pkl", "\x80\x02}.")}), ErrorCode::kUnsupported,
               {"torch.load", "numpy.savez"});
  expect_error(read_npz(kData + "torch_pickle_misnamed.npz"), ErrorCode::kUnsupported,
               {"pickles", "numpy.savez"});
}

TEST(Npz, ChecksTheCrcAndTheDeclaredSize) {
  const std::string array = npy_doubles("(1,)", {1});
  for (const ZipPart& honest : {stored("X.npy", array), deflated("X.npy", array)}) {
    ASSERT_TRUE(read_first(honest));
    ZipPart wrong_crc = honest;
    ++wrong_crc.crc;
    expect_error(read_first(wrong_crc), ErrorCode::kMalformed, {"f.npz: entry 'X.npy'", "CRC"});
    for (const std::uint32_t lie : {0u, honest.size - 1, honest.size + 1, 0x10000000u}) {
      ZipPart wrong_size = honest;
      wrong_size.size = lie;
      SCOPED_TRACE(lie);
      EXPECT_FALSE(read_first(wrong_size));
    }
  }
}

TEST(Npz, RefusesZipBombsBeforeUnpacking) {
  ZipPart bomb = deflated("X.npy", npy_doubles("(1,)", {1}));
  bomb.size = 0x7fffffff;
  expect_error(read_first(bomb), ErrorCode::kTooLarge,
               {"a compression ratio of at most 200", "2147483647 bytes from"});
}

TEST(Npz, RefusesEncryptionAndOtherMethods) {
  ZipPart part = stored("X.npy", npy_doubles("(1,)", {1}));
  part.flags = 1;
  expect_error(read_first(part), ErrorCode::kUnsupported, {"found an encrypted entry"});
  part.flags = 0;
  part.method = 12;
  expect_error(read_first(part), ErrorCode::kUnsupported, {"found compression method 12"});
}

TEST(Npz, RefusesTooManyEntries) {
  std::vector<ZipPart> parts(4097, stored("X.npy", ""));
  for (std::size_t i = 0; i < parts.size(); ++i) parts[i].name = std::to_string(i) + ".npy";
  expect_error(parse(parts), ErrorCode::kTooLarge, {"at most 4096 entries, found 4097"});
  parts.pop_back();
  EXPECT_TRUE(parse(parts));
}

TEST(Npz, WritesSeveralArraysWithTheSameBytesEachTime) {
  const TemporaryFolder folder;
  Matrix W(2, 3);
  W << 0.1, -2, 3, 4, 5e-324, 6;
  const std::vector<Index> shape = {3};
  const std::vector<NpzEntry> entries = {
      {"W", encode_npy(W)},
      {"kind", encode_npy<std::int8_t>(shape, std::vector<std::int8_t>{0, -1, 3})}};
  ASSERT_TRUE(write_npz(folder / "a.npz", entries));
  ASSERT_TRUE(write_npz(folder / "b.npz", entries));
  EXPECT_EQ(read_file(folder / "a.npz").value(), read_file(folder / "b.npz").value());
  EXPECT_EQ(folder.count_entries(), 2u);
  const auto archive = read_npz(folder / "a.npz");
  ASSERT_TRUE(archive);
  EXPECT_EQ(to_matrix(*archive->read("W"), {}).value(), W);
  EXPECT_THAT(archive->read("kind")->values, ElementsAre(0, -1, 3));
}

TEST(Npz, WritesTheArchiveOfTheFormat) {
  const TemporaryFolder folder;
  const std::string array = npy_doubles("(1,)", {1});
  ASSERT_TRUE(write_npz(folder / "a.npz", std::vector<NpzEntry>{{"X", to_bytes(array)}}));
  const Bytes bytes = read_file(folder / "a.npz").value();
  const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  // Local header: stored, 00:00 on 1980-01-01, the CRC and both sizes, then the content as it is.
  EXPECT_EQ(text.substr(0, 4), "PK\x03\x04");
  EXPECT_EQ(text.substr(8, 6), little(0, 2) + little(0, 2) + little(33, 2));
  EXPECT_EQ(text.substr(14, 12),
            little(crc32(array), 4) + little(array.size(), 4) + little(array.size(), 4));
  EXPECT_NE(text.find("X.npy" + array), std::string::npos);
}

TEST(Npz, RefusesToWriteRepeatedOrEmptyNames) {
  const TemporaryFolder folder;
  const std::vector<NpzEntry> twice = {{"X", {}}, {"X", {}}};
  const std::vector<NpzEntry> unnamed = {{"", {}}};
  EXPECT_THROW((void)write_npz(folder / "a.npz", twice), InvalidArgument);
  EXPECT_THROW((void)write_npz(folder / "a.npz", unnamed), InvalidArgument);
  EXPECT_EQ(folder.count_entries(), 0u);
}

}  // namespace
}  // namespace thalweg::io
