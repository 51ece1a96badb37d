"""The pages say what the code does."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from scenarios import demand_tables, register_tables, rule_tables, scenario
from scenarios.outputs import FILES
from scenarios.run import run_scenario
from siting import RadioParams
from siting.radio.bands import band_presets

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
TABLES: dict[str, tuple[type[BaseModel], ...]] = {
    "scenario": (scenario.About,),
    "area": (scenario.Area,),
    "buildings": (scenario.Buildings,),
    "ground": (scenario.GroundFile,),
    "vegetation": (scenario.VegetationFile,),
    "candidates": (
        scenario.CsvAssets,
        scenario.OsmAssets,
        scenario.StationAssets,
        register_tables.RegisterAssets,
        register_tables.RegisterList,
        scenario.AlongRoads,
        scenario.AlongFronts,
        scenario.OnRoofs,
    ),
    "zones": (scenario.PolygonZones, scenario.CircleZone, scenario.AreaZone),
    "demand": (demand_tables.Demand, demand_tables.WeightByArea, demand_tables.WeightByMesh, demand_tables.WeightByFacilities),
    "facilities": (demand_tables.FacilityTable,),
    "rules": (
        rule_tables.Rules,
        rule_tables.Wards,
        rule_tables.QuotaRule,
        rule_tables.EitherOr,
        rule_tables.OnlyWith,
        rule_tables.TargetRule,
    ),
    "carriers": (rule_tables.CarrierTable,),
    "sharing": (rule_tables.SharingTable,),
    "robust": (rule_tables.Robust,),
    "solve": (scenario.Solve,),
    "map": (scenario.Map,),
}
FIELDS = [(section, model, name) for section, models in TABLES.items() for model in models for name in model.model_fields]
BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def section(text: str, title: str) -> str:
    """Return what stands under a heading of the second level."""
    return re.split(r"^## ", text.split(f"\n## {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def rows_of(text: str, key: str) -> list[str]:
    """Return the rows of tables whose first cell names a key."""
    return [line for line in text.splitlines() if line.startswith("|") and f"`{key}`" in line.split("|")[1]]


def says(row: str, value: str) -> bool:
    """Tell whether a value stands in a row, not as a part of a longer number."""
    return re.search(rf"(?<![\d.,]){re.escape(value)}(?!\d|[.,]\d)", row) is not None


def bounds_of(model: type[BaseModel], name: str) -> list[str]:
    """Return the limits of a number as the page writes them."""
    schema = model.model_json_schema()["properties"][name]
    parts = [schema, *schema.get("anyOf", [])]
    return [f"{part[bound]:,.16g}" for part in parts for bound in BOUNDS if bound in part]


def default_of(model: type[BaseModel], name: str) -> str | None:
    """Return a default as the page writes it; None where the page may describe it."""
    default = model.model_fields[name].default
    if default is PydanticUndefined or default is None or isinstance(default, (tuple, dict, BaseModel)):
        return None
    return f"`{json.dumps(default)}`"


def test_every_table_has_its_section() -> None:
    assert set(TABLES) | {"radio"} == set(scenario.Scenario.model_fields)


@pytest.mark.parametrize(("title", "model", "name"), FIELDS, ids=[f"{model.__name__}.{name}" for _, model, name in FIELDS])
def test_the_page_names_every_key_with_its_limits_and_default(title: str, model: type[BaseModel], name: str) -> None:
    rows = rows_of(section(page("scenario.md"), title), name)
    wanted = [*bounds_of(model, name), *([default] if (default := default_of(model, name)) else [])]
    assert any(all(says(row, one) for one in wanted) for row in rows), (wanted, rows)


def test_the_page_names_no_key_that_does_not_exist() -> None:
    for title, models in TABLES.items():
        known = {name for model in models for name in model.model_fields} | {"weight.by"}
        fields = {"lat", "lon", "asset_id", "height_agl_m", "existing"} if title == "candidates" else set()
        for line in section(page("scenario.md"), title).splitlines():
            if line.startswith("| `"):
                assert {key.strip('"') for key in re.findall(r"`([^`]+)`", line.split("|")[1])} - {
                    "area",
                    "mesh",
                    "facilities",
                } <= known | fields


def test_every_example_of_a_table_is_valid_in_the_demo() -> None:
    demo = tomllib.loads((ROOT / "scenarios" / "demo" / "demo.toml").read_text(encoding="utf-8"))
    examples = re.findall(r"```toml\n(.*?)```", page("scenario.md"), flags=re.DOTALL)
    assert len(examples) >= len(scenario.Scenario.model_fields)
    for example in examples:
        tables = demo | tomllib.loads(example)
        scenario.Scenario.model_validate(_tuples(tables))


def _tuples(value: object) -> object:
    if isinstance(value, dict):
        return {key: _tuples(one) for key, one in value.items()}
    return tuple(_tuples(one) for one in value) if isinstance(value, list) else value


def test_the_presets_are_those_of_the_data_file() -> None:
    text = section(page("scenario.md"), "radio")
    names = re.findall(r"\| (\S+GHz) (?=\|)", text)
    assert set(names) == set(band_presets())
    for name in RadioParams.__dataclass_fields__:
        (row,) = rows_of(text, name)
        cells = [cell.strip() for cell in row.strip("|").split("|")][2:]
        for band, cell in zip(names, cells, strict=True):
            value = getattr(RadioParams.from_preset(band), name)
            assert json.loads(cell.strip("`")) == value, (band, name)


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("docs") / "run"
    run_scenario(ROOT / "scenarios" / "demo" / "demo.toml", out)
    return out


def test_the_page_explains_every_file(run_folder: Path) -> None:
    intro = page("outputs.md").split("\n## ", 1)[0]
    assert all(f"`{path.name}`" in intro for path in run_folder.iterdir())
    assert {path.name for path in run_folder.iterdir()} == set(FILES)


@pytest.mark.parametrize("name", ["sites.csv", "kpis.csv", "rejects.csv"])
def test_the_page_explains_every_column_in_both_languages(run_folder: Path, name: str) -> None:
    header = next(csv.reader(io.StringIO((run_folder / name).read_text(encoding="utf-8-sig"))))
    text = section(page("outputs.md"), "sites.csv, sites.geojson, sites.gpkg" if name == "sites.csv" else name)
    explained = [key for line in text.splitlines() if line.startswith("| `") for key in re.findall(r"`([^`]+)`", line.split("|")[1])]
    assert explained == header
    assert all(re.search(r"[ぁ-んァ-ヶ一-龠]|ID", line.split("|")[2]) for line in text.splitlines() if line.startswith("| `"))


def test_the_page_explains_every_field_of_the_plan(run_folder: Path) -> None:
    plan = json.loads((run_folder / "plan.json").read_text(encoding="utf-8"))
    text = section(page("outputs.md"), "plan.json")
    for name, value in plan.items():
        rows = rows_of(text, name) or rows_of(text, f"{name}.{next(iter(value))}")
        assert rows, name
        if name in {"work", "buildings"}:
            assert all(f"`{key}`" in rows[0] for key in value), name
        if name in {"zones", "candidates", "inputs"}:
            assert all(f"`{key}`" in rows[0] for key in value[0]), name


def test_every_dependency_is_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {
        re.split(r"[<>=\[ ]", one, maxsplit=1)[0]
        for one in (*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra))
    }
    text = page("decisions/002-dependencies.md").split("## Rejected")[0]
    assert set(re.findall(r"`([a-z0-9-]+)`[:,]", text)) == names


@pytest.mark.parametrize("path", sorted(DOCS.rglob("*.md")), ids=lambda path: path.name)
def test_links_between_pages_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        linked = path if not name else path.parent / name
        assert linked.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", linked.read_text(encoding="utf-8"), flags=re.MULTILINE)
            assert anchor in {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}, target


@pytest.mark.parametrize("path", sorted((DOCS / "decisions").glob("*.md")), ids=lambda path: path.name)
def test_a_decision_is_one_short_page(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# {path.name[:3]} ")
    assert len(text.splitlines()) <= 40
