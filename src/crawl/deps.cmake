set(ROOM_LIBS fmt::fmt PkgConfig::zlib PkgConfig::zstd PkgConfig::libdeflate PkgConfig::lz4 PkgConfig::brotli PkgConfig::uchardet PkgConfig::curl PkgConfig::utf8proc cld2
  smelt_arrow)
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/crawl/fetch/object_store.cpp PROPERTIES
  COMPILE_DEFINITIONS "SMELT_ARROW_S3=\"${SMELT_ARROW_S3}\"")

# The built-in lists of stop words travel inside the program.
smelt_embed(smelt_crawl stop_words.txt stop_word_lines.cpp.in)
