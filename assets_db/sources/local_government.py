"""Codes of local governments: five digits and a check digit."""

from __future__ import annotations

import re

_SIX_DIGITS = re.compile(r"[0-9]{6}")
_WEIGHTS = (6, 5, 4, 3, 2)
_LAST_PREFECTURE = 47


def check_digit(five_digits: str) -> str:
    """Return the check digit of the first five digits of a code."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, five_digits, strict=True))
    return str((11 - total % 11) % 10)


def is_plausible(five_digits: str) -> bool:
    """Tell whether a prefecture (01 to 47) is followed by 000 (itself) or a municipality (from 100)."""
    return 1 <= int(five_digits[:2]) <= _LAST_PREFECTURE and (five_digits[2:] == "000" or five_digits[2] != "0")


def is_valid_code(text: str) -> bool:
    """Tell whether text is a code of six digits with the right check digit."""
    return bool(_SIX_DIGITS.fullmatch(text)) and is_plausible(text[:5]) and check_digit(text[:5]) == text[5]


def mended_code(digits: str, *, prefecture: str = "") -> str | None:
    """
    Return the code that a damaged one (1 to 6 digits) stands for; ``None`` where that is not certain.

    Parameters
    ----------
    digits
        A code without check digit, with a wrong one, with its leading zero lost, or a prefecture alone.
    prefecture
        Two digits that decide between two readings; empty if unknown.
    """
    if not (1 <= len(digits) <= 6 and digits.isascii() and digits.isdigit()):
        return None
    if is_valid_code(digits):
        return digits
    found = [code for code in _readings(digits) if is_valid_code(code)]
    if prefecture:
        found = [code for code in found if code.startswith(prefecture)] or found
    return found[0] if len(found) == 1 else None


def _readings(digits: str) -> list[str]:
    """Return the codes that digits may stand for."""
    if len(digits) <= 2:
        return [_completed(digits.zfill(2) + "000")]
    if len(digits) == 4:
        return [_completed("0" + digits)]
    if len(digits) == 5:
        return list(dict.fromkeys(("0" + digits, _completed(digits))))
    return [_completed(digits[:5])] if len(digits) == 6 else []


def _completed(five_digits: str) -> str:
    """Return a code with its check digit."""
    return five_digits + check_digit(five_digits)
