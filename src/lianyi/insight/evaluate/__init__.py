"""Judging a window against a baseline and targets: methods, findings, suggestions."""
