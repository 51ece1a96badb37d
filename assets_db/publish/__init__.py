"""What the register gives away: exports, versions, changes between versions, data dictionary. Nothing here opens a database."""
