set(ROOM_LIBS fmt::fmt simdjson::simdjson PkgConfig::utf8proc smelt_arrow)
