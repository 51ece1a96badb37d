from __future__ import annotations

import html
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.outputs.escape import csv_text, js_safe, script_json

DANGEROUS = set("<>\"'`$\\{}\u2028\u2029\0")


@given(st.text())
def test_safe_text_reads_the_same_and_holds_nothing_that_can_run(text: str) -> None:
    safe = js_safe(text)
    assert not DANGEROUS & set(safe)
    assert html.unescape(safe) == html.unescape(html.escape(text)).replace("\0", "\ufffd")


@given(st.text())
def test_json_in_a_script_reads_back_and_cannot_close_it(text: str) -> None:
    written = script_json({"a": [text]})
    assert json.loads(written) == {"a": [text]}
    assert not {"<", ">", "&", "\u2028", "\u2029"} & set(written)


def test_json_in_a_script_refuses_what_no_browser_reads() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        script_json([float("nan")])


@pytest.mark.parametrize("start", list("=+-@\t\r\n\0＝＋－＠"))
def test_a_formula_becomes_text(start: str) -> None:
    assert csv_text(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("harmless", ["", "街路灯", "1-2", "a=b", " =1"])
def test_other_text_stays_as_it_is(harmless: str) -> None:
    assert csv_text(harmless) == harmless
