"""Where the durations of frames stand in a WebP."""

FRAME, BEFORE_DURATION = b"ANMF", 12


def duration_places(file):
    """Offsets of the durations of the frames, 3 bytes each, little-endian milliseconds.

    Args:
        file: binary, that can be sought.
    """
    position = 12  # behind RIFF, its length and WEBP
    while True:
        file.seek(position)
        head = file.read(8)
        if len(head) < 8:
            return
        length = int.from_bytes(head[4:], "little")
        if head[:4] == FRAME:
            yield position + 8 + BEFORE_DURATION
        position += 8 + length + length % 2


def set_last_duration(path, milliseconds):
    """Writes how long the last frame is shown, for which encoders take a mean of the others."""
    with open(path, "r+b") as file:
        places = list(duration_places(file))
        if places:
            file.seek(places[-1])
            file.write(min(max(milliseconds, 0), 0xFFFFFF).to_bytes(3, "little"))
