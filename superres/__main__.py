"""``python -m superres``: the console script `superres`."""

from superres.cli import main

if __name__ == "__main__":
    main()
