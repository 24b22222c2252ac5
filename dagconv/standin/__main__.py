"""Runs a stage as a process: prints the variables for its clients as one line of JSON, serves until stdin ends."""

from __future__ import annotations

import json
import sys

from dagconv.standin.stage import Stage


def main() -> None:
    with Stage() as stage:
        print(json.dumps(stage.variables()), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
