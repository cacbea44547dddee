"""SQLite as this server runs it: durable commits, one writer at a time, writers served in turn."""
