// Counts of stages: JSON objects of integers, nested by name, that add up over shards.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "crawl/language/language.h"

namespace smelt {

// counts[key] += amount; a missing key starts at 0.
void add_count(Json& counts, std::string_view key, int64_t amount);
// The object under `key`, made where absent. Like add_count it may move the other members: hold no reference across
// calls.
Json& count_group(Json& counts, std::string_view key);
// Adds every number of `from` to the same place of `into`, deep; other values are taken over where absent.
void merge_counts(Json& into, const Json& from);
// Adds to counts.dropped_languages what was dropped, by code: paragraphs, text_bytes.
void count_dropped_languages(const std::vector<LanguageShare>& dropped, Json& counts);
// Members of all objects in byte order of their keys, so that equal counts have equal bytes.
void sort_counts(Json& counts);

}  // namespace smelt
