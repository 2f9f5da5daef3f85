// Code that nobody wrote by hand, or that is another project's copy.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "corpus/code/languages.h"

namespace smelt {

// Why a file counts as generated: its name ("package-lock.json", "_pb2.py"), a phrase in its first `lines` lines
// ("auto-generated"), or the mark of a known generator. Empty: it does not.
std::string generated_by(std::string_view path, std::string_view text, int64_t lines);

// The part of the path, or the name, by which a file counts as a copy of another project: "node_modules", "jquery.js".
// Empty: it does not.
std::string vendored_by(std::string_view path);

// Style sheets and scripts that were squeezed: by their name (".min.js"), or with more than `max_mean_line` characters
// a line on average. `mean_line` is the text's own.
bool is_minified(std::string_view path, const CodeLanguage& language, double mean_line, double max_mean_line);

}  // namespace smelt
