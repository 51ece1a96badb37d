"""The facts that carriers ask for first, and those they ask for next."""

from __future__ import annotations

FIRST_FACTS = ("height_agl_m", "load_capacity_kg", "power_available", "sharing")
NEXT_FACTS = ("mount_height_max_m", "fibre_distance_m", "carrier_capacity")
