"""The first part of a migration: what the environment, the account and the command line say, as plain data."""
