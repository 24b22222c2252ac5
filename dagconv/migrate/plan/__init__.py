"""The second part of a migration: what was surveyed turned into a plan, pure, and the plan as a file."""
