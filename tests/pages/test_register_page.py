"""The register page, and what is behind it: lists in, pairs decided, what is known, versions and files out."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from assets_db.errors import InvalidSourceError
from assets_db.sources import SourceSpec
from assets_db.store import Register, RegisterError
from assets_db.unify.register import PairView
from window.errors import InvalidRequestError, NotAllowedError
from window.policy import Person
from window.registry.access import audience_of
from window.registry.exports import Wish, publish, standing, take_away
from window.registry.knowledge import disagreements, heat_table, visible_fields
from window.registry.pairs import decide, open_pairs, side_by_side
from window.registry.terms import new_list_id, past_imports, terms_of_file, terms_of_list
from window.registry.uploads import NeedsMappingError, Upload, bring_in, detect, dry_run, proposed_mapping, rejects_csv
from window.server import server

NOW = dt.datetime(2026, 11, 26, 3, tzinfo=dt.UTC)
Opened = Callable[..., AppTest]
LIST = """\
施設ID,名称,住所,緯度,経度,高さ(m)
A1,=1+1,東京都千代田区1-1,35.68,139.75,8
A2,<img src=x onerror=alert(1)>,東京都千代田区1-2,35.681,139.751,８．５ｍ
A3,場所なし,,,,9
A4,=2+2,東京都千代田区1-4,95.1,239.75,9
"""


def upload(text: str = LIST, name: str = "131016_poles.csv", encoding: str = "cp932") -> Upload:
    return Upload(given_name=name, content=text.encode(encoding))


def person(login: str) -> Person:
    with server().desk.reading(login) as (_, found):
        return found


def register_of(window_folder: Path) -> Register:
    assert window_folder.is_dir()
    return server().register


def texts(at: AppTest) -> str:
    kinds = (at.title, at.subheader, at.markdown, at.caption, at.info, at.success, at.warning, at.error)
    return "\n".join(str(one.value) for kind in kinds for one in kind)


def metrics(at: AppTest) -> dict[str, str]:
    return {one.label: one.value for one in at.metric}


# ---- the wizard


def test_a_cp932_list_goes_from_upload_to_the_register(opened: Opened) -> None:
    at = opened("register", "demo-window")
    before = server().assets.current().change_seq
    at.file_uploader[0].upload("131016_poles.csv", LIST.encode("cp932"), "text/csv").run()
    assert not at.exception
    assert metrics(at) == {"形式": "csv", "文字コード": "cp932", "見出しの行": "1 行目"}
    assert at.text_input[1].value == "131016"  # the code in the name of the file
    at.button(key="import-dry-run").click().run()
    found = metrics(at)
    assert [found[name] for name in ("行", "新規", "変更", "消えた行", "受け付けない行")] == ["4", "2", "0", "0", "2"]
    assert server().assets.current().change_seq == before
    at.text_input(key="import-why").set_value("")
    at.button(key="import-do").click().run()
    assert "理由：入力してください" in at.error[0].value
    assert server().assets.current().change_seq == before
    at.text_input(key="import-why").set_value("年度更新")
    at.button(key="import-do").click().run()
    assert not at.exception
    assert "新規 2" in at.success[0].value
    with server().register.reading() as session:
        last = past_imports(session, most=1)[0]
    assert (last.source_id, last.who, last.why, last.n_new, last.n_rejected) == ("131016_poles", "demo-window", "年度更新", 2, 2)
    at.button(key="import-to-pairs").click().run()
    assert "判断を待つ組" in texts(at)


def test_terms_that_change_ask_for_another_dry_run(opened: Opened) -> None:
    at = opened("register", "demo-admin")
    at.file_uploader[0].upload("poles.csv", LIST.encode("cp932"), "text/csv").run()
    at.button(key="import-dry-run").click().run()
    at.checkbox[0].check().run()
    assert "もう一度試し読み" in texts(at)
    assert not [one for one in at.button if one.key == "import-do"]


@pytest.mark.parametrize("login", ["demo-planner", "demo-auditor", "demo-officer"])
def test_others_read_and_are_asked_for_nothing(opened: Opened, login: str) -> None:
    at = opened("register", login)
    assert not at.exception
    assert not at.file_uploader
    assert "取り込みは窓口職員と管理者が行います" in texts(at)
    assert ("担当" in at.dataframe[0].value.columns) == (login == "demo-auditor")  # logins are for those who may see people
    with pytest.raises(NotAllowedError):
        bring_in(server().register, upload(), SourceSpec(source_id="x"), person=person(login), why="a", now=NOW)


def test_what_a_hostile_file_is_called_is_shown_as_text_and_nothing_else(opened: Opened) -> None:
    at = opened("register", "demo-window")
    at.file_uploader[0].upload("<b>x</b>.csv", b"\x03|\x04\x05\x94\x00\x00", "text/csv").run()
    assert not at.exception
    assert at.error
    assert "<b>" not in at.error[0].value
    assert "siting-upload-" not in at.error[0].value


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04 no archive", b"SQLite format 3\0", b"[[[[" * 5000, b'{"type":"FeatureCollection"', b"<a>" * 2000, b"\xff\xfe\0"],
)
@pytest.mark.parametrize("suffix", ["csv", "zip", "gpkg", "geojson", "xlsx", "xml"])
def test_hostile_content_is_a_typed_error(content: bytes, suffix: str) -> None:
    sent = Upload(given_name=f"a.{suffix}", content=content)
    with pytest.raises(InvalidSourceError) as caught:
        detect(sent, SourceSpec(source_id="x"))
    assert "siting-upload-" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "name"),
    [("../../etc/passwd.csv", "passwd.csv"), ("C:\\a\\b.csv", "b.csv"), ("\x00\n.csv", "csv"), ("", "upload"), ("..", "upload")],
)
def test_a_name_leads_nowhere(given: str, name: str) -> None:
    assert Upload(given_name=given, content=b"").name == name


def test_a_long_name_is_cut_and_keeps_its_suffix() -> None:
    name = Upload(given_name="柱" * 500 + ".csv", content=b"").name
    assert len(name.encode()) < 255
    assert name.endswith(".csv")


def test_nothing_of_an_upload_stays_behind(window_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    dry_run(register_of(window_folder), upload(), SourceSpec(source_id="poles"))
    assert not list(place.iterdir())


def test_rejects_are_all_there_and_harmless(window_folder: Path) -> None:
    found = dry_run(register_of(window_folder), upload(), SourceSpec(source_id="poles"))
    assert len(found.rejects) == found.preview.n_rejected == 2
    rows = list(csv.reader(io.StringIO(rejects_csv(found.rejects).decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["row", "4", "5"]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_columns_nobody_can_tell_are_asked_for(opened: Opened) -> None:
    text = "番号,ア,イ\n1,35.68,139.75\n2,35.69,139.76\n"
    with pytest.raises(NeedsMappingError):
        detect(upload(text), SourceSpec(source_id="x"))
    assert "[columns]" in proposed_mapping(upload(text))
    at = opened("register", "demo-window")
    at.file_uploader[0].upload("a.csv", text.encode(), "text/csv").run()
    assert "対応表を直して" in texts(at)
    at.text_area[0].set_value('[columns]\nsource_key = "番号"\nlat = "ア"\nlon = "イ"\n\n[constants]\nasset_type = "streetlight"\n')
    at.button(key=next(str(one.key) for one in at.button if str(one.key).endswith("-use"))).click().run()
    at.button(key="import-dry-run").click().run()
    assert not at.exception
    assert metrics(at)["新規"] == "2"


def test_a_list_that_comes_again_brings_its_terms_along(window_folder: Path) -> None:
    with register_of(window_folder).reading() as session:
        known = terms_of_list(session, "signals")
        assert known.licence == "ODbL-1.0"
        assert new_list_id("signals.csv", ["signals"]) == "signals-2"
    assert new_list_id("公園.csv", []) == "list"
    assert terms_of_file("222127_aed.csv").lg_code == "222127"
    assert not terms_of_file("222128_20261126.csv").lg_code


def test_rows_gone_from_a_complete_list_need_a_further_yes(opened: Opened) -> None:
    at = opened("register", "demo-window")
    spec = SourceSpec(source_id="poles", is_complete=True)
    bring_in(server().register, upload(name="poles.csv"), spec, person=person("demo-window"), why="first", now=NOW)
    shorter = "\n".join(LIST.splitlines()[:2]) + "\n"
    at.file_uploader[0].upload("poles.csv", shorter.encode("cp932"), "text/csv").run()
    at.button(key="import-dry-run").click().run()
    assert metrics(at)["消えた行"] == "1"
    assert at.button(key="import-do").disabled
    at.checkbox[2].check().run()
    at.button(key="import-do").click().run()
    assert "廃止 1" in at.success[0].value


# ---- pairs


def first_pair(register: Register) -> PairView:
    with register.reading() as session:
        return open_pairs(session)[0]


def test_a_pair_is_shown_side_by_side_and_joined(opened: Opened) -> None:
    at = opened("register", "demo-window", register_part="pairs")
    assert not at.exception
    assert "判断を待つ組：2 組" in texts(at)
    pair = first_pair(server().register)
    at.button(key="pairs-confirm").click().run()
    assert "一つにまとめました" in at.success[0].value
    assert "判断を待つ組：1 組" in texts(at)
    with server().register.reading() as session:
        assert {one.is_gone for one in map(session.asset, pair.asset_ids) if one} == {True, False}
    at.button(key="pairs-split").click().run()
    assert "判断を待つ組はありません" in texts(at)


def test_lists_are_compared_first_and_joined_only_when_asked(opened: Opened) -> None:
    at = opened("register", "demo-admin", register_part="pairs")
    before = server().assets.current().change_seq
    at.button(key="pairs-look").click().run()
    assert {"まとめる組", "疑わしい組"} <= metrics(at).keys()
    assert server().assets.current().change_seq == before
    at.button(key="pairs-apply").click().run()
    assert not at.exception
    assert "疑わしい組は 2 組です" in at.success[0].value


def test_who_may_not_decide_sees_the_pair_without_buttons(opened: Opened) -> None:
    at = opened("register", "demo-planner", register_part="pairs")
    assert "判断は窓口職員と管理者が行います" in texts(at)
    assert not [one for one in at.button if one.key in {"pairs-confirm", "pairs-split", "pairs-look"}]
    with pytest.raises(NotAllowedError):
        decide(server().register, first_pair(server().register), is_same=True, person=person("demo-planner"), why="a", now=NOW)


def test_a_pair_decided_in_between_is_refused(window_folder: Path) -> None:
    register = register_of(window_folder)
    pair = first_pair(register)
    decide(register, pair, is_same=True, person=person("demo-window"), why="same", now=NOW)
    with pytest.raises(RegisterError, match="two assets"):
        decide(register, pair, is_same=True, person=person("demo-admin"), why="same", now=NOW)


def test_restricted_fields_are_compared_only_for_those_allowed(window_folder: Path) -> None:
    register = register_of(window_folder)
    rows = "施設ID,名称,住所,緯度,経度,電話番号\n{},{},東京都1-1,35.68,139.75,{}\n"
    for name, phone in (("one", "03-1111-1111"), ("other", "03-2222-2222")):
        sent = upload(rows.format("K1", "中央公民館", phone), name=f"{name}.csv")
        bring_in(register, sent, SourceSpec(source_id=name), person=person("demo-window"), why="test", now=NOW)
    with register.reading() as session:
        keys = {one: next(iter(session.source_records(one))) for one in ("one", "other")}
        made = PairView(
            one=("one", keys["one"].source_key),
            other=("other", keys["other"].source_key),
            names=("", ""),
            asset_ids=(keys["one"].asset_id, keys["other"].asset_id),
            score=0.8,
            reasons=(),
        )
        seen = {
            login: {row.field for row in side_by_side(session, made, person=person(login))} for login in ("demo-window", "demo-planner")
        }
    assert "contact" in seen["demo-window"]
    assert "contact" not in seen["demo-planner"]
    assert "name" in seen["demo-planner"]


# ---- what is known


def test_the_heat_table_is_that_of_the_function(opened: Opened) -> None:
    at = opened("register", "demo-window", register_part="quality")
    assert not at.exception
    with server().register.reading() as session:
        found = heat_table(session, by="bureau", names=("lat", "sharing"))
    shown = at.dataframe[0].value
    assert list(shown["アセット数"]) == list(found.n_assets)
    assert [round(one, 6) for one in shown["緯度 [deg]"]] == [round(100 * row[0], 6) for row in found.shares]
    at.selectbox(key="quality-by").select("asset_type").run()
    assert not at.exception
    assert "街路灯" in set(at.dataframe[0].value["種別ごと"])
    at.multiselect(key="quality-fields").set_value([]).run()
    assert "項目を一つ以上" in texts(at)


def test_restricted_fields_are_no_column_of_those_who_may_not_see_them(opened: Opened) -> None:
    at = opened("register", "demo-planner", register_part="quality")
    assert not at.exception
    assert "contact" not in visible_fields(audience_of(person("demo-planner")))
    assert "contact" in visible_fields(audience_of(person("demo-window")))
    with server().register.reading() as session:
        found = disagreements(session, audience=audience_of(person("demo-planner")), most=3)
    assert len(found.first) == min(3, found.n_all)


# ---- versions and files


def test_versions_are_published_and_taken_away(opened: Opened) -> None:
    at = opened("register", "demo-window", register_part="versions")
    assert "まだ版がありません" in texts(at)
    at.button(key="versions-publish").click().run()
    assert "第 1 版を公開しました" in texts(at)
    assert "前の版から変更がありません" in texts(at)
    at.multiselect(key="versions-formats").set_value(["csv", "geojson", "gpkg", "xlsx"])
    at.selectbox(key="versions-encoding").select("cp932")
    at.button(key="versions-make").click().run()
    assert not at.exception
    names = {str(getattr(one, "label", "")) for one in at.get("download_button")}
    assert {"assets.csv", "assets.geojson", "assets.gpkg", "assets.xlsx", "dictionary.csv", "manifest.json"} <= names


def test_a_version_stays_as_it_was_and_changes_are_told(window_folder: Path) -> None:
    register, staff = register_of(window_folder), person("demo-window")
    publish(register, person=staff, why="first", now=NOW)
    first = take_away(register, Wish(version=1), person=staff, now=NOW)
    bring_in(register, upload(), SourceSpec(source_id="poles"), person=staff, why="more", now=NOW + dt.timedelta(hours=1))
    again = take_away(register, Wish(version=1), person=staff, now=NOW)
    assert first.archive() == again.archive()
    assert first.files["assets.csv"] != take_away(register, Wish(), person=staff, now=NOW).files["assets.csv"]
    publish(register, person=staff, why="second", now=NOW)
    with pytest.raises(InvalidRequestError, match="no change"):
        publish(register, person=staff, why="third", now=NOW)
    with register.reading() as session:
        assert len(standing(session).versions) == 2
    told = take_away(register, Wish(version=2, since=1), person=staff, now=NOW)
    assert told.name == "assets-v2-since-v1.zip"
    assert len(list(csv.reader(io.StringIO(told.files["delta.csv"].decode("utf-8-sig"))))) == 3
    with zipfile.ZipFile(io.BytesIO(told.archive())) as archive:
        assert json.loads(archive.read("manifest.json"))["since_version"] == 1


def test_the_restricted_view_is_for_those_allowed_and_is_noted(opened: Opened) -> None:
    at = opened("register", "demo-planner", register_part="versions")
    assert not at.exception
    assert not at.radio
    assert not [one for one in at.button if one.key == "versions-publish"]
    register = server().register
    with pytest.raises(NotAllowedError):
        take_away(register, Wish(view="restricted"), person=person("demo-planner"), now=NOW)
    with pytest.raises(NotAllowedError):
        publish(register, person=person("demo-officer"), why="a", now=NOW)
    with register.reading() as session:
        before = session.audit_head().seq
    files = take_away(register, Wish(view="restricted"), person=person("demo-auditor"), now=NOW).files
    assert "contact" in files["assets.csv"].decode("utf-8-sig").splitlines()[0]
    with register.reading() as session:
        assert session.audit_head().seq == before + 1
    public = take_away(register, Wish(), person=person("demo-auditor"), now=NOW).files
    assert "contact" not in public["assets.csv"].decode("utf-8-sig").splitlines()[0]


def test_what_to_survey_first_is_ranked_on_the_page_and_as_a_file(opened: Opened) -> None:
    at = opened("register", "demo-planner", register_part="quality")
    at.selectbox(key="survey-area").set_value("demo_register")
    next(one for one in at.button if one.label == "順位を計算").click().run(timeout=180)
    assert not at.exception
    ranked = at.dataframe[-1].value
    assert list(ranked["順位"]) == list(range(1, len(ranked) + 1))
    assert len(ranked) == 30
    assert set(ranked["計画で使用"]) <= {"○", "–"}
    gains = [float(one.split()[0].replace(",", "")) for one in ranked["分かると増えるカバー（見込み）"]]
    assert gains == sorted(gains, reverse=True)
    assert "詳しく計算しました" in texts(at)
