"""Copies of the database on a page: make, download, check."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import streamlit as st

from window.backups import MOST_BYTES, BackupFile, backup_content, check_backup, check_database, list_backups, make_backup
from window.ui.frame import Frame, plain

_MB = 1_000_000


def show_backup(frame: Frame) -> None:
    """Offer to make a copy, and list those there are."""
    asking, folder = frame.person.person_id, frame.settings.backups
    st.caption(frame.say("admin_backup.about"))
    st.caption(frame.say("admin_backup.folder", folder=plain(str(folder))))
    columns = st.columns([1, 1, 2])
    if columns[0].button(frame.say("admin_backup.make"), type="primary", key="admin-backup-make", width="stretch"):
        with frame.problems_shown(), st.spinner(frame.say("admin_backup.making")):
            made = make_backup(frame.desk, folder, asking=asking, now=frame.now)
            st.success(frame.say("admin_backup.made", name=plain(made.name), size=_size(made)))
    if columns[1].button(
        frame.say("admin_backup.check_database"), help=frame.say("admin_backup.check_about"), key="admin-check-database", width="stretch"
    ):
        with frame.problems_shown(), st.spinner(frame.say("admin_backup.checking")):
            show_faults(frame, check_database(frame.desk, asking=asking))
    found = list_backups(frame.desk, folder, asking=asking)
    if not found:
        st.info(frame.say("admin_backup.empty"))
        return
    zone = ZoneInfo(frame.desk.settings.time_zone)
    name, at, size = (frame.say(f"admin_backup.{one}") for one in ("name", "at", "size"))
    rows = [{name: one.name, at: f"{one.at.astimezone(zone):%Y-%m-%d %H:%M}", size: _size(one)} for one in found]
    st.dataframe(rows, hide_index=True, width="stretch")
    _one(frame, found)
    st.caption(frame.say("admin_backup.restore"))


def _one(frame: Frame, found: Sequence[BackupFile]) -> None:
    """Offer to download or check one copy."""
    asking, folder = frame.person.person_id, frame.settings.backups
    columns = st.columns([2, 1, 1], vertical_alignment="bottom")
    name = columns[0].selectbox(frame.say("admin_backup.choose"), [one.name for one in found], key="admin-backup-name")
    chosen = next(one for one in found if one.name == name)
    if chosen.n_bytes > MOST_BYTES:
        columns[1].caption(frame.say("admin_backup.too_large", size=f"{MOST_BYTES / _MB:.0f}"))
    else:
        columns[1].download_button(
            frame.say("admin_backup.download"),
            lambda: backup_content(frame.desk, folder, chosen.name, asking=asking, now=frame.now),
            chosen.name,
            "application/octet-stream",
            key="admin-backup-download",
            on_click="ignore",
            width="stretch",
        )
    if columns[2].button(frame.say("admin_backup.check"), key="admin-backup-check", width="stretch"):
        with frame.problems_shown(), st.spinner(frame.say("admin_backup.checking")):
            show_faults(frame, check_backup(frame.desk, folder, chosen.name, asking=asking))


def show_faults(frame: Frame, faults: Sequence[str], *, whole: str = "") -> None:
    """Say what is wrong, or that nothing is."""
    if not faults:
        st.success(whole or frame.say("admin.whole"))
        return
    st.error(frame.say("admin.faults", n=len(faults)))
    st.dataframe([{frame.say("admin.fault"): one} for one in faults], hide_index=True, width="stretch")


def _size(one: BackupFile) -> str:
    return f"{one.n_bytes / _MB:,.1f}"
