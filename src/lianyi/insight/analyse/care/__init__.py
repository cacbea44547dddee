"""Care: how long people wait for an answer or for a complaint to be settled, those still waiting included."""
