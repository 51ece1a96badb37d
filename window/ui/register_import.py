"""The import wizard: a file, what is said of it, how it is read, a dry run, and only then the import."""

from __future__ import annotations

import streamlit as st

from assets_db.sources import SourceSpec
from assets_db.sources.mapping import FileMapping, parse_mapping
from window.policy import reach
from window.registry.access import may_change
from window.registry.terms import past_imports
from window.registry.uploads import SUFFIXES, Detected, NeedsMappingError, Upload, detect, dry_run, proposed_mapping
from window.ui.frame import Frame, plain
from window.ui.register_dry import ask_to_import, show_dry_run, show_receipt
from window.ui.register_terms import ask_terms
from window.ui.register_words import day_text, field_name, show_table
from window.ui.session_keys import IMPORT_DETECTED, IMPORT_DRY, IMPORT_MAPPING, IMPORT_NUMBER


def show_import(page: Frame) -> None:
    """Show the wizard to those who may import, and what was imported to all."""
    if may_change(page.person):
        show_receipt(page)
        with page.problems_shown():
            _wizard(page)
    else:
        st.info(page.say("import.readers"))
    _past(page)


def _wizard(page: Frame) -> None:
    """Go through the steps, as far as they are done."""
    st.subheader(page.say("import.file"))
    number = st.session_state.setdefault(IMPORT_NUMBER, 0)
    sent = st.file_uploader(
        page.say("import.file_label"), type=list(SUFFIXES), key=f"import-file-{number}", help=page.say("import.file_about")
    )
    if sent is None:
        st.caption(page.say("import.file_about"))
        return
    upload = Upload(given_name=sent.name, content=sent.getvalue())
    mapping = _mapping_in_use(upload)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(page.say("import.terms"))
        spec = ask_terms(page, upload, mapping)
    with right:
        st.subheader(page.say("import.detected"))
        try:
            _show_detected(page, upload, _detected(upload, spec))
        except NeedsMappingError as error:
            st.warning(f"{page.say('import.mapping_needed')}\n\n{plain(str(error))}")
            _correct_mapping(page, upload, is_needed=True)
            return
        _correct_mapping(page, upload, is_needed=False)
    st.subheader(page.say("import.dry"))
    if st.button(page.say("import.dry_run"), type="primary", key="import-dry-run"):
        with st.status(page.say("import.reading", n=0)) as status:
            st.session_state[IMPORT_DRY] = dry_run(
                page.register, upload, spec, progress=lambda n: status.update(label=page.say("import.reading", n=n))
            )
            status.update(label=page.say("import.read", n=st.session_state[IMPORT_DRY].preview.n_rows), state="complete")
    found = st.session_state.get(IMPORT_DRY)
    if found is None or found.digest != upload.digest:
        return
    if found.spec != spec:
        st.info(page.say("import.dry_old"))
        return
    show_dry_run(page, upload, found)
    st.subheader(page.say("import.confirm"))
    ask_to_import(page, upload, found)


def _detected(upload: Upload, spec: SourceSpec) -> Detected:
    """Return how a file is read; looked at anew only when file or terms have changed."""
    kept = st.session_state.get(IMPORT_DETECTED)
    if kept is None or kept[:2] != (upload.digest, spec):
        kept = (upload.digest, spec, detect(upload, spec))
        st.session_state[IMPORT_DETECTED] = kept
    found: Detected = kept[2]
    return found


def _show_detected(page: Frame, upload: Upload, found: Detected) -> None:
    """Show how a file is read."""
    columns = st.columns(3)
    columns[0].metric(page.say("import.format"), found.format)
    columns[1].metric(page.say("import.encoding"), found.encoding or "–")
    columns[2].metric(page.say("import.header_row"), page.say("import.header_row_n", n=found.header_row) if found.header_row else "–")
    rows = [
        {page.say("register.field"): field_name(page, name), page.say("import.column"): column} for name, column in found.mapping.items()
    ]
    show_table(rows, highest_px=290)
    if found.not_read:
        st.caption(page.say("import.not_read", names=plain("、".join(found.not_read)[:400])))
    for note in found.notes:
        st.caption(plain(note))
    if _mapping_in_use(upload) is not None:
        st.caption(page.say("import.mapping_on"))
        if st.button(page.say("import.mapping_off"), key="import-mapping-off"):
            st.session_state.pop(IMPORT_MAPPING)
            st.rerun()


def _mapping_in_use(upload: Upload) -> FileMapping | None:
    """Return the mapping that was given for this very file."""
    digest, mapping = st.session_state.get(IMPORT_MAPPING, ("", None))
    return mapping if digest == upload.digest else None


def _correct_mapping(page: Frame, upload: Upload, *, is_needed: bool) -> None:
    """Let a person say which column holds what."""
    key = f"import-mapping-{upload.digest[:12]}"
    with st.expander(page.say("import.mapping"), expanded=is_needed):
        st.caption(page.say("import.mapping_about"))
        if f"{key}-proposed" not in st.session_state:
            if not is_needed and not st.button(page.say("import.mapping_propose"), key=f"{key}-propose"):
                return
            with page.problems_shown():
                st.session_state[f"{key}-proposed"] = proposed_mapping(upload)
        if f"{key}-proposed" not in st.session_state:
            return
        text = st.text_area(
            page.say("import.mapping"), st.session_state[f"{key}-proposed"], height=300, key=f"{key}-text", label_visibility="collapsed"
        )
        if st.button(page.say("import.mapping_use"), key=f"{key}-use"):
            with page.problems_shown():
                st.session_state[IMPORT_MAPPING] = (upload.digest, parse_mapping(text, source=upload.name))
                st.rerun()


def _past(page: Frame) -> None:
    """Show the last imports."""
    st.subheader(page.say("import.past"))
    with page.register.reading() as session:
        found = past_imports(session)
    if not found:
        st.info(page.say("import.past_none"))
        return
    sees_people = reach(page.person.role, "see", "people") == "everything"
    names = {one.person_id: one.name for one in page.desk.people(asking=page.person.person_id)} if sees_people else {}
    rows = [
        {
            page.say("import.batch"): one.batch,
            page.say("register.day"): day_text(page, one.at),
            page.say("register.list"): one.source_id,
            page.say("import.file_name"): one.file_name,
            page.say("import.rows"): one.n_rows,
            page.say("import.new"): one.n_new,
            page.say("import.changed"): one.n_changed,
            page.say("import.rejected"): one.n_rejected,
            page.say("import.vanished"): one.n_vanished,
            **({page.say("register.who"): names.get(one.who, one.who)} if sees_people else {}),
            page.say("register.why"): one.why,
        }
        for one in found
    ]
    show_table(rows)
