set(ROOM_LIBS fmt::fmt PkgConfig::zstd)
