set(ROOM_LIBS fmt::fmt)
# `smelt --version` names the commit it was built from, where there is one.
find_program(SMELT_GIT git)
set(SMELT_COMMIT "unknown")
if(SMELT_GIT)
  execute_process(COMMAND ${SMELT_GIT} -C ${CMAKE_SOURCE_DIR} rev-parse --short=12 HEAD
    OUTPUT_VARIABLE SMELT_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE git_failed)
  if(git_failed)
    set(SMELT_COMMIT "unknown")
  endif()
endif()
set_source_files_properties(${CMAKE_SOURCE_DIR}/src/cli/about.cpp PROPERTIES COMPILE_DEFINITIONS "SMELT_COMMIT=\"${SMELT_COMMIT}\"")
if(SMELT_WITH_TORCH)
  target_compile_definitions(smelt_cli PUBLIC SMELT_HAS_TRAINING=1)
endif()
target_compile_options(smelt_cli PRIVATE $<$<CONFIG:Release>:-O1>)  # verbs read flags and call: nothing here is hot, and there is much of it
