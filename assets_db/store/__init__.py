"""The register's database."""
