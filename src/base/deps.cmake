set(ROOM_LIBS PkgConfig::xxhash PkgConfig::zstd PkgConfig::zlib PkgConfig::sqlite PkgConfig::tomlplusplus simdjson::simdjson spdlog::spdlog)
target_link_libraries(smelt_base PUBLIC fmt::fmt Threads::Threads)
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/base/version.cpp PROPERTIES
  COMPILE_DEFINITIONS "SMELT_VERSION=\"${PROJECT_VERSION}\";SMELT_BUILD_TYPE=\"${CMAKE_BUILD_TYPE}\"")
