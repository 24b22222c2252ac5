"""Rules of the topic `schedule`."""
