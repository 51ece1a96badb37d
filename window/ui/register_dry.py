"""What an import would do, shown before it is done; and the import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import streamlit as st

from window.registry.uploads import DryRun, Upload, bring_in, rejects_csv
from window.ui.frame import Frame
from window.ui.register_words import field_name, show_table
from window.ui.session_keys import IMPORT_DRY, IMPORT_NUMBER, IMPORT_RECEIPT, REGISTER_PART

_SHOWN_REJECTS = 1000


def show_dry_run(page: Frame, upload: Upload, found: DryRun) -> None:
    """Show what would change, what was repaired, and what is rejected."""
    preview = found.preview
    figures = {
        "rows": preview.n_rows,
        "new": preview.n_new,
        "changed": preview.n_changed,
        "unchanged": preview.n_unchanged,
        "vanished": len(preview.vanished),
        "rejected": preview.n_rejected,
        "repaired": sum(preview.repaired_by.values()),
    }
    for column, (name, n) in zip(st.columns(len(figures)), figures.items(), strict=True):
        column.metric(page.say(f"import.{name}"), f"{n:,}")
    if preview.n_needs_geocoding:
        st.caption(page.say("import.no_position", n=preview.n_needs_geocoding))
    if preview.vanished:
        st.warning(page.say("import.vanished_gone" if preview.are_vanished_removed else "import.vanished_kept", n=len(preview.vanished)))
    if preview.changed_fields:
        with st.expander(page.say("import.changed_fields")):
            _counts(page, ((field_name(page, name), n) for name, n in preview.changed_fields.items()))
    if preview.repaired_by:
        with st.expander(page.say("import.repairs")):
            _repairs(page, found)
    _rejects(page, upload, found)


def _counts(page: Frame, counts: Iterable[tuple[str, int]]) -> None:
    """Show kinds and how many of each."""
    show_table([{page.say("import.kind"): name, page.say("register.n"): n} for name, n in counts], highest_px=250)


def _repairs(page: Frame, found: DryRun) -> None:
    """Show what was changed on the way from the file to the register."""
    left, right = st.columns([2, 5])
    with left:
        _counts(page, ((page.word("repair", code), n) for code, n in found.preview.repaired_by.items()))
    with right:
        rows = [
            {
                page.say("import.row"): row,
                page.say("register.field"): field_name(page, one.field),
                page.say("import.kind"): page.word("repair", one.code),
                page.say("import.before"): one.before,
                page.say("import.after"): one.after,
            }
            for row, one in found.preview.first_repairs
        ]
        st.caption(page.say("import.examples", n=len(rows)))
        show_table(rows)


def _rejects(page: Frame, upload: Upload, found: DryRun) -> None:
    """Show the rows that are not accepted, and offer them as a file."""
    st.markdown(f"**{page.say('import.rejects')}**")
    if not found.rejects:
        st.caption(page.say("import.rejects_none"))
        return
    rows: list[Mapping[str, object]] = [
        {
            page.say("import.row"): one.row,
            page.say("register.field"): field_name(page, one.field),
            page.say("register.why"): page.word("reject", one.code),
            page.say("import.rule"): one.reason,
            page.say("import.value"): one.value,
        }
        for one in found.rejects[:_SHOWN_REJECTS]
    ]
    show_table(rows, highest_px=300)
    if len(found.rejects) > _SHOWN_REJECTS:
        st.caption(page.say("import.rejects_first", n=_SHOWN_REJECTS))
    name = f"{upload.name.rpartition('.')[0] or upload.name}-rejects.csv"
    st.download_button(
        page.say("import.rejects_file"),
        rejects_csv(found.rejects),
        file_name=name,
        mime="text/csv",
        key="import-rejects",
        on_click="ignore",
    )


def ask_to_import(page: Frame, upload: Upload, found: DryRun) -> None:
    """Ask for the reason, and import."""
    preview = found.preview
    if preview.same_as_batch is not None:
        st.info(page.say("import.same", batch=preview.same_as_batch))
        return
    if preview.n_rows == preview.n_rejected:
        st.warning(page.say("import.nothing_left"))
        return
    why = st.text_input(
        page.say("register.why"), page.say("import.why_default"), key="import-why", help=page.say("register.why_help"), max_chars=500
    )
    is_sure = True
    if preview.vanished and preview.are_vanished_removed:
        is_sure = st.checkbox(page.say("import.vanished_sure", n=len(preview.vanished)), key=f"import-sure-{found.digest[:12]}")
    if st.button(page.say("import.do"), type="primary", key="import-do", disabled=not is_sure):
        with page.problems_shown():
            with st.status(page.say("import.writing", n=0)) as status:
                receipt = bring_in(
                    page.register,
                    upload,
                    found.spec,
                    person=page.person,
                    why=why,
                    now=page.now,
                    progress=lambda n: status.update(label=page.say("import.writing", n=n)),
                )
            st.session_state[IMPORT_RECEIPT] = receipt
            st.session_state.pop(IMPORT_DRY, None)
            st.session_state[IMPORT_NUMBER] += 1
            st.rerun()


def show_receipt(page: Frame) -> None:
    """Say what the last import did, and what comes next."""
    receipt = st.session_state.get(IMPORT_RECEIPT)
    if receipt is None:
        return
    if not receipt.is_new:
        st.info(page.say("import.done_before", batch=receipt.batch))
        return
    counts = {"new": receipt.n_new, "changed": receipt.n_changed, "unchanged": receipt.n_unchanged}
    st.success(
        page.say("import.done", batch=receipt.batch, **counts, rejected=receipt.n_rejected, vanished=receipt.n_vanished)
        + "\n\n"
        + page.say("import.next")
    )
    st.button(page.say("register.pairs"), key="import-to-pairs", on_click=_to_pairs)


def _to_pairs() -> None:
    """Go on to the duplicates."""
    st.session_state.pop(IMPORT_RECEIPT, None)
    st.session_state[REGISTER_PART] = "pairs"
