"""Rules of the topic `task`."""
