#include "commands/arrangement_file.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "commands/exit_code.hpp"

namespace thalweg::commands {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
constexpr std::uint8_t kMinusOne = 0xff;

/// The eight signs of a byte as int8.
using SignTable = std::array<std::array<std::uint8_t, 8>, 256>;
constexpr SignTable make_sign_table() {
  SignTable table{};
  for (std::size_t byte = 0; byte < table.size(); ++byte) {
    for (std::size_t bit = 0; bit < 8; ++bit) {
      table[byte][bit] = (byte >> bit & 1) != 0 ? 1 : kMinusOne;
    }
  }
  return table;
}
constexpr SignTable kSigns = make_sign_table();

std::size_t packed_bytes(Index samples) { return static_cast<std::size_t>((samples + 7) / 8); }

}  // namespace

PatternDigest digest_of_samples(const Matrix& X) {
  const std::array<std::int64_t, 2> shape = {X.rows(), X.cols()};
  io::Sha256 digest;
  digest.add(std::as_bytes(std::span(shape)));
  std::vector<double> row(static_cast<std::size_t>(X.cols()));
  for (Index i = 0; i < X.rows(); ++i) {
    for (Index k = 0; k < X.cols(); ++k) row[static_cast<std::size_t>(k)] = X(i, k) + 0.0;
    digest.add(std::as_bytes(std::span(row)));
  }
  return digest.digest();
}

std::uint64_t CellFile::row_bytes(const HyperplaneArrangement& arrangement,
                                  const CellFileForm& form) {
  const auto samples = static_cast<std::uint64_t>(arrangement.samples());
  const auto dimension = static_cast<std::uint64_t>(arrangement.dimension());
  // Witnesses wait in a file of their own and are copied, so they lie there twice for a while.
  return (form.packed ? packed_bytes(arrangement.samples()) : samples) +
         (form.witness ? 2 * sizeof(double) * dimension : 0);
}

CellFile::CellFile(const std::string& path, const Matrix& X,
                   const HyperplaneArrangement& arrangement, const CellFileForm& form)
    : stream_(require(io::NpzStream::create(path))),
      data_digest_(digest_of_samples(X)),
      form_(form),
      samples_(arrangement.samples()),
      dimension_(arrangement.dimension()),
      nonzero_(static_cast<std::size_t>(pattern_words(arrangement.samples()))) {
  for (Index i = 0; i < samples_; ++i) {
    if (arrangement.hyperplane_of_sample()[static_cast<std::size_t>(i)] < 0) continue;
    nonzero_[static_cast<std::size_t>(i / 64)] |= PatternWord{1} << (i % 64);
  }
  patterns_array_ =
      require(form.packed ? stream_.add_array("bits", io::NpyType::kUint8,
                                              {static_cast<Index>(packed_bytes(samples_))})
                          : stream_.add_array("signs", io::NpyType::kInt8, {samples_}));
  if (form.witness) {
    witness_array_ = require(stream_.add_array("witness", io::NpyType::kDouble, {dimension_}));
  }
}

Expected<void> CellFile::add(const PatternWord* pattern, const double* witness, CellSide side) {
  const bool opposite = side == CellSide::kOpposite;
  const std::size_t bytes = packed_bytes(samples_);
  const auto row = static_cast<std::size_t>(samples_);
  std::size_t at = block_.size();
  block_.resize(at + (form_.packed ? bytes : row));
  for (std::size_t w = 0; w < nonzero_.size(); ++w) {
    const PatternWord word = opposite ? pattern[w] ^ nonzero_[w] : pattern[w];
    // Bit i of a pattern is bit i % 8 of byte i / 8 here (little endian).
    std::array<std::uint8_t, sizeof word> parts{};
    std::memcpy(parts.data(), &word, sizeof word);
    if (form_.packed) {
      const std::size_t count = std::min(parts.size(), bytes - 8 * w);
      std::copy_n(parts.begin(), count, block_.begin() + static_cast<std::ptrdiff_t>(at));
      at += count;
      continue;
    }
    for (std::size_t k = 0; k < parts.size() && 64 * w + 8 * k < row; ++k) {
      const std::size_t count = std::min<std::size_t>(8, row - 64 * w - 8 * k);
      std::copy_n(kSigns[parts[k]].begin(), count,
                  block_.begin() + static_cast<std::ptrdiff_t>(at));
      at += count;
    }
  }
  if (form_.witness) {
    for (Index j = 0; j < dimension_; ++j) {
      witness_block_.push_back(opposite ? -witness[j] : witness[j]);
    }
  }
  ++rows_;
  const bool full = block_.size() + sizeof(double) * witness_block_.size() >= kBlockBytes;
  return full ? flush() : Expected<void>{};
}

Expected<void> CellFile::flush() {
  Expected<void> done;
  patterns_digest_.add(std::as_bytes(std::span(block_)));
  if (form_.packed) {
    done = stream_.append<std::uint8_t>(patterns_array_, block_);
  } else {
    const auto* signs = reinterpret_cast<const std::int8_t*>(block_.data());
    done = stream_.append<std::int8_t>(patterns_array_, {signs, block_.size()});
  }
  if (done && form_.witness) done = stream_.append<double>(witness_array_, witness_block_);
  block_.clear();
  witness_block_.clear();
  return done;
}

Expected<void> CellFile::add_digest(const std::string& name, const PatternDigest& digest) {
  const Expected<std::size_t> array = stream_.add_array(name, io::NpyType::kUint8, {});
  if (!array) return tl::unexpected(array.error());
  return stream_.append<std::uint8_t>(*array, digest);
}

Expected<void> CellFile::finish(CellRows rows) {
  if (auto done = flush(); !done) return done;
  if (auto done = add_digest("data_sha256", data_digest_); !done) return done;
  if (auto done = add_digest("patterns_sha256", patterns_digest_.digest()); !done) return done;
  stream_.add_scalar("complete", rows != CellRows::kSome);
  stream_.add_scalar("all_patterns", rows == CellRows::kAllOfSamples);
  stream_.add_scalar("samples", static_cast<std::int64_t>(samples_));
  return stream_.commit();
}

}  // namespace thalweg::commands
