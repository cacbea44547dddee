"""What is true in a run, and what would be without one of its causes."""
