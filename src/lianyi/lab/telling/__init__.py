"""How what happened becomes facts and reference tables; the only part that knows the stream's shapes."""
