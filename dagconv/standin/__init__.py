"""A stand-in of the services on this machine: mwaa-serverless and mwaa of our own, the rest by moto, over real HTTP."""
