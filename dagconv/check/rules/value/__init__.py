"""Rules of the topic `value`."""
