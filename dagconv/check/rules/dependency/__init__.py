"""Rules of the topic `dependency`."""
