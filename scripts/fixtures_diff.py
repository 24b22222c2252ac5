"""`regen.py fixtures [AREA/CASE...]`: shows what the cases give today and did not before, and writes those it is told.

Without a case nothing is written, so that no expectation is taken over unread.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator, Sequence

from cases import WANT, Files, codes_of, read_file, write_files
from outcomes import made_today


def main(cases: Sequence[str]) -> int:
    """Prints a summary and the difference; 1 if there is one that was not written. Raises SystemExit for no case."""
    made = made_today(cases or None)
    unknown = set(cases) - made.keys()
    if unknown:
        raise SystemExit(f"no such case: {', '.join(sorted(unknown))}")
    changed = {case: files for case, files in made.items() if any(read_file(case, n) != files[n] for n in files)}
    print("\n".join([*_difference(changed), *_summary(changed)]))
    if not cases:
        return 1 if changed else 0
    for case, files in changed.items():
        write_files(case, files)
        print(f"written: fixtures/{case}")
    return 0


def _difference(changed: dict[str, Files]) -> Iterator[str]:
    for case, files in changed.items():
        for name, text in files.items():
            before, after = read_file(case, name).splitlines(), text.splitlines()
            yield from difflib.unified_diff(before, after, f"{case}/{name}", "today", lineterm="")


def _summary(changed: dict[str, Files]) -> Iterator[str]:
    gained, lost = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    others = defaultdict[str, list[str]](list)
    for case, files in changed.items():
        before, after = codes_of(read_file(case, WANT)), codes_of(files[WANT])
        for code in after - before:
            gained[code].append(case)
        for code in before - after:
            lost[code].append(case)
        for name, text in files.items():
            if name != WANT and read_file(case, name) != text:
                others[name].append(case)
    for title, found in (("gained", gained), ("lost", lost), ("changed", others)):
        for name in sorted(found):
            yield f"{title} {name}: {', '.join(found[name])}"
    yield f"{len(changed)} cases give something else than is written down"
