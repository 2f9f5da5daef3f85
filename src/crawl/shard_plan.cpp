// Cutting inputs into shards: folders, globs and files to lists of pages.
#include <algorithm>
#include <filesystem>
#include <set>

#include <glob.h>

#include "base/error.h"
#include "base/files.h"
#include "base/stream.h"
#include "base/text.h"
#include "crawl/fetch/location.h"
#include "crawl/fetch/object_store.h"
#include "crawl/page_kind.h"
#include "crawl/page_source.h"

namespace smelt {
namespace {

namespace fs = std::filesystem;

bool ends_with_any(std::string_view path, std::initializer_list<std::string_view> endings) {
  constexpr size_t kLongestEnding = 12;
  const std::string lower = lower_ascii(path.substr(path.size() > kLongestEnding ? path.size() - kLongestEnding : 0));
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return lower.ends_with(ending); });
}

constexpr const char* kKinds =
    "give a folder with .html, .htm or .xhtml files, such a file, or a .warc, .arc or .wet file (.gz, .zst, .lz4)";

std::vector<std::string> expand_glob(const std::string& pattern) {
  glob_t found{};
  const int status = ::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found);
  std::vector<std::string> paths;
  if (status == 0) {
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  ::globfree(&found);
  if (status == GLOB_NOSPACE) {
    throw resource_error("no memory to expand the pattern", pattern);
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string without_trailing_slash(std::string path) {
  while (path.size() > 1 && path.back() == '/') {
    path.pop_back();
  }
  return path;
}

// The last part of a path; of "." and ".." that of the folder they stand for.
std::string base_name(const std::string& path) {
  std::string name = fs::path(path).filename().string();
  if (name.empty() || name == "." || name == "..") {
    std::error_code ignored;
    name = fs::canonical(path, ignored).filename().string();
  }
  return name.empty() ? "root" : name;
}

// Without "?..." and "#...".
std::string without_query(const std::string& address) {
  return address.substr(0, address.find_first_of("?#"));
}

// "https://host/" of an address.
std::string server_of(const std::string& address) {
  return address.substr(0, address.find('/', address.find("://") + 3)) + "/";
}

bool is_list_file(const std::string& input) {
  return ends_with_any(is_remote(input) ? without_query(input) : input, {".paths", ".paths.gz"});
}

// A folder or pattern of an object store.
bool is_object_listing(const std::string& input) {
  const std::string plain = without_query(input);
  return is_object_url(input) && (plain.ends_with('/') || plain.find_first_of("*[") != std::string::npos);
}

// A name fit for a file: other bytes than letters, digits, '.', '_' and '-' become '-'.
std::string safe_name(std::string_view name) {
  constexpr size_t kLongest = 80;
  std::string out(name.substr(0, kLongest));
  for (char& c : out) {
    const bool safe =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-';
    c = safe ? c : '-';
  }
  return out;
}

class Planner {
 public:
  explicit Planner(const SourceOptions& options) : options_(options) {}

  void add_input(const std::string& input) {
    if (is_list_file(input)) {
      add_list(input);
      return;
    }
    if (is_object_listing(input)) {
      add_listing(input);
      return;
    }
    if (input.find("://") != std::string::npos) {
      add_address(input);
      return;
    }
    const bool pattern = !path_exists(input) && input.find_first_of("*?[") != std::string::npos;
    if (!pattern) {
      add_path(without_trailing_slash(input));
      return;
    }
    const std::vector<std::string> paths = expand_glob(input);
    if (paths.empty()) {
      throw input_error("nothing matches this pattern", input,
                        "check the folder; quote the pattern so that the shell leaves it alone");
    }
    for (const std::string& path : paths) {
      add_path(without_trailing_slash(path));
    }
  }

  std::vector<PageShard> finish() {
    if (shards_.empty()) {
      throw usage_error("no inputs", {}, kKinds);
    }
    return std::move(shards_);
  }

 private:
  void add_address(const std::string& address) {
    if (!is_remote(address) || !is_warc_file(without_query(address))) {
      throw input_error("only WARC files and lists of them are read over http, https, s3 and gs", address,
                        "give an address that ends in .warc.gz or another of their endings, in .paths or .paths.gz, or "
                        "fetch the pages into a WARC file first (`smelt crawl`)");
    }
    if (!inputs_.insert(address).second) {
      throw input_error("this input is given twice", address, "give each input once");
    }
    PageShard shard = new_shard(PageShard::Kind::kWarc, base_name(without_query(address)));
    shard.files.push_back({address, shard.source});
    shards_.push_back(std::move(shard));
  }

  void add_listing(const std::string& address) {
    const size_t before = shards_.size();
    for (const std::string& object : list_objects(address)) {
      if (is_warc_file(without_query(object))) {
        add_address(object);
      }
    }
    if (shards_.size() == before) {
      throw input_error("no WARC file there", address, "check the address; a folder's ends in '/'");
    }
  }

  void add_list(const std::string& list) {
    LineReader lines(make_decompressed(open_location(list)));
    std::string_view line;
    try {
      while (lines.next(line)) {
        line = trim(line);
        if (!line.empty()) {
          add_line(list, line);
        }
      }
    } catch (const StreamError& error) {
      throw input_error(std::string("the list is damaged: ") + error.what(), list, "fetch it again");
    }
    if (lines.line_number() == 0) {
      throw input_error("the list is empty", list, "give one WARC file a line");
    }
  }

  void add_line(const std::string& list, std::string_view line) {
    constexpr const char* kCommonCrawl = "https://data.commoncrawl.org/";
    if (line.find("://") != std::string_view::npos) {
      add_address(std::string(line));
      return;
    }
    std::string prefix = options_.list_prefix;
    if (prefix.empty()) {
      prefix = is_remote(list) ? server_of(list) : line.starts_with("crawl-data/") ? kCommonCrawl : "";
    }
    if (prefix.empty()) {
      add_path(std::string(line));
      return;
    }
    line.remove_prefix(std::min(line.find_first_not_of('/'), line.size()));
    const std::string whole = prefix + (prefix.ends_with('/') ? "" : "/") + std::string(line);
    is_remote(whole) ? add_address(whole) : add_path(whole);
  }

  void add_path(const std::string& path) {
    if (!path_exists(path)) {
      throw input_error("no such file or folder", path, "check the path; relative paths start at the working folder");
    }
    if (!inputs_.insert(path).second) {
      throw input_error("this input is given twice", path, "give each input once");
    }
    if (fs::is_directory(path)) {
      add_folder(path);
    } else if (is_warc_file(path)) {
      add_warc(path);
    } else if (is_html_file(path)) {
      const std::string source = base_name(path);
      add_html({{path, unique_id(source, path, path)}}, source);
    } else {
      throw input_error("this is no page and no WARC file", path, kKinds);
    }
  }

  void add_folder(const std::string& root) {
    std::vector<PageShard::File> pages;
    std::vector<std::string> archives;
    for (const std::string& relative : list_files(root)) {
      if (is_html_file(relative)) {
        pages.push_back({root + "/" + relative, unique_id(relative, root, root + "/" + relative)});
      } else if (is_warc_file(relative)) {
        archives.push_back(root + "/" + relative);
      }
    }
    if (pages.empty() && archives.empty()) {
      throw input_error("no page in this folder", root, kKinds);
    }
    add_html(std::move(pages), base_name(root));
    for (const std::string& archive : archives) {
      add_warc(archive);
    }
  }

  // Ids are relative paths; only where two inputs share one does the later carry its input's path.
  std::string unique_id(std::string_view relative, const std::string& input, const std::string& whole) {
    std::string id = replace_invalid_utf8(relative);
    if (!ids_.insert(id).second) {
      id = replace_invalid_utf8(whole);
      if (!ids_.insert(id).second) {
        throw input_error("two pages have the same id " + id, input, "give each input once");
      }
    }
    return id;
  }

  void add_html(std::vector<PageShard::File> pages, const std::string& source) {
    const auto size = static_cast<size_t>(options_.pages_per_shard);
    for (size_t begin = 0; begin < pages.size(); begin += size) {
      const size_t end = std::min(begin + size, pages.size());
      PageShard shard = new_shard(PageShard::Kind::kHtmlFiles, source);
      shard.files.assign(std::make_move_iterator(pages.begin() + static_cast<ptrdiff_t>(begin)),
                         std::make_move_iterator(pages.begin() + static_cast<ptrdiff_t>(end)));
      shards_.push_back(std::move(shard));
    }
  }

  void add_warc(const std::string& path) {
    PageShard shard = new_shard(PageShard::Kind::kWarc, base_name(path));
    shard.files.push_back({path, shard.source});
    shards_.push_back(std::move(shard));
  }

  PageShard new_shard(PageShard::Kind kind, const std::string& source) const {
    std::string number = std::to_string(shards_.size());
    number.insert(0, number.size() < 5 ? 5 - number.size() : 0, '0');
    PageShard shard;
    shard.name = number + "-" + safe_name(source);
    shard.kind = kind;
    shard.source = replace_invalid_utf8(source);
    return shard;
  }

  const SourceOptions& options_;
  std::vector<PageShard> shards_;
  std::set<std::string> inputs_;
  std::set<std::string> ids_;
};

}  // namespace

bool plan_needs_network(const std::string& input) {
  return is_remote(input) && (is_list_file(input) || is_object_listing(input));
}

bool is_html_file(std::string_view path) {
  return ends_with_any(path, {".html", ".htm", ".xhtml"});
}
bool is_warc_file(std::string_view path) {
  for (const std::string_view packed : {".gz", ".zst", ".lz4"}) {
    if (ends_with_any(path, {packed})) {
      path.remove_suffix(packed.size());
      break;
    }
  }
  return ends_with_any(path, {".warc", ".arc", ".wet"});
}
std::string page_content_type(std::string_view path) {
  return ends_with_any(path, {".xhtml"}) ? "application/xhtml+xml" : "text/html";
}

std::vector<PageShard> plan_shards(const std::vector<std::string>& inputs, const SourceOptions& options) {
  Planner planner(options);
  for (const std::string& input : inputs) {
    planner.add_input(input);
  }
  return planner.finish();
}

}  // namespace smelt
