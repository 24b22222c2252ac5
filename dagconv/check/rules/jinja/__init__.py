"""Rules of the topic `jinja`."""
