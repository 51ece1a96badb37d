"""What a planner asks after the first plan: what if, why, what else, and how much more for how much more."""
