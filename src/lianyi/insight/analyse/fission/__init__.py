"""Fission: who brought whom, how far it went, whether it grows by itself, and whether it pays."""
