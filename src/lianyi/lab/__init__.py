"""A simulated brand whose truth is known; shares no code with what it is meant to test."""
