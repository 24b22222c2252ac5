"""Rules of the topic `text`."""
