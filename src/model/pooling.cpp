#include "thalweg/model/pooling.hpp"

namespace thalweg {

std::string_view to_string(Pooling pooling) {
  switch (pooling) {
    case Pooling::kSum:
      return "sum";
    case Pooling::kAverage:
      return "average";
    case Pooling::kMax:
      return "max";
    case Pooling::kNone:
      return "none";
  }
  return "unknown";
}

}  // namespace thalweg
