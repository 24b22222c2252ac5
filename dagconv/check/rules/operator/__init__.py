"""Rules of the topic `operator`."""
