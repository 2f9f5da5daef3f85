set(ROOM_LIBS PkgConfig::zlib PkgConfig::zstd PkgConfig::uchardet cld2)
