"""Use cases that cross domains, and the clock that starts some of them."""
