"""Plans for assets that may be refused: expected coverage, its proof, and how bad it can get."""
