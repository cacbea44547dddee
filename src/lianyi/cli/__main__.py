"""`python -m lianyi.cli`."""

from lianyi.cli.app import main

main()
