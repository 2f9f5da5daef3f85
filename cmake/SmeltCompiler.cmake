# Warnings, sanitizers and ccache for every target of the project.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(SMELT_CCACHE ccache)
if(SMELT_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${SMELT_CCACHE}")
endif()
# The compiler's own linker: mold 1.10 now and then lays the read-only-after-relocation segment over a page that is not mapped, and such a
# program does not start (rui314/mold issue 1151, mended in 2.4); programs that lld 14 links lose exception handlers. Both are Debian 12's.

add_library(smelt_compiler INTERFACE)
target_compile_options(smelt_compiler INTERFACE
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Wcast-qual -Wextra-semi
  -ffp-contract=off)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports "a" + s as an overlap (GCC bug 105651).
  target_compile_options(smelt_compiler INTERFACE -Wno-restrict)
endif()
target_include_directories(smelt_compiler INTERFACE "${CMAKE_SOURCE_DIR}/src")
if(SMELT_SANITIZE)
  add_compile_options(-fsanitize=${SMELT_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${SMELT_SANITIZE})
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Debug" OR SMELT_SANITIZE)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()
