"""Merging units: a plan that can be read before anything changes, then one operation that does just that.

Nothing is rewritten: old units, codes, posts and assignments end on the day and point to what took their place, so that
a question about the past is answered as it was.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date

from django.db.models import Q

from tinhso.foundation.organizations import models

Count = Callable[[Sequence[int]], int]
Move = Callable[[Mapping[int, int], Mapping[int, int]], int]


@dataclass(frozen=True, slots=True)
class Dependant:
    """Work of a system that hangs on units: how much is open in these, and how it moves (old id → new id of units, of
    posts; answers how many rows moved)."""

    name: str  # as read in the plan: «hồ sơ đang giải quyết»
    count: Count
    move: Move


_dependants: dict[str, Dependant] = {}


def register_dependant(dependant: Dependant) -> None:
    _dependants[dependant.name] = dependant


def dependants() -> tuple[Dependant, ...]:
    return tuple(_dependants.values())


@dataclass(frozen=True, slots=True)
class MergerRequest:
    """What the decision says. The target is an existing unit, or a new one by key and name."""

    title: str
    decision: str
    effective_on: date
    sources: tuple[int, ...]
    target_id: int | None = None
    target_key: str = ""
    target_name: str = ""
    target_kind: str = "commune"
    target_parent_id: int | None = None
    target_place_code: str = ""
    new_code: str = ""  # a code issued for the target; or:
    keeps_code_of: int | None = None  # the source whose codes (and its parts' codes) go on
    unseated: frozenset[int] = frozenset()  # posts that have no seat in the target; their work goes to a like post
    titles: Mapping[int, str] = field(default_factory=dict)  # new titles by old post


@dataclass(frozen=True, slots=True)
class UnitStep:
    """old_id ends; its work goes to `new`: an id, or the key of a unit to be made."""

    old_id: int
    old_name: str
    new_id: int | None
    new_key: str
    new_name: str


@dataclass(frozen=True, slots=True)
class CodeStep:
    """A code ends (`code` → `becomes`), or goes on under the new unit when both are the same."""

    scheme: str
    code: str
    becomes: str
    unit_key: str


@dataclass(frozen=True, slots=True)
class PostStep:
    """A seat goes over with whoever sits in it; without a seat its work goes to `joins`."""

    old_id: int
    role: str
    old_title: str
    new_title: str
    unit_key: str
    person: str
    joins: int | None = None  # old post whose new seat takes the work


@dataclass(frozen=True, slots=True)
class MergerPlan:
    """What would happen, in words a reviewer can check; `fingerprint` names exactly this plan."""

    request: MergerRequest
    units: tuple[UnitStep, ...]
    new_units: tuple[tuple[str, str, str, str], ...]  # key, name, kind, key of the parent («» = as requested)
    codes: tuple[CodeStep, ...]
    posts: tuple[PostStep, ...]
    open_work: tuple[tuple[str, int], ...]
    warnings: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(json.dumps(as_json(self), sort_keys=True, default=str).encode()).hexdigest()[:16]


def as_json(plan: MergerPlan) -> dict[str, object]:
    """The plan as kept with the merger; open work may change between review and the day, so it is left out."""
    row = asdict(plan)
    row.pop("open_work")
    row["request"]["unseated"] = sorted(plan.request.unseated)
    row["request"]["titles"] = sorted(plan.request.titles.items())
    row["request"]["effective_on"] = plan.request.effective_on.isoformat()
    return row


class MergerRefusedError(ValueError):
    """The request makes no sense; the sentence says why."""


def plan_merger(request: MergerRequest) -> MergerPlan:
    """Work out what the merger would do. Changes nothing. Raises MergerRefusedError."""
    return _Planner(request).plan()


class _Planner:
    def __init__(self, request: MergerRequest) -> None:
        self.request = request
        self.on = request.effective_on
        rows = models.Unit.objects.filter(models.in_force(self.on)).order_by("order", "id")
        self.units = {unit.pk: unit for unit in rows}
        self.warnings: list[str] = []
        self.new_units: dict[str, tuple[str, str, str, str]] = {}
        self.steps: list[UnitStep] = []

    def plan(self) -> MergerPlan:
        self._check()
        top_key = self._target_key()
        for source_id in self.request.sources:
            self._merge(self.units[source_id], self.request.target_id, top_key, self.request.target_name)
        codes = self._codes(top_key)
        posts = self._posts()
        self._warn_of_heads(posts)
        closed = [step.old_id for step in self.steps]
        return MergerPlan(
            request=self.request,
            units=tuple(self.steps),
            new_units=tuple(self.new_units.values()),
            codes=codes,
            posts=posts,
            open_work=tuple((d.name, d.count(closed)) for d in dependants()),
            warnings=tuple(self.warnings),
        )

    def _check(self) -> None:
        request = self.request
        if not request.sources:
            raise MergerRefusedError("Chưa chọn đơn vị nào để sắp xếp.")
        for unit_id in (*request.sources, *([request.target_id] if request.target_id else [])):
            if unit_id not in self.units:
                raise MergerRefusedError(f"Đơn vị số {unit_id} không có hiệu lực vào ngày {self.on:%d/%m/%Y}.")
        if request.target_id in request.sources:
            raise MergerRefusedError("Đơn vị nhận không thể đồng thời là đơn vị bị sáp nhập; bỏ nó khỏi danh sách.")
        for unit_id in request.sources:
            inside = set(self.units[unit_id].path[:-1])
            if inside & set(request.sources):
                raise MergerRefusedError(f"«{self.units[unit_id].name}» đã nằm trong một đơn vị khác của danh sách.")
            if request.target_id and unit_id in self.units[request.target_id].path:
                raise MergerRefusedError("Đơn vị nhận đang trực thuộc một đơn vị bị sáp nhập.")
        if request.target_id is None:
            self._check_new_target()
        if request.new_code and request.keeps_code_of:
            raise MergerRefusedError("Chọn một: mã mới, hoặc giữ mã của một đơn vị cũ.")
        if request.keeps_code_of and request.keeps_code_of not in request.sources:
            raise MergerRefusedError("Mã được giữ phải là mã của một đơn vị trong danh sách sáp nhập.")
        if (
            request.new_code
            and models.AgencyCode.objects.filter(models.in_force(self.on), code=request.new_code).exists()
        ):
            raise MergerRefusedError(f"Mã «{request.new_code}» đang là mã của đơn vị khác.")

    def _check_new_target(self) -> None:
        request = self.request
        if not request.target_key or not request.target_name:
            raise MergerRefusedError("Đơn vị mới cần có khoá và tên.")
        if models.Unit.objects.filter(key=request.target_key).exists():
            raise MergerRefusedError(f"Khoá «{request.target_key}» đã có đơn vị khác dùng.")
        if request.target_parent_id is not None and request.target_parent_id not in self.units:
            raise MergerRefusedError("Đơn vị cấp trên không có hiệu lực vào ngày đó.")

    def _target_key(self) -> str:
        request = self.request
        if request.target_id is not None:
            return self.units[request.target_id].key
        self.new_units[request.target_key] = (request.target_key, request.target_name, request.target_kind, "")
        return request.target_key

    def _merge(self, unit: models.Unit, new_id: int | None, new_key: str, new_name: str) -> None:
        """The unit ends in favour of the new one; each part of it in favour of the new one's part of the same name."""
        name = self.units[new_id].name if new_id else new_name
        self.steps.append(UnitStep(unit.pk, unit.name, new_id, new_key, name))
        for part in [u for u in self.units.values() if u.parent_id == unit.pk]:
            self._merge(part, *self._part_of(new_id, new_key, part))

    def _part_of(self, parent_id: int | None, parent_key: str, part: models.Unit) -> tuple[int | None, str, str]:
        for unit in self.units.values():
            if (
                parent_id is not None
                and unit.parent_id == parent_id
                and (unit.kind, unit.name) == (part.kind, part.name)
            ):
                return unit.pk, unit.key, unit.name
        for key, name, kind, above in self.new_units.values():
            if above == parent_key and (kind, name) == (part.kind, part.name):
                return None, key, name
        key = f"{parent_key}/{part.key.rsplit('/', 1)[-1]}"
        number = 1
        while key in self.new_units or models.Unit.objects.filter(key=key).exists():
            number += 1
            key = f"{parent_key}/{part.key.rsplit('/', 1)[-1]}-{number}"
        self.new_units[key] = (key, part.name, part.kind, parent_key)
        return None, key, part.name

    def _codes(self, top_key: str) -> tuple[CodeStep, ...]:
        request, steps = self.request, []
        new_of = {step.old_id: step for step in self.steps}
        kept_units = {u for u in new_of if request.keeps_code_of and request.keeps_code_of in self.units[u].path}
        taken: set[tuple[str, str]] = set()
        rows = models.AgencyCode.objects.filter(models.in_force(self.on), unit_id__in=list(new_of)).order_by("id")
        for row in sorted(rows, key=lambda row: (row.unit_id not in kept_units, row.pk)):
            step = new_of[row.unit_id]
            own = self._code_now(step.new_id, row.scheme) if step.new_id else ""
            if row.unit_id in kept_units and not own and (step.new_key, row.scheme) not in taken:
                taken.add((step.new_key, row.scheme))
                steps.append(CodeStep(row.scheme, row.code, row.code, step.new_key))
            else:
                fresh = request.new_code if step.new_key == top_key and row.scheme == "qd20" else ""
                steps.append(CodeStep(row.scheme, row.code, own or fresh, step.new_key))
        if request.new_code:
            steps.append(CodeStep("qd20", "", request.new_code, top_key))
        has_code = {s.unit_key for s in steps if s.becomes} | {s.new_key for s in self.steps if s.new_id}
        for key, name, _kind, _above in self.new_units.values():
            if key not in has_code and any(s.unit_key == key for s in steps):
                self.warnings.append(f"«{name}» chưa có mã định danh; xin mã của Sở Khoa học và Công nghệ.")
        if request.target_id is None and top_key not in has_code:
            self.warnings.append(f"«{request.target_name}» chưa có mã: hồ sơ mới không cấp được mã số.")
        return tuple(steps)

    def _code_now(self, unit_id: int, scheme: str) -> str:
        rows = models.AgencyCode.objects.filter(models.in_force(self.on), unit_id=unit_id, scheme=scheme)
        return rows.values_list("code", flat=True).first() or ""

    def _posts(self) -> tuple[PostStep, ...]:
        new_of = {step.old_id: step for step in self.steps}
        rows = list(
            models.Post.objects.filter(models.in_force(self.on), unit_id__in=list(new_of)).order_by("order", "id")
        )
        sitting = models.Assignment.objects.filter(Q(valid_to=None) | Q(valid_to__gt=self.on), post__in=rows)
        people = {row.post_id: row.person.name for row in sitting.select_related("person").order_by("-valid_from")}
        unknown = self.request.unseated - {row.pk for row in rows}
        if unknown:
            raise MergerRefusedError(f"Vị trí số {min(unknown)} không thuộc đơn vị bị sáp nhập.")
        steps = []
        for row in rows:
            joins = self._joins(row, rows, new_of) if row.pk in self.request.unseated else None
            title = self.request.titles.get(row.pk, row.title)
            key = new_of[row.unit_id].new_key
            steps.append(PostStep(row.pk, row.role, row.title, title, key, people.get(row.pk, ""), joins))
            if row.pk not in people and joins is None:
                self.warnings.append(f"Vị trí «{row.title}» của «{new_of[row.unit_id].old_name}» đang trống.")
        return tuple(steps)

    def _joins(self, post: models.Post, rows: Sequence[models.Post], new_of: Mapping[int, UnitStep]) -> int:
        """The seat that takes over the work of a post that has none in the new unit: the same role in the same unit."""
        key = new_of[post.unit_id].new_key
        for other in rows:
            seated = other.pk not in self.request.unseated
            if seated and other.role == post.role and new_of[other.unit_id].new_key == key:
                return other.pk
        raise MergerRefusedError(
            f"Không có vị trí nào nhận việc của «{post.title}»; giữ lại ít nhất một vị trí cùng vai trò."
        )

    def _warn_of_heads(self, posts: Sequence[PostStep]) -> None:
        heads: dict[tuple[str, str], list[str]] = {}
        for step in posts:
            if step.role in {"leader", "unit_head"} and step.joins is None:
                heads.setdefault((step.unit_key, step.new_title), []).append(step.person or "chưa có người")
        for (key, title), people in heads.items():
            if len(people) > 1:
                self.warnings.append(f"{len(people)} người cùng giữ «{title}» ở {key}: {', '.join(people)}.")
