"""What the session of a visitor keeps between views, by its key."""

from __future__ import annotations

# who is here
PERSON = "person"
LOGIN = "login"
TOKENS = "tokens"
LANGUAGE = "language"
LANGUAGE_BEFORE = "language-before"
SEEN_GUIDE = "seen-guide"
PROBLEM = "problem"

# what is looked at
ASSET_ID = "asset_id"
CASE_ID = "case_id"
PLAN_ID = "plan_id"
REGISTER_PART = "register-part"

# map
MAP_BOX = "map-box"
MAP_MESH = "map-mesh"
MAP_VIEW = "map-view"
MAP_VIEWSHED = "map-viewshed"

# studio
TRIAL = "trial"
SITE_ID = "studio-site"
COVERAGE_IMAGES = "coverage-images"
FRONTIERS = "frontiers"

# cases and new inquiries
BULK_DONE = "bulk-done"
INTAKE_AREA = "intake-area"
INTAKE_ASSETS = "intake-assets"
INTAKE_FILE_NUMBER = "intake-file-number"
INTAKE_FILE_READ = "intake-file-read"
INTAKE_NUMBER = "intake-number"

# register
IMPORT_DETECTED = "import-detected"
IMPORT_DRY = "import-dry"
IMPORT_MAPPING = "import-mapping"
IMPORT_NUMBER = "import-number"
IMPORT_RECEIPT = "import-receipt"
PAIRS_REPORT = "pairs-report"
PAIRS_SAID = "pairs-said"
VERSIONS_MADE = "versions-made"
VERSIONS_SAID = "versions-said"

# administration
AUDIT_BEFORE = "admin-audit-before"
PEOPLE_SAID = "admin-people-said"
PEOPLE_TURN = "admin-people-turn"
