"""The console: where the team works. One navigation, read from the loop."""
