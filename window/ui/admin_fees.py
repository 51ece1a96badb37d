"""The dated fee rules on a page."""

from __future__ import annotations

import streamlit as st

from assets_db.rules.tables import FeeRule
from window.rules_in_force import DatedFee, fee_table
from window.ui.frame import Frame


def show_fees(frame: Frame) -> None:
    """Show the fee rules of an area on a day."""
    st.caption(frame.say("admin_fees.about"))
    areas = frame.server.areas
    columns = st.columns([1.2, 2, 2], vertical_alignment="bottom")
    day = columns[0].date_input(
        frame.say("admin_fees.day"), frame.desk.settings.local_day(frame.now), key="admin-fee-day", format="YYYY-MM-DD"
    )
    area = columns[1].selectbox(frame.say("admin_fees.area"), areas.names, format_func=frame.area_title, key="admin-fee-area")
    is_narrow = columns[2].toggle(frame.say("admin_fees.only_in_force"), value=True, key="admin-fee-narrow")
    rules = fee_table(areas, frame.person, area or "", day)
    shown = [one for one in rules if one.is_in_force or not is_narrow]
    if not shown:
        st.info(frame.say("admin_fees.none"))
        return
    n_examples = sum(one.rule.is_example for one in shown)
    if n_examples:
        st.warning(frame.say("admin_fees.examples", n=n_examples))
    yen = st.column_config.NumberColumn(format="localized")
    numbers = {frame.say(f"admin_fees.{name}"): yen for name in ("yearly", "yearly_m2", "capital")}
    st.dataframe([_row(frame, one, with_force=not is_narrow) for one in shown], hide_index=True, width="stretch", column_config=numbers)


def _row(frame: Frame, one: DatedFee, *, with_force: bool) -> dict[str, object]:
    """Return one line of the table."""
    rule = one.rule
    cells: dict[str, object] = {
        "assets": _assets(frame, rule),
        "yearly": rule.yearly_per_antenna_yen,
        "yearly_m2": rule.yearly_per_m2_yen,
        "capital": rule.capital_yen,
        "valid_from": rule.valid_from.isoformat(),
        "valid_to": rule.valid_to.isoformat() if rule.valid_to else frame.say("admin_fees.open_end"),
        "in_force": frame.say("admin.yes" if one.is_in_force else "admin.no"),
        "source": rule.source,
        "rule": rule.id,
    }
    return {frame.say(f"admin_fees.{name}"): cell for name, cell in cells.items() if name != "in_force" or with_force}


def _assets(frame: Frame, rule: FeeRule) -> str:
    """Say which assets a rule is for."""
    between = "・" if frame.language == "ja" else ", "
    parts = [
        between.join(frame.word(group, code) for code in codes)
        for group, codes in (
            ("owner_class", rule.owner_classes),
            ("asset_type", rule.asset_types),
            ("property_class", rule.property_classes),
        )
        if codes
    ]
    parts += [f"{rule.lg_code_prefix}…"] if rule.lg_code_prefix else []
    return ("／" if frame.language == "ja" else "; ").join(parts) or frame.say("admin_fees.any")
