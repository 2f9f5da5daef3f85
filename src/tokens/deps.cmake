set(ROOM_LIBS fmt::fmt PkgConfig::utf8proc PkgConfig::pcre2 PkgConfig::zstd)
