"""The last part of a migration: what the journal holds taken back."""
