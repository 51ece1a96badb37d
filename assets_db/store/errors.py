"""What can go wrong with a register."""

from __future__ import annotations

from assets_db.errors import AssetsError


class RegisterError(AssetsError):
    """The register cannot be used as asked; nothing was written."""


class StaleEditError(RegisterError):
    """
    Somebody else changed the asset since it was read.

    Parameters
    ----------
    asset_id
        The asset.
    expected, found
        Version the caller read, and the one the register holds.
    """

    def __init__(self, asset_id: str, *, expected: int, found: int) -> None:
        self.asset_id = asset_id
        self.expected = expected
        self.found = found
        super().__init__(f"asset {asset_id} was changed meanwhile: expected version {expected}, found {found}; read it again")


class UnknownAssetError(RegisterError):
    """The register holds no such asset."""

    def __init__(self, asset_id: str) -> None:
        self.asset_id = asset_id
        super().__init__(f"asset_id must be an asset of the register, got {asset_id!r}")
