"""The duplicates queue: lists compared, doubtful pairs side by side, decided by a person."""

from __future__ import annotations

import streamlit as st

from assets_db.unify.register import PairView, UnifyReport
from window.registry.access import may_change
from window.registry.pairs import Compared, compare_lists, count_open, decide, open_pairs, side_by_side
from window.ui.door import page_file
from window.ui.frame import Frame, choose_asset, plain
from window.ui.register_words import field_name, show_table, value_text
from window.ui.session_keys import PAIRS_REPORT, PAIRS_SAID
from window.words import catalogue

_MOST = 200


def show_pairs(page: Frame) -> None:
    """Show the pairs that wait, one at a time."""
    is_allowed = may_change(page.person)
    said = st.session_state.pop(PAIRS_SAID, None)
    if said:
        st.success(said)
    if is_allowed:
        _compare(page)
    with page.register.reading() as session:
        pairs, n_all = open_pairs(session, most=_MOST), count_open(session)
    if not pairs:
        st.info(page.say("pairs.empty" if is_allowed else "pairs.empty_readers"))
        return
    first = f" {page.say('pairs.first', n=len(pairs))}" if len(pairs) < n_all else ""
    st.subheader(page.say("pairs.waiting", n=n_all) + first)
    places = range(len(pairs))
    chosen = st.selectbox(
        page.say("pairs.pair"), places, format_func=lambda place: _label(page, pairs[place]), key=f"pairs-pair-{_key(pairs[0])}-{n_all}"
    )
    _show_pair(page, pairs[chosen], is_allowed=is_allowed)


def _compare(page: Frame) -> None:
    """Let a person look for duplicates."""
    with st.expander(page.say("pairs.find"), expanded=PAIRS_REPORT in st.session_state), page.problems_shown():
        st.caption(page.say("pairs.find_about"))
        if st.button(page.say("pairs.look"), key="pairs-look"):
            with st.spinner(page.say("pairs.comparing")):
                st.session_state[PAIRS_REPORT] = compare_lists(page.register, person=page.person, why="", now=page.now, apply=False)
        report = st.session_state.get(PAIRS_REPORT)
        if report is None:
            return
        _show_report(page, report)
        why = st.text_input(
            page.say("register.why"), page.say("pairs.why_default"), key="pairs-why", help=page.say("register.why_help"), max_chars=500
        )
        if st.button(page.say("pairs.apply"), type="primary", key="pairs-apply"):
            with st.spinner(page.say("pairs.comparing")):
                done = compare_lists(page.register, person=page.person, why=why, now=page.now, apply=True)
            st.session_state.pop(PAIRS_REPORT)
            st.session_state[PAIRS_SAID] = page.say(
                "pairs.applied", before=done.n_assets_before, after=done.n_assets_after, n=len(done.doubtful)
            )
            st.rerun()


def _show_report(page: Frame, report: UnifyReport) -> None:
    """Show what comparing the lists came to."""
    figures = {
        "records": report.n_records,
        "before": report.n_assets_before,
        "after": report.n_assets_after,
        "joined": len(report.joined),
        "doubtful": len(report.doubtful),
    }
    for column, (name, n) in zip(st.columns(len(figures)), figures.items(), strict=True):
        column.metric(page.say(f"pairs.{name}"), f"{n:,}")
    if report.joined:
        rows = [
            {page.say("pairs.pair"): _label(page, one), page.say("pairs.reasons"): _reasons(page, one)} for one in report.joined[:_MOST]
        ]
        st.caption(page.say("pairs.joined"))
        show_table(rows, highest_px=250)


def _show_pair(page: Frame, pair: PairView, *, is_allowed: bool) -> None:
    """Show two records side by side, and let a person decide."""
    columns = st.columns([1, 4, 1.2, 1.2], vertical_alignment="bottom")
    columns[0].metric(page.say("pairs.score"), f"{pair.score:.2f}")
    columns[1].markdown(f"**{page.say('pairs.reasons')}**  \n{plain(_reasons(page, pair))}")
    for column, key, asset_id in zip(columns[2:], (pair.one, pair.other), pair.asset_ids, strict=True):
        if column.button(f"{page.say('pairs.on_map')}  \n{plain(key[0])}", key=f"pairs-map-{key[0]}-{key[1]}", width="stretch"):
            choose_asset(asset_id)
            st.switch_page(page_file("map"))
    with page.register.reading() as session:
        found = side_by_side(session, pair, person=page.person)
    titles = [f"{side}  {key[0]}:{key[1]}" for side, key in zip("AB", (pair.one, pair.other), strict=True)]
    rows = [
        {
            page.say("register.field"): field_name(page, one.field),
            titles[0]: value_text(page, one.field, one.one),
            titles[1]: value_text(page, one.field, one.other),
            page.say("pairs.agreement"): _agreement(page, one),
        }
        for one in found
    ]
    show_table(rows, highest_px=460)
    if not is_allowed:
        st.caption(page.say("pairs.readers"))
        return
    why = st.text_input(
        page.say("register.why"),
        page.say("pairs.decide_default"),
        key="pairs-decide-why",
        help=page.say("register.why_help"),
        max_chars=500,
    )
    left, right = st.columns(2)
    if left.button(page.say("pairs.confirm"), type="primary", key="pairs-confirm", width="stretch"):
        _decide(page, pair, why, is_same=True)
    if right.button(page.say("pairs.split"), key="pairs-split", width="stretch"):
        _decide(page, pair, why, is_same=False)


def _decide(page: Frame, pair: PairView, why: str, *, is_same: bool) -> None:
    """Keep what a person says of a pair, and go on to the next."""
    with page.problems_shown():
        decide(page.register, pair, is_same=is_same, person=page.person, why=why, now=page.now)
        names = {side: plain(f"{key[0]}:{key[1]}") for side, key in (("one", pair.one), ("other", pair.other))}
        st.session_state[PAIRS_SAID] = page.say("pairs.decided_confirm" if is_same else "pairs.decided_split", **names)
        st.rerun()


def _label(page: Frame, pair: PairView) -> str:
    """Return how a pair stands in the list."""
    sides = [
        f"{name or page.say('pairs.no_name')} ({key[0]}:{key[1]})" for name, key in zip(pair.names, (pair.one, pair.other), strict=True)
    ]
    return f"{pair.score:.2f}　{sides[0]} ↔ {sides[1]}"


def _reasons(page: Frame, pair: PairView) -> str:
    """Return what speaks for and against a pair, in words."""
    between = "、" if page.language == "ja" else ", "
    return between.join(_reason(page, *one.partition(" ")[::2]) for one in pair.reasons)


def _reason(page: Frame, code: str, value: str) -> str:
    """Return a reason in words; one that has none stands for itself."""
    if code == "types":
        value = " / ".join(page.word("asset_type", one) for one in value.split(", "))
    key = f"pair_reason.{code}"
    return page.say(key, value=value) if key in catalogue() else f"{code} {value}".strip()


def _agreement(page: Frame, one: Compared) -> str:
    """Return how two values stand to each other."""
    return page.say("pairs.same" if one.is_same else "pairs.different" if one.is_different else "pairs.one_only")


def _key(pair: PairView) -> str:
    """Return what tells a pair from all others."""
    return "|".join((*pair.one, *pair.other))
