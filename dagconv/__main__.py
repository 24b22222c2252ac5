"""Entry of `python -m dagconv` and of both console scripts."""

from __future__ import annotations

import sys


def main() -> None:
    from dagconv.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
