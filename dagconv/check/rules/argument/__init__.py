"""Rules of the topic `argument`."""
