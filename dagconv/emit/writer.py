"""Plain data to YAML text: block style, quoted where a reader would see something else, the same bytes always."""

from __future__ import annotations

import io
import math
import re

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString, SingleQuotedScalarString

from dagconv.emit.values import Plain
from dagconv.language.yaml11 import needs_quotes

_BLOCK = re.compile(r"[\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff\n]+")
_LINE_BREAKS_OF_YAML = "\x85\u2028\u2029"
_FLOW_KEYS = frozenset({"dependencies"})


class _Representer(RoundTripRepresenter):
    """Says null and floats so that YAML 1.1 and 1.2 agree on them."""

    def represent_none(self, data: None) -> ScalarNode:
        del data
        return self._scalar("null", "null")

    def represent_float(self, data: float) -> ScalarNode:
        if math.isnan(data):
            return self._scalar("float", ".nan")
        if math.isinf(data):
            return self._scalar("float", ".inf" if data > 0 else "-.inf")
        text = repr(data)
        # YAML 1.1 wants a dot and a signed exponent: 1e16 would be text.
        mantissa, _, exponent = text.partition("e")
        if exponent:
            sign = "" if exponent[0] in "+-" else "+"
            text = f"{mantissa if '.' in mantissa else mantissa + '.0'}e{sign}{exponent}"
        return self._scalar("float", text)

    def _scalar(self, kind: str, text: str) -> ScalarNode:
        node: ScalarNode = self.represent_scalar(f"tag:yaml.org,2002:{kind}", text)
        return node


_Representer.add_representer(type(None), _Representer.represent_none)
_Representer.add_representer(float, _Representer.represent_float)


def write_yaml(document: dict[str, Plain]) -> str:
    """The text of a definition, ending in a newline."""
    yaml = YAML()
    yaml.Representer = _Representer
    yaml.width = 1_000_000  # a folded line is a changed diff
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.allow_unicode = True
    stream = io.StringIO()
    yaml.dump(_styled(document, in_block=True), stream)
    return stream.getvalue()


def _styled(value: Plain, *, in_block: bool, flow: bool = False) -> object:
    match value:
        case str():
            return _styled_text(value, in_block=in_block)
        case dict():
            mapping = CommentedMap()
            for key, item in value.items():
                mapping[_styled(key, in_block=False)] = _styled(item, in_block=True, flow=key in _FLOW_KEYS)
            if not value:
                mapping.fa.set_flow_style()
            return mapping
        case list():
            sequence = CommentedSeq([_styled(item, in_block=not flow) for item in value])
            if flow or not value:
                sequence.fa.set_flow_style()
            return sequence
        case _:
            return value


def _styled_text(text: str, *, in_block: bool) -> str:
    styled: str = text
    if in_block and _is_block(text):
        styled = LiteralScalarString(text)
    elif "\n" in text or not text.isprintable():
        styled = DoubleQuotedScalarString(text)
    elif needs_quotes(text):
        styled = DoubleQuotedScalarString(text) if "'" in text else SingleQuotedScalarString(text)
    return styled


def _is_block(text: str) -> bool:
    """Whether a literal block shows the text exactly: several lines, nothing that only quotes can show."""
    lines = text.split("\n")
    return (
        len(lines) > 1
        and bool(text.strip("\n"))
        and not text.startswith((" ", "\n"))
        and _BLOCK.fullmatch(text) is not None
        and not any(mark in text for mark in _LINE_BREAKS_OF_YAML)
        and not any(line != line.rstrip() for line in lines)
    )
