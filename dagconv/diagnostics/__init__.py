"""What can be said to a user: rules, the diagnostics that they raise, and the formats that show them."""

from dagconv.diagnostics.model import Effect, Location, Means, Remedy, Severity
from dagconv.diagnostics.rule import Catalogue, Diagnostic, Rule
from dagconv.diagnostics.source import ContractRule, Engine, Page, Section, Web

__all__ = [
    "Catalogue",
    "ContractRule",
    "Diagnostic",
    "Effect",
    "Engine",
    "Location",
    "Means",
    "Page",
    "Remedy",
    "Rule",
    "Section",
    "Severity",
    "Web",
]
