"""Files that the team brings in through the console: what was uploaded, what its columns were said to mean, what became of it."""
