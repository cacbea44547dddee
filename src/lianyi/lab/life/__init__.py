"""What happens, day by day; nothing here knows how it will be told."""
