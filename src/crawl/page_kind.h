// What a file is by its name's ending.
#pragma once

#include <string>
#include <string_view>

namespace smelt {

bool is_html_file(std::string_view path);  // .html .htm .xhtml, in any case
bool is_warc_file(std::string_view path);  // .warc .arc .wet, and these with .gz .zst .lz4
std::string page_content_type(std::string_view path);

}  // namespace smelt
