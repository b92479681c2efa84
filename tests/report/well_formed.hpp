#pragma once

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <sstream>
#include <string>

namespace thalweg::testing {

/// A picture as a tree; throws when it is not well-formed XML.
inline boost::property_tree::ptree parsed(const std::string& svg) {
  std::istringstream stream(svg);
  boost::property_tree::ptree tree;
  boost::property_tree::read_xml(stream, tree);
  return tree.get_child("svg");
}

/// How many elements of a name have a class.
inline int count(const boost::property_tree::ptree& svg, const std::string& element,
                 const std::string& kind) {
  int found = 0;
  for (const auto& [name, child] : svg) {
    found += name == element && child.get("<xmlattr>.class", std::string()) == kind ? 1 : 0;
  }
  return found;
}

}  // namespace thalweg::testing
