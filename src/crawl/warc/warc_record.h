// A record of a WARC (ISO 28500) or ARC (Internet Archive, versions 1 and 2) file, and how its header is read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace smelt {

struct WarcRecord {
  // response, resource, request, ... in lower case. Of ARC files: warcinfo for the file's own description, response for
  // an HTTP message, resource for bytes without one.
  std::string type;
  std::string id;            // WARC-Record-ID without its angle brackets; empty in ARC files
  std::string url;           // WARC-Target-URI, likewise without
  std::string date;          // WARC-Date; an ARC file's date in the same form
  std::string content_type;  // of the block
  // The header lines and the block, valid until the reader's next call.
  std::string_view header;
  std::string_view block;
  uint64_t offset = 0;  // of the record's first byte, after decompression

  // The first header field of that name, in any case; empty where absent. WARC only.
  std::string_view field(std::string_view name) const;
};

// Fills the record from the lines of a WARC header; gives Content-Length, nothing where it is missing or no number.
// Lines that begin with white space go on with the field before them (WARC 1.0, section 4).
std::optional<uint64_t> read_warc_header(std::string_view header, WarcRecord& record);

// The same for the one line of an ARC header: URL, IP address, date, content type, in version 2 more, length; the URL
// may hold spaces. Nothing where the line is none.
std::optional<uint64_t> read_arc_header(std::string_view line, WarcRecord& record);

// Sets type and content type by what an ARC record holds.
void classify_arc_block(WarcRecord& record);

// ASCII letters of either case are equal.
bool same_field_name(std::string_view a, std::string_view b);

}  // namespace smelt
