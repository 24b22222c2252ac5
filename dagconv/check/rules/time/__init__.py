"""Rules of the topic `time`."""
