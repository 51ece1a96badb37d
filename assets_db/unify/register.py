"""One asset per real thing: the register's records joined, and what people say of doubtful pairs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar, cast

import sqlalchemy as sa

from assets_db.record import AssetRecord, Json
from assets_db.store import MANUAL, ReadingSession, Register, RegisterError, WritingSession
from assets_db.store.asset_rows import source_record
from assets_db.store.states import NewState, merge_assets, put_assets
from assets_db.store.tables import ASSETS, PAIRS, SOURCE_RECORDS
from assets_db.unify.candidates import Member, member_of
from assets_db.unify.clusters import Clusters, Key, Verdict, cluster_members
from assets_db.unify.scores import ScoredPair, scored_pairs
from assets_db.unify.settings import Settings, settings

_AT_ONCE = 500
_One = TypeVar("_One")


@dataclass(frozen=True, slots=True, kw_only=True)
class PairView:
    """
    Two records side by side.

    Attributes
    ----------
    one, other
        Source and key of each, the lower first.
    names, asset_ids
        What they are called, and the assets they belong to now.
    score, reasons
        See :class:`assets_db.unify.scores.ScoredPair`.
    """

    one: Key
    other: Key
    names: tuple[str, str]
    asset_ids: tuple[str, str]
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class UnifyReport:
    """
    What unifying did, or would do.

    Attributes
    ----------
    n_records, n_assets_before, n_assets_after
        Records of lists, and the assets they make.
    joined, doubtful
        Pairs joined, and pairs for a person, the likeliest first.
    is_applied
        Whether the register was changed.
    """

    n_records: int
    n_assets_before: int
    n_assets_after: int
    joined: tuple[PairView, ...]
    doubtful: tuple[PairView, ...]
    is_applied: bool


def unify_register(register: Register, *, who: str, why: str, now: dt.datetime, apply: bool, rules: Settings | None = None) -> UnifyReport:
    """
    Find records of one real thing across lists and, if asked, make one asset of them.

    The asset known longest keeps its id; the others become tombstones that name it. Records stay as they were sent. Doubtful
    pairs replace those still open. A second run changes nothing.

    Parameters
    ----------
    register
        The register.
    who, why, now
        For the audit trail.
    apply
        Change the register; else only say what would change.
    rules
        How pairs are judged; those of the package by default.

    Raises
    ------
    RegisterError
        The database refused.
    """
    chosen = rules or settings()
    if not apply:
        with register.reading() as session:
            members, names = _members(session)
            return _report(members, names, _clusters(session, members, chosen), is_applied=False)
    with register.writing(who=who, why=why, now=now) as session:
        members, names = _members(session)
        clusters = _clusters(session, members, chosen)
        report = _report(members, names, clusters, is_applied=True)
        n_joined = _join(session, members, clusters)
        is_queue_new = _queue(session, members, clusters.doubtful)
        if n_joined or is_queue_new:
            session.audit("unify", {"assets_joined": n_joined, "pairs_doubtful": len(clusters.doubtful)})
        return report


def doubtful_pairs(session: ReadingSession) -> Iterator[PairView]:
    """Yield the pairs that wait for a person, the likeliest first."""
    rows = session.connection.execute(sa.select(PAIRS).where(PAIRS.c.state == "open").order_by(PAIRS.c.score.desc(), PAIRS.c.pair)).all()
    for row in rows:
        keys: tuple[Key, Key] = ((row.source_id_a, row.source_key_a), (row.source_id_b, row.source_key_b))
        found = [_record(session, key) for key in keys]
        if all(one is not None for one in found):
            asset_ids, records = zip(*(cast("tuple[str, AssetRecord]", one) for one in found), strict=True)
            yield PairView(
                one=keys[0],
                other=keys[1],
                names=(records[0].text("name"), records[1].text("name")),
                asset_ids=(asset_ids[0], asset_ids[1]),
                score=row.score,
                reasons=tuple(row.reasons),
            )


def confirm_pair(session: WritingSession, one: Key, other: Key) -> str:
    """
    Say that two records are of one thing; return the asset they make.

    Raises
    ------
    RegisterError
        There is no such record, or both are of one asset already.
    """
    ids = [_asset_id(session, key) for key in (one, other)]
    if ids[0] == ids[1]:
        raise RegisterError(f"pair must be of two assets, got {_shown(one)} and {_shown(other)} of {ids[0]}")
    survivor, absorbed = _by_age(session, ids)
    _merge_into(session, {survivor: absorbed})
    _say(session, one, other, Verdict.CONFIRMED)
    session.audit("confirm_pair", {"one": list[Json](one), "other": list[Json](other), "asset_id": survivor})
    return survivor


def split_record(session: WritingSession, key: Key) -> str:
    """
    Say that a record is no part of the asset it was joined to; return the id of the asset it makes from now on.

    The record goes back to the asset it began as. If it is the one that the asset is named for, the others go, together.

    Raises
    ------
    RegisterError
        There is no such record, or it is alone.
    """
    asset_id = _asset_id(session, key)
    others = [(one.source_id, one.source_key) for one in session.records_of(asset_id) if one.source_id != MANUAL]
    others = [one for one in others if one != key]
    if not others:
        raise RegisterError(f"record must be one of several of its asset, got {_shown(key)} alone in {asset_id}")
    moving, own_id = ([key], _shown(key)) if _shown(key) != asset_id else (others, _shown(others[0]))
    for source_id, source_key in moving:
        is_it = (SOURCE_RECORDS.c.source_id == source_id) & (SOURCE_RECORDS.c.source_key == source_key)
        session.connection.execute(SOURCE_RECORDS.update().where(is_it).values(asset_id=own_id))
    merge_assets(session.connection, (asset_id, own_id), session.now)
    for other in others:
        _say(session, key, other, Verdict.SPLIT)
    session.audit("split_record", {"record": list[Json](key), "from": asset_id, "asset_id": own_id})
    return own_id if moving == [key] else asset_id


def split_pair(session: WritingSession, one: Key, other: Key) -> None:
    """
    Say that two records of different assets are different things: they are not asked about again.

    Raises
    ------
    RegisterError
        There is no such record, or both are of one asset; then one of them has to be split from it.
    """
    ids = [_asset_id(session, key) for key in (one, other)]
    if ids[0] == ids[1]:
        raise RegisterError(f"pair must be of two assets (split a record from its asset instead), got both of {ids[0]}")
    _say(session, one, other, Verdict.SPLIT)
    session.audit("split_pair", {"one": list[Json](one), "other": list[Json](other)})


def _members(session: ReadingSession) -> tuple[list[Member], list[str]]:
    """Return the live records of all lists in the order of their keys, and their names."""
    query = sa.select(SOURCE_RECORDS).where(SOURCE_RECORDS.c.is_gone.is_(False), SOURCE_RECORDS.c.source_id != MANUAL)
    query = query.order_by(SOURCE_RECORDS.c.source_id, SOURCE_RECORDS.c.source_key)
    members, names = [], []
    with session.connection.execute(query, execution_options={"yield_per": 1000}) as result:
        for row in result.mappings():
            one = source_record(cast("Mapping[str, object]", row))
            members.append(member_of(one.record, one.source_id, one.source_key, one.asset_id))
            names.append(one.record.text("name"))
    order = sorted(range(len(members)), key=lambda i: members[i].key)  # databases sort text in their own ways
    return [members[i] for i in order], [names[i] for i in order]


def _clusters(session: ReadingSession, members: Sequence[Member], rules: Settings) -> Clusters:
    """Return the clusters that the records make."""
    verdicts = {
        frozenset({(row.source_id_a, row.source_key_a), (row.source_id_b, row.source_key_b)}): Verdict(row.state)
        for row in session.connection.execute(sa.select(PAIRS).where(PAIRS.c.state != "open"))
    }
    return cluster_members(members, scored_pairs(members, rules), verdicts, rules)


def _report(members: Sequence[Member], names: Sequence[str], clusters: Clusters, *, is_applied: bool) -> UnifyReport:
    def view(pair: ScoredPair) -> PairView:
        one, other = members[pair.one], members[pair.other]
        return PairView(
            one=one.key,
            other=other.key,
            names=(names[pair.one], names[pair.other]),
            asset_ids=(one.asset_id, other.asset_id),
            score=pair.score,
            reasons=pair.reasons,
        )

    return UnifyReport(
        n_records=len(members),
        n_assets_before=len({member.asset_id for member in members}),
        n_assets_after=len(set(clusters.cluster)),
        joined=tuple(view(pair) for pair in clusters.joined),
        doubtful=tuple(view(pair) for pair in clusters.doubtful),
        is_applied=is_applied,
    )


def _join(session: WritingSession, members: Sequence[Member], clusters: Clusters) -> int:
    """Make one asset of each cluster of several, and return how many assets were absorbed."""
    ids: dict[int, set[str]] = {}
    for member, cluster in zip(members, clusters.cluster, strict=True):
        ids.setdefault(cluster, set()).add(member.asset_id)
    several = [sorted(one) for one in ids.values() if len(one) > 1]
    into: dict[str, list[str]] = {}
    for group in several:
        survivor, absorbed = _by_age(session, group)
        into[survivor] = absorbed
    _merge_into(session, into)
    return sum(len(absorbed) for absorbed in into.values())


def _by_age(session: ReadingSession, asset_ids: Sequence[str]) -> tuple[str, list[str]]:
    """Return the asset known longest, and the others."""
    query = sa.select(ASSETS.c.asset_id).where(ASSETS.c.asset_id.in_(asset_ids)).order_by(ASSETS.c.asset_no)
    first, *others = session.connection.execute(query).scalars().all()
    return first, others


def _merge_into(session: WritingSession, into: Mapping[str, Sequence[str]]) -> None:
    """Give the records of absorbed assets to the surviving ones, and leave tombstones."""
    moves = [{"old": old, "new": new} for new, absorbed in into.items() for old in absorbed]
    for part in _parts(moves):
        move = SOURCE_RECORDS.update().where(SOURCE_RECORDS.c.asset_id == sa.bindparam("old")).values(asset_id=sa.bindparam("new"))
        gone = [session.asset(one["old"]) for one in part]
        session.connection.execute(move, part)
        states = [
            NewState(asset_id=one["old"], record=asset.record, is_gone=True, merged_into=one["new"])
            for one, asset in zip(part, gone, strict=True)
            if asset is not None
        ]
        put_assets(session.connection, states, session.now)
    for survivors in _parts(sorted(into)):
        merge_assets(session.connection, survivors, session.now)


def _queue(session: WritingSession, members: Sequence[Member], doubtful: Sequence[ScoredPair]) -> bool:
    """Replace the open pairs, and tell whether they are others than before."""
    columns = (PAIRS.c.source_id_a, PAIRS.c.source_key_a, PAIRS.c.source_id_b, PAIRS.c.source_key_b)
    before = {tuple(row) for row in session.connection.execute(sa.select(*columns, PAIRS.c.score).where(PAIRS.c.state == "open"))}
    rows = [
        {
            **dict(zip(("source_id_a", "source_key_a"), members[pair.one].key, strict=True)),
            **dict(zip(("source_id_b", "source_key_b"), members[pair.other].key, strict=True)),
            "score": round(pair.score, 6),
            "reasons": list(pair.reasons),
            "state": "open",
            "who": session.who,
            "at": session.now,
            "why": session.why,
        }
        for pair in doubtful
    ]
    if before == {(row["source_id_a"], row["source_key_a"], row["source_id_b"], row["source_key_b"], row["score"]) for row in rows}:
        return False
    session.connection.execute(PAIRS.delete().where(PAIRS.c.state == "open"))
    if rows:
        session.connection.execute(PAIRS.insert(), rows)
    return True


def _say(session: WritingSession, one: Key, other: Key, verdict: Verdict) -> None:
    """Keep what a person says of a pair, whatever was said before."""
    low, high = sorted((one, other))
    columns = PAIRS.c
    is_it = (columns.source_id_a == low[0]) & (columns.source_key_a == low[1])
    is_it &= (columns.source_id_b == high[0]) & (columns.source_key_b == high[1])
    said = {"state": str(verdict), "who": session.who, "at": session.now, "why": session.why}
    if session.connection.execute(PAIRS.update().where(is_it).values(**said)).rowcount == 0:
        keys = {"source_id_a": low[0], "source_key_a": low[1], "source_id_b": high[0], "source_key_b": high[1]}
        session.connection.execute(PAIRS.insert().values(**keys, score=1.0 if verdict is Verdict.CONFIRMED else 0.0, reasons=[], **said))


def _record(session: ReadingSession, key: Key) -> tuple[str, AssetRecord] | None:
    """Return the asset and content of a live record."""
    is_it = (SOURCE_RECORDS.c.source_id == key[0]) & (SOURCE_RECORDS.c.source_key == key[1]) & SOURCE_RECORDS.c.is_gone.is_(False)
    row = session.connection.execute(sa.select(SOURCE_RECORDS).where(is_it)).mappings().first()
    if row is None:
        return None
    found = source_record(cast("Mapping[str, object]", row))
    return found.asset_id, found.record


def _asset_id(session: ReadingSession, key: Key) -> str:
    """Return the asset of a record that has to be there."""
    found = _record(session, key)
    if found is None or key[0] == MANUAL:
        raise RegisterError(f"record must be one of a list (SOURCE:KEY), got {_shown(key)}")
    return found[0]


def _shown(key: Key) -> str:
    """Return a record as people write it, which is also the id of the asset it began as."""
    return f"{key[0]}:{key[1]}"


def _parts(items: Sequence[_One]) -> Iterator[list[_One]]:
    rest = iter(items)
    while part := list(islice(rest, _AT_ONCE)):
        yield part
