"""The third part of a migration: plans carried out under locks, each step in the journal before it is made."""
