"""Versions of the register: listed, published, and taken away as files."""

from __future__ import annotations

import streamlit as st

from assets_db.publish.columns import HEADERS, Headers
from assets_db.publish.csv_writer import ENCODINGS
from assets_db.publish.versions import EXPORT_FORMATS
from assets_db.schema import View
from window.registry.access import audience_of, may_change
from window.registry.exports import Bundle, Standing, Wish, publish, standing, take_away
from window.ui.frame import Frame
from window.ui.register_words import day_text, show_table
from window.ui.session_keys import VERSIONS_MADE, VERSIONS_SAID

_MIME = {"csv": "text/csv", "json": "application/json", "geojson": "application/geo+json", "md": "text/markdown"}


_NOW = 0
"""Stands in the list for the register as it stands now; versions begin at 1."""


def show_versions(page: Frame) -> None:
    """Show the versions, publish a new one, and hand out files."""
    said = st.session_state.pop(VERSIONS_SAID, None)
    if said:
        st.success(said)
    with page.register.reading() as session:
        found = standing(session)
    left, right = st.columns(2, gap="large")
    with left:
        _list(page, found)
        if may_change(page.person):
            _publish(page, found)
    with right:
        st.subheader(page.say("versions.files"))
        with page.problems_shown():
            _take_away(page, found)


def _list(page: Frame, found: Standing) -> None:
    """Show the versions, the newest first."""
    st.subheader(page.say("versions.list"))
    if not found.versions:
        st.info(page.say("versions.none" if may_change(page.person) else "versions.none_readers"))
        return
    rows = [
        {
            page.say("versions.number"): one.number,
            page.say("versions.at"): day_text(page, one.at),
            page.say("versions.change"): one.change_seq,
            page.say("versions.audit"): one.audit_hash[:12],
        }
        for one in reversed(found.versions)
    ]
    show_table(rows)


def _publish(page: Frame, found: Standing) -> None:
    """Let a person make the register as it stands a version."""
    st.subheader(page.say("versions.publish"))
    if not found.n_changes:
        st.caption(page.say("versions.no_changes"))
        return
    if found.versions:
        st.caption(page.say("versions.n_changes", n=found.n_changes))
    why = st.text_input(
        page.say("register.why"), page.say("versions.why_default"), key="versions-why", help=page.say("register.why_help"), max_chars=500
    )
    if st.button(page.say("versions.do"), type="primary", key="versions-publish"):
        with page.problems_shown():
            made = publish(page.register, person=page.person, why=why, now=page.now)
            st.session_state[VERSIONS_SAID] = page.say("versions.done", n=made.number)
            st.rerun()


def _take_away(page: Frame, found: Standing) -> None:
    """Ask what somebody wants, make it, and hand it out."""
    wish = _ask(page, found)
    if wish is None:
        return
    if st.button(page.say("versions.make"), type="primary", key="versions-make"):
        with st.spinner(page.say("versions.making")):
            st.session_state[VERSIONS_MADE] = (wish, take_away(page.register, wish, person=page.person, now=page.now))
    made_for, bundle = st.session_state.get(VERSIONS_MADE, (None, None))
    if bundle is not None and made_for == wish:
        _hand_out(page, bundle)


def _ask(page: Frame, found: Standing) -> Wish | None:
    """Ask what somebody wants to take away; ``None`` while that is not possible."""
    what = st.segmented_control(
        page.say("versions.what"),
        ["everything", "delta"],
        default="everything",
        required=True,
        format_func=lambda one: page.say(f"versions.{one}"),
        key="versions-what",
    )
    numbers = [one.number for one in reversed(found.versions)]
    names = {_NOW: page.say("versions.now")}
    names |= {one.number: page.say("versions.version", n=one.number, day=day_text(page, one.at)) for one in found.versions}
    columns = st.columns(2)
    since: int | None = None
    if what == "delta":
        if len(numbers) < 2:
            st.info(page.say("versions.delta_none"))
            return None
        since = columns[0].selectbox(page.say("versions.since"), numbers[1:], format_func=names.__getitem__, key="versions-since")
        later = [number for number in numbers if since is None or number > since]
        version = columns[1].selectbox(page.say("versions.until"), later, format_func=names.__getitem__, key="versions-until")
        formats = ["csv"]
    else:
        version = columns[0].selectbox(page.say("versions.which"), list(names), format_func=names.__getitem__, key="versions-which")
        formats = columns[1].multiselect(page.say("versions.formats"), EXPORT_FORMATS, default=["csv"], key="versions-formats")
    encoding = columns[0].selectbox(page.say("versions.encoding"), ENCODINGS, format_func=str.upper, key="versions-encoding")
    headers: Headers = "names"
    if since is None:
        headers = columns[1].selectbox(
            page.say("versions.headers"), HEADERS, format_func=lambda one: page.say(f"versions.headers_{one}"), key="versions-headers"
        )
    return Wish(
        version=None if version == _NOW else version,
        since=since,
        formats=tuple(one for one in EXPORT_FORMATS if one in formats),
        encoding=encoding,
        headers=headers,
        view=_view(page),
    )


def _view(page: Frame) -> View:
    """Ask for the public or the restricted view, where the policy leaves a choice."""
    if audience_of(page.person).view == "public":
        return "public"
    views: tuple[View, ...] = ("public", "restricted")
    chosen = st.radio(page.say("versions.view"), views, format_func=lambda one: page.say(f"versions.{one}"), key="versions-view")
    if chosen == "restricted":
        st.caption(page.say("versions.restricted_about"))
    return chosen


def _hand_out(page: Frame, bundle: Bundle) -> None:
    """Offer the files, together and one by one."""
    archive = bundle.archive()
    size = f"{len(archive) / 1_000_000:,.2f}"
    st.download_button(
        page.say("versions.all", size=size),
        archive,
        file_name=bundle.name,
        mime="application/zip",
        key="versions-zip",
        type="primary",
        on_click="ignore",
    )
    st.caption(page.say("versions.made"))
    columns = st.columns(2)
    for place, (name, content) in enumerate(bundle.files.items()):
        mime = _MIME.get(name.rpartition(".")[2], "application/octet-stream")
        columns[place % 2].download_button(
            name, content, file_name=name, mime=mime, key=f"versions-file-{name}", width="stretch", on_click="ignore"
        )
