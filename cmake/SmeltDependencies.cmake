# Third-party libraries, each behind one target: Debian packages through pkg-config or their own CMake files, PyPI wheels out of SMELT_DEPS/py.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

function(smelt_pkg target)
  pkg_check_modules(${target} REQUIRED IMPORTED_TARGET ${ARGN})
endfunction()

find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(simdjson REQUIRED)
# First on every link line: Arrow's libraries export a simdjson of another version, and whoever is named first wins.
get_target_property(simdjson_library simdjson::simdjson LOCATION)
add_link_options("SHELL:-Wl,--push-state,--no-as-needed ${simdjson_library} -Wl,--pop-state")
smelt_pkg(xxhash libxxhash)
smelt_pkg(zstd libzstd)
smelt_pkg(zlib zlib)
smelt_pkg(libdeflate libdeflate)
smelt_pkg(lz4 liblz4)
smelt_pkg(brotli libbrotlidec)
smelt_pkg(sqlite sqlite3)
smelt_pkg(tomlplusplus tomlplusplus)
smelt_pkg(libxml2 libxml-2.0)
smelt_pkg(uchardet uchardet)
smelt_pkg(re2 re2)
smelt_pkg(utf8proc libutf8proc)
smelt_pkg(pcre2 libpcre2-8)
smelt_pkg(curl libcurl)
smelt_pkg(cpp_httplib cpp-httplib)

# libcld2_full holds the tables of all languages and no code; loaded first, they stand in for the small ones of libcld2.
add_library(cld2 INTERFACE)
target_link_libraries(cld2 INTERFACE "-Wl,--push-state,--no-as-needed,-lcld2_full,--pop-state,-lcld2")

# Arrow and Parquet: headers and libraries of the pyarrow wheel.
set(SMELT_ARROW "${SMELT_DEPS}/py/pyarrow")
if(NOT EXISTS "${SMELT_ARROW}/include/arrow/api.h")
  message(FATAL_ERROR "Arrow is missing in ${SMELT_ARROW}; run `make setup`.")
endif()
add_library(smelt_arrow INTERFACE)
target_include_directories(smelt_arrow SYSTEM INTERFACE "${SMELT_ARROW}/include")
file(GLOB arrow_libs "${SMELT_ARROW}/libarrow.so.*" "${SMELT_ARROW}/libparquet.so.*")
target_link_libraries(smelt_arrow INTERFACE ${arrow_libs})
target_link_options(smelt_arrow INTERFACE "-Wl,-rpath,${SMELT_ARROW}")
# The library of s3:// is not linked but loaded when an address wants it; it lies beside libarrow, which finds it by name.
file(GLOB SMELT_ARROW_S3 RELATIVE "${SMELT_ARROW}" "${SMELT_ARROW}/libarrow_s3.so.*")

if(SMELT_WITH_TORCH)
  # Own module, not the wheel's CMake config: that one wants the CUDA toolkit's targets.
  set(SMELT_TORCH "${SMELT_DEPS}/py/torch")
  if(NOT EXISTS "${SMELT_TORCH}/lib/libtorch_cpu.so")
    message(FATAL_ERROR "LibTorch is missing in ${SMELT_TORCH}; run `make setup`, or use the preset `data`, which does without it.")
  endif()
  add_library(smelt_torch INTERFACE)
  target_include_directories(smelt_torch SYSTEM INTERFACE "${SMELT_TORCH}/include" "${SMELT_TORCH}/include/torch/csrc/api/include")
  target_link_libraries(smelt_torch INTERFACE "${SMELT_TORCH}/lib/libtorch_cpu.so" "${SMELT_TORCH}/lib/libc10.so")
  target_link_options(smelt_torch INTERFACE "-Wl,-rpath,${SMELT_TORCH}/lib"
    "-Wl,-rpath-link,${SMELT_TORCH}/lib:${SMELT_DEPS}/py/nvidia/cu13/lib")
  # The wheel carries the headers of its own fmt, which come before the system's: used header-only, the two keep apart by their inline namespaces.
  target_compile_definitions(smelt_torch INTERFACE SMELT_HAS_TORCH=1 FMT_HEADER_ONLY=1)
endif()

if(SMELT_DEVELOPER)
  find_package(GTest REQUIRED)
  find_package(benchmark REQUIRED)
  include(GoogleTest)
endif()
