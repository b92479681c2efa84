#include "io/strict_json.hpp"

#include <set>
#include <vector>

#include "io/text.hpp"

namespace thalweg::io {
namespace {

using Json = nlohmann::json;

/// Builds a document and stops at the first thing nlohmann would silently accept: a repeated key
/// (the last would win), or nesting without bound.
class StrictBuilder : public nlohmann::json_sax<Json> {
 public:
  StrictBuilder(int depth, Json& document) : depth_(depth), document_(document) {}

  [[nodiscard]] const std::string& problem() const { return problem_; }

  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override { return put(value); }
  bool number_float(number_float_t value, const string_t&) override { return put(value); }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    if (open_.back()->contains(name)) {
      problem_ = "expected each key once, found " + quote(name) + " again";
      return false;
    }
    key_ = std::move(name);
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const Json::exception&) override {
    problem_ = "expected valid JSON, found an error at byte " + std::to_string(position);
    return false;
  }

 private:
  /// Adds a value to the innermost open container (or makes it the document) and says where it now
  /// is.
  Json* add(Json value) {
    if (open_.empty()) {
      document_ = std::move(value);
      return &document_;
    }
    Json& parent = *open_.back();
    if (parent.is_object()) return &(parent[key_] = std::move(value));
    parent.push_back(std::move(value));
    return &parent.back();
  }

  bool put(Json value) {
    add(std::move(value));
    return true;
  }

  bool open(Json container) {
    if (static_cast<int>(open_.size()) == depth_) {
      problem_ = "expected nesting of at most " + std::to_string(depth_) + " levels, found more";
      return false;
    }
    // A parent does not change while a child is open, so the pointer stays valid.
    open_.push_back(add(std::move(container)));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  int depth_;
  Json& document_;
  std::vector<Json*> open_;
  std::string key_;
  std::string problem_;
};

}  // namespace

Expected<Json> parse_strict_json(std::string_view text, int depth, const std::string& where) {
  Json document;
  StrictBuilder builder(depth, document);
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) {
    return fail(ErrorCode::kMalformed, where + ": " + builder.problem());
  }
  return document;
}

}  // namespace thalweg::io
