"""``python -m hpcstats``: the command line."""

from __future__ import annotations

from hpcstats.cli import main

if __name__ == "__main__":
    main()
