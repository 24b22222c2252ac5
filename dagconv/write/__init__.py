"""Stage 7: proved definitions become files; names, header line, and what stands in the output folder already."""

from dagconv.write.header import with_header
from dagconv.write.leftovers import find_leftovers
from dagconv.write.names import output_name
from dagconv.write.outcome import with_outputs
from dagconv.write.outputs import Definition, Output, OutputStatus, check_outputs, plan_outputs, write_outputs

__all__ = [
    "Definition",
    "Output",
    "OutputStatus",
    "check_outputs",
    "find_leftovers",
    "output_name",
    "plan_outputs",
    "with_header",
    "with_outputs",
    "write_outputs",
]
