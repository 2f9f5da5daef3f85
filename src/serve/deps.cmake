set(ROOM_LIBS fmt::fmt PkgConfig::cpp_httplib Threads::Threads)

# The chat page travels inside the program.
set(page "${CMAKE_SOURCE_DIR}/src/serve/web/index.html")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${page}")
file(READ "${page}" SMELT_CHAT_PAGE)
configure_file("${CMAKE_SOURCE_DIR}/src/serve/http/chat_page.cpp.in" "${CMAKE_BINARY_DIR}/generated/chat_page.cpp" @ONLY)
target_sources(smelt_serve PRIVATE "${CMAKE_BINARY_DIR}/generated/chat_page.cpp")
