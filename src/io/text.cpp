#include "io/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <filesystem>

namespace thalweg::io {

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string quote(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string quoted = "'";
  for (const char c : text.substr(0, kLongest)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      quoted += c;
    } else {
      quoted += "\\x";
      quoted += kDigits[byte >> 4];
      quoted += kDigits[byte & 15];
    }
  }
  return quoted + (text.size() > kLongest ? "...'" : "'");
}

std::string format_number(double value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

std::string lower_ending(std::string_view path) {
  std::string ending = std::filesystem::path(path).extension().string();
  for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return ending;
}

bool is_pickle_ending(std::string_view ending) {
  constexpr std::array<std::string_view, 6> kEndings = {".pt",     ".pth",  ".pkl",
                                                        ".pickle", ".ckpt", ".bin"};
  return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

std::string pickle_advice() {
  return "PyTorch .pt and .pth files are pickles, which can run code, and are never opened; export "
         "the state dict with:\n"
         "  import numpy, torch\n"
         "  state = torch.load('model.pt', map_location='cpu', weights_only=True)\n"
         "  arrays = {name: tensor.detach().double().numpy() for name, tensor in state.items()}\n"
         "  numpy.savez('model.npz', **arrays)";
}

}  // namespace thalweg::io
