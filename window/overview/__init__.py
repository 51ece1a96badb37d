"""One asset on one page: what is known, what an antenna would see and cover, and what has to be measured on site."""
