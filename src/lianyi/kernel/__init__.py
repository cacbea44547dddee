"""Words everyone shares; the standard library only, and nothing that knows a domain."""
