#include "eval/milestones.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "base/rng.h"
#include "base/text.h"

namespace smelt {

namespace fs = std::filesystem;

namespace {

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

std::string first_words(std::string_view text, int64_t words) {
  size_t at = 0;
  for (int64_t n = 0; n < words && at < text.size(); ++n) {
    while (at < text.size() && is_space(text[at])) {
      ++at;
    }
    while (at < text.size() && !is_space(text[at])) {
      ++at;
    }
  }
  return std::string(trim(text.substr(0, at)));
}

}  // namespace

std::vector<Milestone> list_milestones(const std::string& milestones_dir) {
  std::vector<Milestone> out;
  std::error_code error;
  for (fs::directory_iterator it(milestones_dir, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    constexpr std::string_view kPrefix = "step-";
    int64_t step = 0;
    if (name.rfind(kPrefix, 0) != 0 || !fs::exists(it->path() / "config.json")) {
      continue;
    }
    const char* end_of_name = name.data() + name.size();
    const auto [last, problem] = std::from_chars(name.data() + kPrefix.size(), end_of_name, step);
    if (problem == std::errc() && last == end_of_name) {
      out.push_back({step, it->path().string()});
    }
  }
  std::sort(out.begin(), out.end(), [](const Milestone& a, const Milestone& b) { return a.step < b.step; });
  return out;
}

std::vector<Milestone> spread_milestones(const std::vector<Milestone>& all, int64_t count) {
  const auto size = static_cast<int64_t>(all.size());
  if (size <= count) {
    return all;
  }
  std::vector<Milestone> out;
  for (int64_t i = 0; i < count; ++i) {
    out.push_back(all[static_cast<size_t>(count == 1 ? size - 1 : i * (size - 1) / (count - 1))]);
  }
  return out;
}

std::vector<std::string> choose_prompts(const HeldoutSet& heldout, int64_t count, int64_t words, uint64_t seed) {
  std::vector<std::pair<uint64_t, size_t>> order;
  for (size_t i = 0; i < heldout.documents.size(); ++i) {
    order.emplace_back(Rng(seed, "eval/prompts", i).u64(), i);
  }
  std::sort(order.begin(), order.end());
  std::vector<std::string> prompts{""};
  for (const auto& [key, i] : order) {
    if (static_cast<int64_t>(prompts.size()) >= count) {
      break;
    }
    std::string prompt = first_words(heldout.documents[i].text, words);
    if (std::find(prompts.begin(), prompts.end(), prompt) == prompts.end()) {
      prompts.push_back(std::move(prompt));
    }
  }
  return prompts;
}

}  // namespace smelt
