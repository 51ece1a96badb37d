"""Joining the records of one real thing."""
