"""How good the register is: what is missing, what is old, where sources disagree. Nothing here opens a database."""
