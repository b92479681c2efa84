// Every corpus file goes through its reader, so that the normal builds and the sanitizer build
// replay what fuzzing found. The name says the verdict: ok_* is accepted, bad_* refused.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "fuzz/exercise.hpp"
#include "thalweg/io/file.hpp"
#include "thalweg/io/onnx.hpp"

namespace thalweg {
namespace {

using Exercise = bool (*)(std::span<const std::byte>);

void replay(const std::string& reader, Exercise exercise) {
  std::size_t accepted = 0;
  std::size_t refused = 0;
  for (const auto& entry : std::filesystem::directory_iterator(THALWEG_FUZZ_CORPUS "/" + reader)) {
    const std::string name = entry.path().filename().string();
    SCOPED_TRACE(entry.path().string());
    const auto bytes = io::read_file(entry.path());
    ASSERT_TRUE(bytes) << bytes.error().message;
    const bool is_ok = name.starts_with("ok_");
    ASSERT_TRUE(is_ok || name.starts_with("bad_"));
    EXPECT_EQ(exercise(*bytes), is_ok);
    ++(is_ok ? accepted : refused);
  }
  EXPECT_GT(accepted, 0u);
  EXPECT_GT(refused, 0u);
}

TEST(CorpusReplay, Npy) { replay("npy", fuzz::exercise_npy); }
TEST(CorpusReplay, Npz) { replay("npz", fuzz::exercise_npz); }
TEST(CorpusReplay, Csv) { replay("csv", fuzz::exercise_csv); }
TEST(CorpusReplay, Safetensors) { replay("safetensors", fuzz::exercise_safetensors); }
TEST(CorpusReplay, Onnx) {
  if (!io::has_onnx()) GTEST_SKIP() << "this build reads no ONNX";
  replay("onnx", fuzz::exercise_onnx);
}

}  // namespace
}  // namespace thalweg
