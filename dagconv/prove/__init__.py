"""Stage 6: proves that a definition means what its source means, or says exactly where it does not."""
