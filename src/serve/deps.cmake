set(ROOM_LIBS fmt::fmt PkgConfig::cpp_httplib Threads::Threads)

# The chat page travels inside the program.
smelt_embed(smelt_serve web/index.html http/chat_page.cpp.in)
