"""The protocol between host and worker: requests, replies, limits and framing, which both sides import."""
