"""Stand-ins for a package that the provider's system tests import and that is published nowhere; used by corpus.py."""
