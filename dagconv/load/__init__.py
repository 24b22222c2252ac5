"""Stage 2, host side: starts the worker, sends it files and definitions, and decodes its untrusted replies."""
