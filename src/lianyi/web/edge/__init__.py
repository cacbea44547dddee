"""What every request passes through: its number, the answer to an error, the limits of how often."""
