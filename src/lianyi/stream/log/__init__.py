"""The event table: append, read a snapshot, maintain, forget."""
