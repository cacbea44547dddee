"""What campaigns decide, without a database."""
