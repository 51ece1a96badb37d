"""From a problem to a plan: presolve, greedy, local search beside a Lagrangian bound, and the plan that carries both."""
