"""Benchmarks: ratios within one run, beside a named peer; absolute times mean little on a shared machine."""
