"""What can be said to a user: rules, the diagnostics that they raise, and the formats that show them."""

from dagconv.diagnostics.model import Effect, Location, Severity
from dagconv.diagnostics.rule import Catalogue, Diagnostic, Rule

__all__ = ["Catalogue", "Diagnostic", "Effect", "Location", "Rule", "Severity"]
