#include "crawl/fetch/location.h"

#include "crawl/fetch/http_source.h"
#include "crawl/fetch/object_store.h"

namespace smelt {

bool is_remote(const std::string& path) {
  return is_http_url(path) || is_object_url(path);
}

std::unique_ptr<ByteSource> open_location(const std::string& path) {
  if (is_http_url(path)) {
    return open_http(path);
  }
  return is_object_url(path) ? open_object(path) : open_plain(path);
}

}  // namespace smelt
