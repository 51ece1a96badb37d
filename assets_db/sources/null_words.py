"""What lists write where they know nothing."""

from __future__ import annotations

NULL_WORDS = frozenset(
    {"-", "--", "---", "*", "**", "***", "?", "n/a", "na", "#n/a", "nan", "null", "none", "nil", "unknown", "tbd"}
    | {"―", "—", "–", "‐", "−", "ー", "─", "...", "・", "〃", "不明", "未定", "未設定", "未登録", "未調査", "該当なし", "非公開", "秘匿"}
)
"""What lists write where they know nothing, normalised by NFKC, in small letters."""
