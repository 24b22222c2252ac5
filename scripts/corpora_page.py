"""Builds docs/corpora.md from what was recorded of the corpora: what stands in the way of each file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from corpora import CORPORA, Corpus, Recorded, read_record

from dagconv.rules import catalogue


def build() -> str:
    """The text of the page. Raises KeyError for a corpus that was never recorded."""
    record = read_record()
    introduction = (
        "# Files that nobody here wrote\n\n"
        "Recorded by `scripts/corpus.py --record`, written by `scripts/regen.py corpora`.\n"
    )
    return "".join([introduction, *(_table(one, record[one.name]) for one in CORPORA), _legend(record)])


def _table(corpus: Corpus, files: Mapping[str, Recorded]) -> str:
    counts = Counter(file["status"] for file in files.values())
    shown = ", ".join(f"{number} {status}" for status, number in sorted(counts.items()))
    lines = [f"\n## {corpus.name}\n", f"`{corpus.requirement}`, `{corpus.folder}`: {shown}.\n"]
    lines += ["| File | Status | What stands in the way (lines) |", "|---|---|---|"]
    for name, file in files.items():
        why = "; ".join(f"{code} ({', '.join(map(str, lines))})" for code, lines in file["errors"].items())
        lines.append(f"| {name} | {file['status']} | {why} |")
    return "\n".join(lines) + "\n"


def _legend(record: Mapping[str, Mapping[str, Recorded]]) -> str:
    """What each code of the tables means, and the reasons that its rule rests on."""
    codes = {code for files in record.values() for file in files.values() for code in file["errors"]}
    lines = ["\n## Codes\n", "| Code | What was found | Source |", "|---|---|---|"]
    lines += [
        f"| {rule.code} | {rule.summary} | {'; '.join(map(str, rule.source))} |"
        for rule in catalogue()
        if rule.code in codes
    ]
    return "\n".join(lines) + "\n"
