"""Text that a terminal shows as it is: names of files may hold anything but zero bytes and slashes."""

import unicodedata

# Control characters, bytes that are no UTF-8, line separators and what turns the direction of writing...
ESCAPED = ("Cc", "Cs", "Cf", "Zl", "Zp")
# ... but for what joins letters and parts of emoji.
JOINERS = "\u200c\u200d"


def printable(text):
    r"""The text in one line, with what is no letter, mark or space of it escaped: ``\x1b``, ``\n``, ``\xff``.

    Args:
        text: anything; of paths, bytes that are no UTF-8 are as ``os.fsdecode`` gives them.
    """
    return "".join(map(_shown, str(text)))


def _shown(character):
    if "\udc80" <= character <= "\udcff":
        return f"\\x{ord(character) - 0xDC00:02x}"
    if unicodedata.category(character) in ESCAPED and character not in JOINERS:
        return character.encode("unicode_escape").decode()
    return character
