#include "corpus/dedup/text_store.h"

#include <cstring>

#include "base/error.h"

namespace smelt {

void TextStoreWriter::add(std::string_view text) {
  file_.write(text);
  ends_.push_back(file_.size());
}

void TextStoreWriter::commit() {
  ends_.push_back(ends_.size());
  file_.write({reinterpret_cast<const char*>(ends_.data()), ends_.size() * sizeof(uint64_t)});
  file_.commit();
}

TextStore::TextStore(const std::string& path) : file_(path) {
  const std::string_view bytes = file_.bytes();
  const auto fail = [&] {
    return input_error("the texts are cut short", path, "remove the partial folder and run again");
  };
  if (bytes.size() < sizeof(uint64_t)) {
    throw fail();
  }
  std::memcpy(&size_, bytes.data() + bytes.size() - sizeof(uint64_t), sizeof(uint64_t));
  if (size_ > bytes.size() / sizeof(uint64_t) - 1) {
    throw fail();
  }
}

uint64_t TextStore::end(uint64_t i) const {
  uint64_t value = 0;
  std::memcpy(&value, file_.bytes().data() + file_.bytes().size() - (size_ + 1 - i) * sizeof(uint64_t), sizeof(value));
  return value;
}

std::string_view TextStore::text(uint64_t i) const {
  const uint64_t begin = i == 0 ? 0 : end(i - 1);
  return file_.bytes().substr(begin, end(i) - begin);
}

}  // namespace smelt
