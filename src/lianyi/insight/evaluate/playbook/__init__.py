"""From findings to actions: what to do, for whom it is, what it may bring and what that is based on, how its effect will be seen."""
