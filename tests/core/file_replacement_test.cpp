#include "thalweg/core/file_replacement.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace thalweg {
namespace {

namespace fs = std::filesystem;

class FileReplacementTest : public ::testing::Test {
 protected:
  FileReplacementTest()
      : folder_(fs::temp_directory_path() / ("replacement_test." + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
  }
  ~FileReplacementTest() override { fs::remove_all(folder_); }

  static std::string content(const fs::path& path) {
    std::ifstream input(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(input), {}};
  }

  static void write(const FileReplacement& file, const std::string& text) {
    ASSERT_EQ(::write(file.descriptor(), text.data(), text.size()),
              static_cast<ssize_t>(text.size()));
  }

  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  fs::path folder_;
};

TEST_F(FileReplacementTest, TheTargetChangesOnlyWhenCommitted) {
  const fs::path target = folder_ / "proof";
  std::ofstream(target) << "old";
  auto file = FileReplacement::create(target);
  ASSERT_TRUE(file.has_value());
  write(*file, "new");
  EXPECT_EQ(content(target), "old");
  ASSERT_TRUE(file->commit().has_value());
  EXPECT_EQ(content(target), "new");
  EXPECT_EQ(files(), 1u);
}

TEST_F(FileReplacementTest, LeavesNothingBehindWhenNotCommitted) {
  {
    auto file = FileReplacement::create(folder_ / "proof");
    ASSERT_TRUE(file.has_value());
    const FileReplacement moved = std::move(*file);
    write(moved, "half");
    EXPECT_EQ(files(), 1u);
  }
  EXPECT_EQ(files(), 0u);
}

TEST_F(FileReplacementTest, TwoReplacementsOfOneTargetDoNotMeet) {
  const fs::path target = folder_ / "proof";
  auto first = FileReplacement::create(target);
  auto second = FileReplacement::create(target);
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_NE(first->path(), second->path());
  write(*first, "first");
  write(*second, "second");
  ASSERT_TRUE(first->commit().has_value());
  EXPECT_EQ(content(target), "first");
  ASSERT_TRUE(second->commit().has_value());
  EXPECT_EQ(content(target), "second");
}

TEST_F(FileReplacementTest, ASymbolicLinkStays) {
  const fs::path real = folder_ / "real";
  std::ofstream(real) << "old";
  fs::create_symlink(real, folder_ / "link");
  auto file = FileReplacement::create(folder_ / "link");
  ASSERT_TRUE(file.has_value());
  write(*file, "new");
  ASSERT_TRUE(file->commit().has_value());
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  EXPECT_EQ(content(real), "new");
}

TEST_F(FileReplacementTest, SaysWhenTheFolderOrTheNameIsNotToBeHad) {
  const auto lost = FileReplacement::create(folder_ / "missing" / "proof");
  ASSERT_FALSE(lost.has_value());
  EXPECT_EQ(lost.error().code, ErrorCode::kUnwritable);
  auto file = FileReplacement::create(folder_ / "proof");
  ASSERT_TRUE(file.has_value());
  fs::create_directory(folder_ / "proof");
  const auto refused = file->commit();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kUnwritable);
  EXPECT_EQ(files(), 1u);
}

TEST_F(FileReplacementTest, DevicesAndFoldersAreSpecial) {
  EXPECT_TRUE(FileReplacement::is_special("/dev/null"));
  EXPECT_TRUE(FileReplacement::is_special(folder_));
  EXPECT_FALSE(FileReplacement::is_special(folder_ / "nothing"));
  std::ofstream(folder_ / "file") << "text";
  EXPECT_FALSE(FileReplacement::is_special(folder_ / "file"));
}

}  // namespace
}  // namespace thalweg
