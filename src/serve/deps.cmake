set(ROOM_LIBS fmt::fmt)
