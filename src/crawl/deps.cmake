set(ROOM_LIBS PkgConfig::zlib PkgConfig::zstd PkgConfig::uchardet PkgConfig::curl cld2)
