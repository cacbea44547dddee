"""`python -m benchmarks [NAME ...]`: every benchmark, or some."""

import importlib
import sys

ALL = ("stream", "intake", "catalogue", "analyse", "simulate", "console", "operations")

for name in sys.argv[1:] or ALL:
    importlib.import_module(f"benchmarks.{name}").main()
