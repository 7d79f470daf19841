"""``python -m fast_style``: the console script `fast-style`."""

from fast_style.cli import main

if __name__ == "__main__":
    main()
