"""Tags of the console."""
