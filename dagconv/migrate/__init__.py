"""Moves a whole MWAA environment to MWAA Serverless: a pure plan, a journalled execution, and a local rehearsal."""
