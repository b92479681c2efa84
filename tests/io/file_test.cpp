#include "thalweg/io/file.hpp"

#include <unistd.h>

#include "io/test_bytes.hpp"

namespace thalweg::io {
namespace {

namespace fs = std::filesystem;

TEST(File, ReadsBackWhatItWrote) {
  const TemporaryFolder folder;
  const std::string text("a\0\xff\n", 4);
  ASSERT_TRUE(write_file(folder / "f", text));
  EXPECT_EQ(read_file(folder / "f").value(), to_bytes(text));
  ASSERT_TRUE(write_file(folder / "f", ""));
  EXPECT_TRUE(read_file(folder / "f").value().empty());
  EXPECT_EQ(folder.count_entries(), 1u);
}

TEST(File, ReadsMoreThanOneChunk) {
  const TemporaryFolder folder;
  const std::string text((std::size_t{5} << 19) + 7, 'x');
  ASSERT_TRUE(write_file(folder / "f", text));
  EXPECT_EQ(read_file(folder / "f").value(), to_bytes(text));
}

TEST(File, SaysWhyItCannotRead) {
  const TemporaryFolder folder;
  expect_error(read_file(folder / "none"), ErrorCode::kUnreadable, {"none: No such file"});
  expect_error(read_file(folder / ""), ErrorCode::kUnreadable,
               {"expected a file, found a directory"});
  expect_error(read_file("/dev/zero"), ErrorCode::kUnreadable,
               {"/dev/zero: expected a file, found a device"});
}

TEST(File, AFailedWriteLeavesTheOldFileAndNothingElse) {
  const TemporaryFolder folder;
  expect_error(write_file(folder / "none" / "f", "x"), ErrorCode::kUnwritable,
               {"none/f: No such file"});
  fs::create_directory(folder / "d");
  expect_error(write_file(folder / "d", "x"), ErrorCode::kUnwritable, {"Is a directory"});
  EXPECT_EQ(folder.count_entries(), 1u);
  // A full device: the write itself fails.
  expect_error(write_file("/dev/full", "x"), ErrorCode::kUnwritable, {"/dev/full: No space left"});
}

TEST(File, ReplacesTheFileBehindALinkAndKeepsTheLink) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder / "f", "old"));
  fs::create_symlink("f", folder / "link");
  ASSERT_TRUE(write_file(folder / "link", "new"));
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(read_file(folder / "f").value(), to_bytes("new"));
}

TEST(File, NeverReplacesADevice) {
  ASSERT_TRUE(write_file("/dev/null", "x"));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

}  // namespace
}  // namespace thalweg::io
