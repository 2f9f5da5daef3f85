// A small site of pages that pass the filters, with the traits that make charsets and main text differ: encodings
// declared or not, entities, tables, code.
#pragma once

#include <string>
#include <vector>

#include "base/files.h"
#include "base/rng.h"

namespace smelt {

inline std::string site_text(uint64_t item) {
  static const std::vector<std::string> kWords = {
      "the",    "server", "reads",  "each",    "request", "from", "its",   "queue",  "and",  "answers", "in", "order",
      "while",  "other",  "of",     "workers", "wait",    "for",  "a",     "lock",   "that", "is",      "to", "which",
      "thread", "was",    "memory", "with",    "page",    "on",   "index", "before", "it",   "writes",  "by", "file"};
  Rng rng(9, "site", item);
  std::string out;
  for (int p = 0; p < 6; ++p) {
    out += "<p>";
    for (int w = 0; w < 60; ++w) {
      out += kWords[rng.below(kWords.size())];
      if (rng.below(5) == 0) {
        out += static_cast<char>('a' + rng.below(26));
      }
      out += w % 15 == 14 ? ". " : " ";
    }
    out += "</p>";
  }
  return out + "<pre>  code(" + std::to_string(item) +
         ")\n    indented</pre><table><tr><td>a</td><td>b</td></tr></table>";
}

inline std::string site_page(const std::string& head, const std::string& body) {
  return "<!DOCTYPE html><html lang=\"en\"><head>" + head +
         "</head><body><nav><a href=\"/index.html\">Home</a></nav><main>" + body +
         "</main><footer>Copyright</footer></body></html>";
}

// Writes `pages` pages below `root` in three folders, and an index that links them; gives their paths in byte order of
// the folder's walk.
inline void make_site(const std::string& root, uint64_t pages) {
  std::string links;
  for (uint64_t i = 0; i < pages; ++i) {
    const std::string folder = "part" + std::to_string(i % 3);
    const std::string name = folder + "/page" + std::to_string(i) + ".html";
    links += "<a href=\"" + name + "\">page</a>\n";
    std::string head = "<title>Page " + std::to_string(i) + "</title>";
    std::string extra = "caf\xc3\xa9 na\xc3\xafve";
    if (i % 3 == 0) {
      head += "<meta charset=\"utf-8\">";
    } else if (i % 3 == 1) {
      head += "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=iso-8859-1\">";
      extra = "caf\xe9 na\xefve";
    }
    make_directories(root + "/" + folder);
    write_file(root + "/" + name,
               site_page(head, "<h1>Page</h1><p>" + extra + " and more text than that.</p>" + site_text(i)));
  }
  write_file(root + "/index.html", site_page("<title>Index</title>", links));
}

}  // namespace smelt
