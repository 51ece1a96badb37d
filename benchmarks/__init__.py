"""Speed, memory and quality, measured: each module prints one JSON line."""
