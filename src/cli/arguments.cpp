#include <charconv>

#include "base/error.h"
#include "cli/verb.h"

namespace smelt::cli {
namespace {

template <class T>
T parse_number(const std::string& name, const std::string& text, const char* wanted) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw usage_error("'" + text + "' is not " + wanted, name);
  }
  return value;
}

}  // namespace

bool Arguments::has(const std::string& name) const {
  const auto found = values.find(name);
  SMELT_CHECK(found != values.end());
  return !found->second.empty();
}

const std::string& Arguments::text(const std::string& name) const {
  SMELT_CHECK(has(name));
  return values.at(name).front();
}

std::string Arguments::text(const std::string& name, const std::string& fallback) const {
  return has(name) ? values.at(name).front() : fallback;
}

const std::vector<std::string>& Arguments::texts(const std::string& name) const {
  SMELT_CHECK(values.contains(name));
  return values.at(name);
}

int64_t Arguments::integer(const std::string& name, int64_t fallback) const {
  return has(name) ? parse_number<int64_t>(name, text(name), "a whole number") : fallback;
}

double Arguments::number(const std::string& name, double fallback) const {
  return has(name) ? parse_number<double>(name, text(name), "a number") : fallback;
}

}  // namespace smelt::cli
