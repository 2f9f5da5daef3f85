set(ROOM_LIBS fmt::fmt PkgConfig::zstd)
if(SMELT_DEVELOPER)
  # The tests parse the report.
  target_link_libraries(smelt_eval INTERFACE PkgConfig::libxml2)
endif()
