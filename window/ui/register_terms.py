"""What a person says about a list that comes in."""

from __future__ import annotations

import streamlit as st

from assets_db.schema import GRADES, field_of
from assets_db.sources import SourceSpec
from assets_db.sources.mapping import FileMapping
from window.registry.terms import ListTerms, known_lists, list_of_file, new_list_id, terms_of_file, terms_of_list
from window.registry.uploads import Upload
from window.ui.frame import Frame


def ask_terms(page: Frame, upload: Upload, mapping: FileMapping | None) -> SourceSpec:
    """Ask which list a file is and what holds for all of it; what is known of the list, or may be supposed, stands there already."""
    key = f"import-{upload.digest[:12]}"
    with page.register.reading() as session:
        lists = known_lists(session)
        before = list_of_file(session, upload.name)
    options = ["", *lists]
    chosen = st.selectbox(
        page.say("import.which"),
        options,
        index=options.index(before) if before in options else 0,
        format_func=lambda one: one or page.say("import.new_list"),
        key=f"{key}-list",
    )
    if chosen:
        source_id = chosen
        with page.register.reading() as session:
            terms = terms_of_list(session, chosen)
    else:
        source_id = st.text_input(page.say("import.source_id"), new_list_id(upload.name, lists), key=f"{key}-id").strip()
        terms = terms_of_file(upload.name)
    return _rest(page, f"{key}-{chosen}", source_id, terms, mapping)


def _rest(page: Frame, key: str, source_id: str, terms: ListTerms, mapping: FileMapping | None) -> SourceSpec:
    """Ask what holds for all rows."""
    columns = st.columns(2)
    owner_class = _code(page, columns[0], "owner_class", terms.owner_class, key)
    asset_type = _code(page, columns[1], "asset_type", terms.asset_type, key)
    lg_code = columns[0].text_input(
        page.say("import.lg_code"), terms.lg_code, placeholder=page.say("import.lg_code_hint"), key=f"{key}-lg", max_chars=6
    )
    as_of = columns[1].date_input(page.say("import.as_of"), value=None, key=f"{key}-day", format="YYYY-MM-DD")
    licence = columns[0].text_input(
        page.say("import.licence"), terms.licence, placeholder=page.say("import.licence_hint"), key=f"{key}-licence", max_chars=200
    )
    credit = columns[1].text_input(page.say("import.credit"), terms.credit, key=f"{key}-credit", max_chars=500)
    grade = columns[0].selectbox(
        page.say("import.grade"), GRADES, index=GRADES.index("B"), format_func=lambda one: page.word("grade", one), key=f"{key}-grade"
    )
    is_complete = st.checkbox(page.say("import.complete"), terms.is_complete, key=f"{key}-complete")
    is_synthetic = st.checkbox(page.say("import.synthetic"), terms.is_synthetic, key=f"{key}-synthetic")
    return SourceSpec(
        source_id=source_id,
        owner_class=owner_class or None,
        asset_type=asset_type or None,
        lg_code=lg_code.strip() or None,
        as_of=as_of,
        grade=grade,
        is_complete=is_complete,
        is_synthetic=is_synthetic,
        licence=licence.strip(),
        credit=credit.strip(),
        mapping=mapping,
    )


def _code(page: Frame, place: st.delta_generator.DeltaGenerator, name: str, before: str, key: str) -> str:
    """Ask for a value of a coded field, or none."""
    options = ["", *field_of(name).values]
    return str(
        place.selectbox(
            page.say(f"import.{name}"),
            options,
            index=options.index(before) if before in options else 0,
            format_func=lambda one: page.word(name, one) if one else page.say("register.none"),
            key=f"{key}-{name}",
        )
    )
