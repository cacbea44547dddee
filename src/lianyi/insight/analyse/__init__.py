"""Analyses: pure functions on a snapshot or on arrays, each answering with a frozen result that can explain itself."""
