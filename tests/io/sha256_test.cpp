#include "thalweg/io/sha256.hpp"

#include "io/test_bytes.hpp"

namespace thalweg::io {
namespace {

// The examples of FIPS 180-4 as NIST publishes them (SHA256.pdf), and the empty message.
TEST(Sha256, GivesThePublishedDigests) {
  EXPECT_EQ(sha256(to_bytes("")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256(to_bytes("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256(to_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, TakesPartsAndBeginsAnew) {
  Sha256 parts;
  parts.add(to_bytes("a"));
  parts.add(to_bytes(""));
  parts.add(to_bytes("bc"));
  const std::array<std::uint8_t, 32> abc = parts.digest();
  EXPECT_EQ(abc[0], 0xba);
  EXPECT_EQ(abc[31], 0xad);
  EXPECT_EQ(parts.digest()[0], 0xe3);  // of the empty message
}

TEST(Sha256, StreamsAFile) {
  const TemporaryFolder folder;
  // A million times "a", the long example: several chunks.
  ASSERT_TRUE(write_file(folder / "f", std::string(1000000, 'a')));
  EXPECT_EQ(sha256_of_file(folder / "f").value(),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  expect_error(sha256_of_file(folder / "none"), ErrorCode::kUnreadable, {"none"});
}

}  // namespace
}  // namespace thalweg::io
