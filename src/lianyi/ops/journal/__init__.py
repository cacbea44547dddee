"""The journal: every change of state, stated as a fact in the transaction that made it, and moved to the stream by one relay."""
