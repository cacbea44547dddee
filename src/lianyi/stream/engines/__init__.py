"""Engines that answer SQL on a snapshot; the same suite proves each."""
