"""The door for whoever draws processes: files, tables, decision tables, trials, versions and what can be learnt."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.workflow import comparing, decisions, mining, moving, plans, selectors
from tinhso.foundation.workflow.comparing import Difference
from tinhso.foundation.workflow.compiler import compile_process
from tinhso.foundation.workflow.drawing.reading import read_table
from tinhso.foundation.workflow.drawing.table import KINDS, Row, StepTable, Way
from tinhso.foundation.workflow.drawing.writing import slug, write_table
from tinhso.foundation.workflow.mining import Followed, TimeSpent, Variant
from tinhso.foundation.workflow.records import MigrationView, MovableCase, ProcessJudgement, ProcessRefusedError
from tinhso.foundation.workflow.trial import chance, clicking, replay
from tinhso.foundation.workflow.trial.automaton import TooLargeError
from tinhso.foundation.workflow.trial.chance import Simulated
from tinhso.foundation.workflow.trial.clicking import Walked
from tinhso.foundation.workflow.trial.replay import Replayed
from tinhso.lib.decisions import Decision, DecisionError

__all__ = [
    "KINDS",
    "Decision",
    "DecisionError",
    "Difference",
    "Followed",
    "MigrationView",
    "MovableCase",
    "ProcessJudgement",
    "ProcessRefusedError",
    "Replayed",
    "Row",
    "Simulated",
    "StepTable",
    "TimeSpent",
    "TooLargeError",
    "Variant",
    "Walked",
    "Way",
    "change_step_hours",
    "click_through",
    "compare_processes",
    "decide",
    "decision_file",
    "decision_key",
    "decision_problems",
    "decision_tables",
    "decision_versions",
    "followed",
    "judge_process",
    "latest_decision",
    "latest_version",
    "migrate_batch",
    "migration",
    "migrations",
    "open_counts",
    "process_problems",
    "processes",
    "proposed_map",
    "publish_decision",
    "publish_process",
    "read_table",
    "replay_histories",
    "revert_batch",
    "simulate",
    "slug",
    "start_migration",
    "time_spent",
    "try_migration",
    "variants",
    "version_file",
    "versions_of",
    "write_table",
]

# -- processes ------------------------------------------------------------------------------------------------


def process_problems(bpmn: bytes) -> list[tuple[str, str, str]]:
    """What keeps a process file from being published: (element, what is wrong, what to do); empty when nothing does."""
    return plans.process_problems(bpmn)


def judge_process(bpmn: bytes) -> ProcessJudgement:
    """Problems and warnings of a process file, for whoever draws it; a file without our own attributes is judged on
    its flow alone (a missing role or hour limit is a warning then)."""
    return plans.judge(bpmn)


def publish_process(*, key: str, name: str, bpmn: bytes, at: datetime, by: str = "") -> int:
    """Compile, check soundness and publish as the next version; id of the version (the same for the same bytes).

    Raises ProcessRefusedError.
    """
    return plans.publish(key=key, name=name, bpmn=bpmn, at=at, by=by)


def latest_version(*, key: str) -> int:
    """The version new cases follow. Raises LookupError."""
    return plans.latest_version(key)


def change_step_hours(*, version_id: int, hours: Mapping[str, str], at: datetime, by: str = "") -> int:
    """Publish the process anew with other working hours for some steps ("" for none); running cases stay as they are.

    Raises LookupError for a step that is not there, ProcessRefusedError.
    """
    return plans.change_hours(version_id=version_id, hours=dict(hours), at=at, by=by)


def processes() -> Sequence[Mapping[str, Any]]:
    """Processes in force with their steps: version_id, key, name, number, published_at, checks, steps."""
    return selectors.processes()


# -- decision tables -------------------------------------------------------------------------------------------


def decision_problems(dmn: bytes) -> tuple[list[tuple[str, str, str]], list[tuple[str, str, str]]]:
    """What keeps a decision table (bảng quyết định, DMN) from being published, and what to look at: (place, what is
    wrong, what to do)."""
    return decisions.problems_of(dmn)


def publish_decision(*, dmn: bytes, at: datetime, by: str = "") -> int:
    """Publish a decision table as the next version of its key; id of the version. Raises ProcessRefusedError.

    Processes published from now on take it; those in force keep theirs.
    """
    return decisions.publish(dmn=dmn, at=at, by=by)


def decision_file(*, version_id: int) -> bytes:
    """The DMN of a published decision table. Raises LookupError."""
    return decisions.file_of(version_id)


def decision_key(*, version_id: int) -> str:
    """The key of the table a version belongs to. Raises LookupError."""
    return decisions.key_of(version_id)


def decision_tables() -> Sequence[Mapping[str, Any]]:
    """Decision tables in force: version_id, key, name, number, published_at, rules."""
    return decisions.in_force()


def decision_versions(*, key: str) -> list[int]:
    """Versions of a decision table, newest first."""
    return decisions.versions_of(key)


def latest_decision(*, key: str) -> int:
    """The version of a decision table in force. Raises LookupError."""
    return decisions.latest(key)


def decide(*, version_id: int, facts: Mapping[str, Any], at: datetime | None = None) -> Decision:
    """What a decision table answers for these facts, the rows that fired and their legal basis.

    Raises LookupError, DecisionError (rows that contradict each other).
    """
    return decisions.decide(version_id=version_id, facts=facts, at=at)


# -- trials ---------------------------------------------------------------------------------------------------


def click_through(*, bpmn: bytes, clicks: Sequence[str], variables: Mapping[str, Any]) -> Walked:
    """A draft walked by clicks with a virtual clock. Raises ProcessRefusedError for a file that cannot run."""
    return clicking.walk(_plan(bpmn), clicks, variables)


def replay_histories(
    *, bpmn: bytes, process_key: str, since: datetime, node_map: Mapping[str, str] | None = None, limit: int = 2000
) -> list[Replayed]:
    """Cases that ended since, lived once more on a draft. Raises ProcessRefusedError."""
    return replay.replay(_plan(bpmn), mining.histories(process_key=process_key, since=since, limit=limit), node_map)


def simulate(
    *, bpmn: bytes, process_key: str, since: datetime, cases: int = 10_000, limit_hours: float | None = None,
    seed: int = 1,
) -> Simulated:  # fmt: skip
    """Many cases by chance, with step times and answers as measured since. limit_hours: the legal time in working
    hours. Raises ProcessRefusedError, TooLargeError."""
    measured = mining.profile(process_key=process_key, since=since)
    return chance.simulate(_plan(bpmn), measured, cases=cases, limit_hours=limit_hours, seed=seed)


def _plan(bpmn: bytes) -> dict[str, Any]:
    plan, problems = compile_process(bpmn)
    if plan is None:
        raise ProcessRefusedError(problems)
    return plan


# -- versions side by side ------------------------------------------------------------------------------------


def version_file(*, version_id: int) -> tuple[str, int, bytes]:
    """(key, number, BPMN) of a published version. Raises LookupError."""
    return plans.file_of(version_id)


def versions_of(*, key: str) -> Sequence[Mapping[str, Any]]:
    """Published versions of a process, newest first: version_id, number, status, published_at, published_by, checks."""
    return plans.versions_of(key)


def compare_processes(*, old: bytes, new: bytes) -> list[Difference]:
    """What differs between two files, as an official reads it: steps, who does them, hours, ways."""
    return comparing.compare(read_table(old), read_table(new))


# -- what can be learnt ---------------------------------------------------------------------------------------


def time_spent(*, process_key: str, by: str, since: datetime) -> list[TimeSpent]:
    """Where time went, most first. by: step | unit | topic (procedure)."""
    return mining.times(process_key=process_key, by=by, since=since)


def followed(*, process_key: str, since: datetime) -> list[Followed]:
    """Which step really followed which, and whether it is drawn so."""
    return mining.followed(process_key=process_key, since=since)


def variants(*, process_key: str, since: datetime) -> list[Variant]:
    """The courses ended cases took, commonest first."""
    return mining.variants(process_key=process_key, since=since)


# -- running cases to another version ---------------------------------------------------------------------------


def proposed_map(*, from_version: int, to_version: int) -> tuple[dict[str, str], list[str]]:
    """Old step → new step where only the key changed, and steps with no counterpart, to be mapped by hand."""
    return moving.proposed_map(from_version=from_version, to_version=to_version)


def try_migration(
    *, from_version: int, to_version: int, node_map: Mapping[str, str], limit: int = 1000
) -> list[MovableCase]:
    """Every running case with the reason it can or cannot go over to the other version; nothing is changed."""
    return moving.dry_run(from_version=from_version, to_version=to_version, node_map=node_map, limit=limit)


def start_migration(
    *, from_version: int, to_version: int, node_map: Mapping[str, str], timers: str, actor: Actor, reason: str,
    at: datetime,
) -> int:  # fmt: skip
    """Note a migration (chuyển phiên bản); the batches follow. timers: `keep` their moment, or `restart` from now.

    Raises ValueError with a Vietnamese sentence.
    """
    return moving.start(
        from_version=from_version, to_version=to_version, node_map=node_map, timers=timers, actor=actor, reason=reason,
        at=at,
    )  # fmt: skip


def migrate_batch(*, migration_id: int, at: datetime, size: int = moving.BATCH) -> int:
    """Carry the next cases over, each with its state before kept; how many were looked at, 0 at the end."""
    return moving.run_batch(migration_id=migration_id, at=at, size=size)


def revert_batch(*, migration_id: int, actor: Actor, at: datetime, size: int = moving.BATCH) -> int:
    """Bring the next cases back to exactly what they were; 0 at the end. One that has moved on since stays."""
    return moving.revert_batch(migration_id=migration_id, actor=actor, at=at, size=size)


def migration(*, migration_id: int) -> MigrationView:
    """Raises LookupError."""
    return moving.view(migration_id=migration_id)


def migrations(*, process_key: str = "") -> list[MigrationView]:
    """The latest migrations, newest first."""
    return moving.recent(process_key=process_key)


def open_counts(*, version_ids: Sequence[int]) -> dict[int, int]:
    """Running cases by version of the process."""
    return moving.open_counts(version_ids=version_ids)
