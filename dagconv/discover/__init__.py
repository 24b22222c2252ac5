"""Stage 1: which local files hold DAGs, what they read, and why every other file was left out."""

from dagconv.discover.ignore import IgnoreSyntax
from dagconv.discover.source import SourceFile, SourceKind
from dagconv.discover.walk import Discovery, discover

__all__ = ["Discovery", "IgnoreSyntax", "SourceFile", "SourceKind", "discover"]
