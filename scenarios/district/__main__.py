"""Write the demo's invented district into a folder: ``python -m scenarios.district DIR``."""

from __future__ import annotations

import sys
from pathlib import Path

from scenarios.district.files import write_district

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m scenarios.district DIR")
    for path in write_district(Path(sys.argv[1])):
        sys.stdout.write(f"{path}\n")
