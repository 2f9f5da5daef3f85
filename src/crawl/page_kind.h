// What a file is by its name's ending.
#pragma once

#include <string>
#include <string_view>

namespace smelt {

bool is_html_file(std::string_view path);  // .html .htm .xhtml, in any case
bool is_warc_file(std::string_view path);  // .warc .warc.gz .warc.zst
std::string page_content_type(std::string_view path);

}  // namespace smelt
