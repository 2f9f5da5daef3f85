set(ROOM_LIBS fmt::fmt simdjson::simdjson PkgConfig::utf8proc PkgConfig::pcre2 PkgConfig::zstd)

# NAME_avx2.cpp is compiled for AVX2 and the bit instructions that came with it; code in it has internal linkage, so that the linker never picks it for
# a machine that lacks them.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  file(GLOB_RECURSE isa_sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/tokens/*_avx2.cpp")
  set_source_files_properties(${isa_sources} PROPERTIES COMPILE_OPTIONS "-mavx2;-mbmi;-mbmi2;-mpopcnt;-fno-tree-slp-vectorize")
endif()
