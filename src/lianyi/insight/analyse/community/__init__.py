"""Community health: who is there how often, who speaks, who answers whom, and whether newcomers stay."""
