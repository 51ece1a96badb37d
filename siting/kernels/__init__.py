"""Compiled loops. Plain arrays in, plain arrays out; the modules above give them meaning and check their input."""
