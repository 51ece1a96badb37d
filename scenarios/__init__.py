"""Planners' runs: a scenario file in, a run folder out."""
