"""Rules of the topic `dag`."""
