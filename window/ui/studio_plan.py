"""A plan that is done: its figures and map, why this site, what if not, and what it becomes."""

from __future__ import annotations

import streamlit as st

from siting import evaluate
from siting.outputs.text import percent, percent_at_most, weight_text
from siting.outputs.why_words import rejection_sentence, site_sentences
from siting.planning.explanation import ChosenSite
from window.asset_index import zoom_of
from window.planning.areas import asset_of
from window.planning.draft import Wish
from window.planning.keeper import OpenPlan
from window.planning.trial import Trial
from window.ui.asset_map import base_map, show_map
from window.ui.door import page_file
from window.ui.frame import Frame, choose_asset, plain
from window.ui.legend import PLAN_MARKS, show_legend
from window.ui.plan_layers import plan_layers, site_ring
from window.ui.session_keys import PLAN_ID, SITE_ID, TRIAL
from window.ui.studio_form import OKU


def trial_of(frame: Frame, plan_id: str) -> Trial:
    """Return the trial of a plan, kept while it is looked at."""
    kept = st.session_state.get(TRIAL)
    if isinstance(kept, tuple) and kept[0] == plan_id:
        found: Trial = kept[1]
        return found
    with st.spinner(frame.say("studio.opening")):
        found = Trial(frame.server.plans.opened(frame.person, plan_id))
    st.session_state[TRIAL] = (plan_id, found)
    st.session_state.pop(SITE_ID, None)
    return found


def show_plan(frame: Frame, trial: Trial) -> None:
    """Show a plan and what is asked of it."""
    _figures(frame, trial)
    left, right = st.columns([7, 4])
    with left:
        _map(frame, trial)
    with right:
        _limits(frame, trial)
        _site(frame, trial)  # a reason takes longer than the plan it explains: the map does not wait for it
    with left:
        _zones(frame, trial)


def _figures(frame: Frame, trial: Trial) -> None:
    """Show coverage, sites, cost and proof, beside those of the plan the trial began with."""
    plan, first = trial.now.plan, trial.opened.plan
    total = plan.total_weight or 1.0
    shown = weight_text(plan.objective, trial.opened.prepared.basis.demand.unit)
    columns = st.columns(4)
    change = 100 * (plan.objective - first.objective) / total
    changed = f"{change:+.2f} pt" if trial.is_changed else None
    columns[0].metric(frame.say("studio.covered"), f"{percent(plan.objective / total)} %", changed, help=shown.ja)
    n_more = len(plan.chosen) - len(first.chosen)
    columns[1].metric(frame.say("studio.sites"), f"{len(plan.chosen):,}", f"{n_more:+d}" if trial.is_changed and n_more else None)
    more_yen = plan.cost_yen - first.cost_yen
    columns[2].metric(
        frame.say("studio.cost"), _yen(frame, plan.cost_yen), _yen(frame, more_yen, sign="+") if trial.is_changed and more_yen else None
    )
    proof = frame.say("studio.optimal") if plan.status == "optimal" else f"≤ {percent_at_most(plan.gap)} %"
    columns[3].metric(frame.say("studio.gap"), proof, help=frame.say("studio.gap_help"))


def _yen(frame: Frame, yen: int, sign: str = "") -> str:
    """Return an amount for people."""
    if frame.language == "ja" and abs(yen) >= OKU:
        return f"{yen / OKU:{sign},.2f} 億円"
    if frame.language == "ja":
        return f"{yen / 10_000:{sign},.0f} 万円"
    return f"¥{yen / 1_000_000:{sign},.1f} M"


def _limits(frame: Frame, trial: Trial) -> None:
    """Let the limits be changed, and steps be taken back."""
    problem = trial.now.problem
    columns = st.columns([3, 2, 2])
    if problem.max_sites is not None:
        key, label = f"limit-{problem.max_sites}", frame.say("studio.max_sites")
        args = (frame, trial, "max_sites", key, 1)
        columns[0].number_input(label, 1, 100_000, problem.max_sites, 1, key=key, on_change=_limit, args=args)
    elif problem.budget_yen is not None:
        key, label = f"limit-{problem.budget_yen}", frame.say("studio.budget")
        args = (frame, trial, "budget_yen", key, OKU)
        columns[0].number_input(label, 0.01, 100_000.0, problem.budget_yen / OKU, 0.1, key=key, on_change=_limit, args=args)
    columns[1].caption(frame.say("studio.steps", n=len(trial.steps) - 1))
    columns[1].button(frame.say("studio.back"), disabled=not trial.is_changed, width="stretch", on_click=trial.back)
    with columns[2].popover(frame.say("studio.save"), width="stretch"):
        _save(frame, trial)


def _ask(frame: Frame, trial: Trial, what: str, site_id: str = "", number: int | None = None) -> None:
    """Ask a question; where it cannot be answered, the plan stays as it stood."""
    with frame.problems_kept():
        trial.ask(what, site_id, number=number)


def _limit(frame: Frame, trial: Trial, what: str, key: str, unit: int) -> None:
    """Ask for another limit, as it was typed; where it cannot be kept, the one that stands is shown again."""
    steps = len(trial.steps)
    _ask(frame, trial, what, number=round(st.session_state[key] * unit))
    if len(trial.steps) == steps:
        stands = getattr(trial.now.problem, what)
        st.session_state[key] = stands if unit == 1 else stands / unit


def _choose(site_id: str) -> None:
    """Look at another site."""
    st.session_state[SITE_ID] = site_id


def _site(frame: Frame, trial: Trial) -> None:
    """Say why a site is or is not in the plan, and let it be pinned or banned."""
    site_id = st.session_state.get(SITE_ID)
    problem = trial.now.problem
    if not site_id or not problem.has_id(site_id):
        st.info(frame.say("studio.begin"))
        _pins(frame, trial)
        return
    gathered = trial.opened.prepared.basis.gathered
    row = gathered.rows[site_id]
    candidates = gathered.candidates
    with st.container(border=True):
        st.markdown(f"**{plain(candidates.name[row] or site_id)}**")
        kind, owner = frame.word("asset_type", candidates.asset_type[row]), frame.word("owner_class", candidates.owner_class[row])
        cost = _yen(frame, int(candidates.cost_yen[row]))
        st.caption(f"{plain(site_id)}　{kind}　{owner}　{candidates.xyz_m[row, 2]:.1f} m　{cost}")
        is_fixed, is_banned = site_id in problem.fixed, site_id in problem.forbidden
        columns = st.columns(3)
        pin, ban = ("unpin" if is_fixed else "pin"), ("allow" if is_banned else "ban")
        for column, what in zip(columns, (pin, ban), strict=False):
            args = (frame, trial, what, site_id)
            column.button(frame.say(f"studio.{what}"), key=f"{what}-{site_id}", width="stretch", on_click=_ask, args=args)
        asset_id = asset_of(trial.opened.prepared.basis.file, site_id)
        if columns[2].button(frame.say("studio.asset"), key=f"asset-{site_id}", width="stretch", disabled=not asset_id):
            choose_asset(asset_id)
            st.switch_page(page_file("overview"))
        with frame.problems_shown():
            _why(frame, trial, site_id)
    _pins(frame, trial)


def _why(frame: Frame, trial: Trial, site_id: str) -> None:
    """Say why a site is or is not in the plan, and what could take its place."""
    unit = trial.opened.prepared.basis.demand.unit
    entry = trial.why(site_id)
    is_japanese = frame.language == "ja"
    if not isinstance(entry, ChosenSite):
        said = rejection_sentence(entry, unit)
        st.markdown(f"✕ **{frame.say('studio.not_chosen')}**　{plain(said.ja if is_japanese else said.en)}")
        return
    st.markdown(f"● **{frame.say('studio.chosen')}**")
    for sentence in site_sentences(entry, unit):
        st.markdown(f"- {plain(sentence.ja if is_japanese else sentence.en)}")
    for one in entry.substitutes:
        columns = st.columns([4, 2])
        loss = weight_text(one.loss, unit)
        columns[0].caption(f"{plain(one.id)}　−{loss.ja if is_japanese else loss.en}")
        columns[1].button(frame.say("studio.look"), key=f"look-{one.id}", width="stretch", on_click=_choose, args=(one.id,))


def _pins(frame: Frame, trial: Trial) -> None:
    """List what is pinned and banned, each with a way to take it back."""
    problem, first = trial.now.problem, trial.opened.prepared.problem
    for what, ids, known in (("unpin", problem.fixed, first.fixed), ("allow", problem.forbidden, first.forbidden)):
        for site_id in [one for one in ids if one not in known]:
            columns = st.columns([4, 2])
            columns[0].caption(f"{frame.say('studio.pinned' if what == 'unpin' else 'studio.banned')}　{plain(site_id)}")
            label, key = frame.say(f"studio.{what}"), f"list-{what}-{site_id}"
            columns[1].button(label, key=key, width="stretch", on_click=_ask, args=(frame, trial, what, site_id))


def _map(frame: Frame, trial: Trial) -> None:
    """Show the plan on the map; a click chooses a site."""
    opened, now = trial.opened, trial.now
    west, south, east, north = opened.prepared.basis.file.scenario.area.bbox
    middle, zoom = ((west + east) / 2, (south + north) / 2), zoom_of((west, south, east, north))
    drawn = base_map(frame, middle, zoom, with_box=False, plan_id=opened.row.plan_id)
    shown = st.session_state.get(SITE_ID, "")
    layers = [*plan_layers(opened, now.plan, pinned=now.problem.fixed, can_click=True), *site_ring(opened, shown)]
    key = f"studio-map-{opened.row.plan_id}"
    show_map(drawn, layers, key=key, height=560, heard=lambda said: _choose(said.asset_id))
    show_legend(frame, PLAN_MARKS)


def _zones(frame: Frame, trial: Trial) -> None:
    """Show coverage by zone, beside that of the plan the trial began with."""
    opened = trial.opened
    demand, coverage = opened.prepared.basis.demand, opened.prepared.coverage
    before = {one.name: one.share for one in evaluate(opened.plan, coverage, demand).groups}
    rows = [
        {
            frame.say("studio.zone"): one.name,
            frame.say("studio.covered"): f"{percent(one.share)} %",
            frame.say("studio.change"): f"{100 * (one.share - before[one.name]):+.2f} pt" if trial.is_changed else "–",
            frame.say("studio.reachable"): f"{percent(one.reachable_share)} %",
            frame.say("studio.cells"): f"{one.n_covered_cells:,} / {one.n_cells:,}",
        }
        for one in evaluate(trial.now.plan, coverage, demand).groups
    ]
    st.dataframe(rows, hide_index=True, width="stretch", height=min(36 * (len(rows) + 1) + 2, 260))


def _save(frame: Frame, trial: Trial) -> None:
    """Keep the trial as a plan of its own, computed from its scenario file like any other."""
    title = st.text_input(frame.say("studio.title"), value=f"{trial.opened.row.title} 2", key="save-title")
    if st.button(frame.say("studio.save_do"), type="primary"):
        problem, params = trial.now.problem, trial.opened.prepared.params
        wish = Wish(
            title=title,
            max_sites=problem.max_sites,
            budget_yen=problem.budget_yen,
            fixed=problem.fixed,
            forbidden=problem.forbidden,
            minimum_spacing_m=problem.minimum_spacing_m,
            seed=params.seed,
            effort=params.effort,
        )
        with frame.problems_shown():
            st.session_state[PLAN_ID] = frame.server.plans.ask_from(frame.person, trial.opened.row, wish, now=frame.now)
            st.rerun()


def show_files(frame: Frame, opened: OpenPlan) -> None:
    """Offer the files of a plan."""
    names = ("sites.csv", "sites.gpkg", "sites.geojson", "report.html", "map.html", "kpis.csv", "plan.json")
    is_staff = frame.person.role != "carrier"  # where the files of this server lie is nobody else's business
    shown = [name for name in names if is_staff or name not in {"plan.json", "report.html"}]
    columns = st.columns(len(shown) + is_staff)
    if is_staff:
        columns[-1].download_button("scenario.toml", opened.row.scenario, file_name="scenario.toml", width="stretch", on_click="ignore")
    for column, name in zip(columns, shown, strict=False):
        content = (opened.folder / name).read_bytes  # read when it is asked for
        column.download_button(name, content, file_name=name, width="stretch", key=f"file-{name}", on_click="ignore")
