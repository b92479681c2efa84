#include "thalweg/io/npz_stream.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "io/crc32.hpp"
#include "io/test_bytes.hpp"
#include "thalweg/io/file.hpp"
#include "thalweg/io/npz.hpp"

namespace thalweg::io {
namespace {

using testing::ElementsAre;

std::uint32_t crc_of(std::string_view text, std::uint32_t before = 0) {
  return crc32(std::as_bytes(std::span(text)), before);
}

template <class T>
Expected<void> append(NpzStream& stream, std::size_t array, const std::vector<T>& values) {
  return stream.append<T>(array, values);
}

/// An archive with signs and points that grow in turn, as the cells of an arrangement do.
void write_two_arrays(const std::filesystem::path& path, int blocks) {
  auto stream = NpzStream::create(path);
  ASSERT_TRUE(stream) << stream.error().message;
  const auto signs = stream->add_array("signs", NpyType::kInt8, {3});
  const auto points = stream->add_array("witness", NpyType::kDouble, {2});
  ASSERT_TRUE(signs && points);
  for (int block = 0; block < blocks; ++block) {
    ASSERT_TRUE(append<std::int8_t>(*stream, *signs, {1, -1, 1, -1, -1, -1}));
    ASSERT_TRUE(append<double>(*stream, *points, {0.5, block + 0.25, -1e300, 4}));
  }
  stream->add_scalar("complete", true);
  stream->add_scalar("samples", std::int64_t{-3});
  ASSERT_TRUE(stream->commit());
}

TEST(Crc32, KnownValuesInEverySplit) {
  // The check value of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms.
  EXPECT_EQ(crc_of("123456789"), 0xcbf43926u);
  EXPECT_EQ(crc_of(""), 0u);
  const std::string text = "The quick brown fox jumps over the lazy dog";
  EXPECT_EQ(crc_of(text), 0x414fa339u);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const std::string_view a = std::string_view(text).substr(0, cut);
    const std::string_view b = std::string_view(text).substr(cut);
    EXPECT_EQ(crc_of(b, crc_of(a)), 0x414fa339u);
    EXPECT_EQ(crc32_joined(crc_of(a), crc_of(b), b.size()), 0x414fa339u);
  }
}

TEST(NpzStream, ArraysThatGrowInTurnAreReadBack) {
  const TemporaryFolder folder;
  for (const int blocks : {0, 1, 7, 20000}) {
    write_two_arrays(folder / "cells.npz", blocks);
    EXPECT_EQ(folder.count_entries(), 1u) << "a temporary file was left behind";
    const auto archive = read_npz(folder / "cells.npz");
    ASSERT_TRUE(archive) << archive.error().message;
    EXPECT_THAT(archive->names(), ElementsAre("signs", "witness", "complete", "samples"));
    const auto signs = archive->read("signs");
    const auto points = archive->read("witness");
    ASSERT_TRUE(signs && points);
    EXPECT_THAT(signs->shape, ElementsAre(2 * blocks, 3));
    EXPECT_THAT(points->shape, ElementsAre(2 * blocks, 2));
    if (blocks == 0) continue;
    const std::vector<double> last(signs->values.end() - 6, signs->values.end());
    EXPECT_THAT(last, ElementsAre(1, -1, 1, -1, -1, -1));
    const std::vector<double> tail(points->values.end() - 4, points->values.end());
    EXPECT_THAT(tail, ElementsAre(0.5, blocks - 0.75, -1e300, 4));
    EXPECT_THAT(archive->read("complete")->values, ElementsAre(1));
    EXPECT_THAT(archive->read("samples")->values, ElementsAre(-3));
    EXPECT_TRUE(archive->read("samples")->shape.empty());
  }
}

TEST(NpzStream, ADamagedByteIsFoundByTheReader) {
  const TemporaryFolder folder;
  write_two_arrays(folder / "cells.npz", 2);
  Bytes bytes = *read_file(folder / "cells.npz");
  // The local header is 30 + 9 + 20 bytes, the array's 128: this is the first sign.
  ASSERT_EQ(bytes[187], std::byte{1});
  bytes[187] = std::byte{3};
  const auto archive = NpzArchive::parse(bytes, "f.npz");
  ASSERT_TRUE(archive);
  expect_error(archive->read("signs"), ErrorCode::kMalformed, {"CRC"});
}

TEST(NpzStream, TheSameRowsGiveTheSameBytes) {
  const TemporaryFolder folder;
  write_two_arrays(folder / "a.npz", 5);
  write_two_arrays(folder / "b.npz", 5);
  EXPECT_EQ(*read_file(folder / "a.npz"), *read_file(folder / "b.npz"));
}

TEST(NpzStream, WithoutCommitTheOldFileStays) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder / "cells.npz", "old"));
  {
    auto stream = NpzStream::create(folder / "cells.npz");
    ASSERT_TRUE(stream);
    const auto one = stream->add_array("a", NpyType::kUint8, {});
    const auto two = stream->add_array("b", NpyType::kUint8, {});
    ASSERT_TRUE(one && two);
    ASSERT_TRUE(append<std::uint8_t>(*stream, *two, {1, 2, 3}));
  }
  EXPECT_EQ(folder.count_entries(), 1u);
  EXPECT_EQ(*read_file(folder / "cells.npz"), to_bytes("old"));
}

TEST(NpzStream, RefusesWhatDoesNotFit) {
  const TemporaryFolder folder;
  auto stream = NpzStream::create(folder / "cells.npz");
  ASSERT_TRUE(stream);
  const auto signs = stream->add_array("signs", NpyType::kInt8, {3});
  ASSERT_TRUE(signs);
  EXPECT_THROW((void)append<std::int8_t>(*stream, *signs, {1, 1}), InvalidArgument);
  EXPECT_THROW((void)append<std::uint8_t>(*stream, *signs, {1, 1, 1}), InvalidArgument);
  EXPECT_THROW((void)stream->add_array("signs", NpyType::kInt8, {3}), InvalidArgument);
  EXPECT_THROW((void)stream->add_array("", NpyType::kInt8, {3}), InvalidArgument);
  EXPECT_THROW((void)stream->add_array("x", NpyType::kInt8, {-3}), InvalidArgument);
  EXPECT_THROW(stream->add_scalar("signs", true), InvalidArgument);
}

TEST(NpzStream, SaysWhatCannotBeWritten) {
  const TemporaryFolder folder;
  expect_error(NpzStream::create(folder / "none" / "cells.npz"), ErrorCode::kUnwritable,
               {"none/cells.npz", "No such file"});
  expect_error(NpzStream::create("/dev/null"), ErrorCode::kUnwritable, {"/dev/null", "device"});
}

}  // namespace
}  // namespace thalweg::io
