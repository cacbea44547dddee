"""What is wanted, what it may cost, and when: goals, budgets, the calendar."""
