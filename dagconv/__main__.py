"""Entry of `python -m dagconv` and of both console scripts."""

from __future__ import annotations

import os
import signal
import sys


def main() -> None:
    if sys.getfilesystemencoding() != "utf-8" and os.environ.get("PYTHONUTF8") != "1":
        # Names of files and texts of definitions are UTF-8 on every side, whatever the locale of this call.
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, "PYTHONUTF8": "1"})  # noqa: S606

    try:
        from dagconv.cli.main import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # between what handles it: while modules are imported, or at the very end
        code = 130
    if code == 130 and hasattr(signal, "pthread_sigmask"):
        # CPython remembers an interrupt that met the exec() of a text, as of a dataclass, whoever handled it,
        # and would end by the signal instead of with this code.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    sys.exit(code)


if __name__ == "__main__":
    main()
