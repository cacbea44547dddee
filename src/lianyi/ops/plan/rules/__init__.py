"""What the plan decides by rule; no database."""
