"""Processes, posts and officials for tests."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tinhso.foundation.accounts.public import Actor
from tinhso.foundation.organizations import public as organizations
from tinhso.foundation.organizations.tests.factories import make_official, make_unit
from tinhso.foundation.workflow import public as workflow
from tinhso.foundation.workflow.compiler import compile_process
from tinhso.foundation.workflow.soundness import Exploration, check_soundness

AT = datetime(2026, 11, 18, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))  # a Wednesday
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:tt="urn:tinhso:process:1" id="d">'
    '<message id="m1" name="answered"/><message id="m2" name="asked"/><message id="m3" name="paid"/>'
    '<error id="e1" errorCode="no"/>' + "".join(f'<error id="x{n}" errorCode="code{n}"/>' for n in range(40))
)


def bpmn(*elements: str, process: str = "") -> bytes:
    body = "".join(elements)
    return f'{HEAD}<process id="p" name="Thử" isExecutable="true" {process}>{body}</process></definitions>'.encode()


def start(name: str = "start") -> str:
    return f'<startEvent id="{name}"/>'


def end(name: str = "end", inside: str = "", **own: str) -> str:
    return f'<endEvent id="{name}"{_attributes(own)}>{inside}</endEvent>'


def user(name: str, inside: str = "", **own: str) -> str:
    own = {"role": "specialist", **own}
    return f'<userTask id="{name}" name="Bước {name}"{_attributes(own)}>{inside}</userTask>'


def _attributes(own: dict[str, str]) -> str:
    return "".join(f' tt:{key}="{value}"' for key, value in own.items())


def node(tag: str, identity: str, inside: str = "", **attributes: str) -> str:
    given = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<{tag} id="{identity}"{given}>{inside}</{tag}>'


def xor(name: str, default: str = "") -> str:
    return node("exclusiveGateway", name, **({"default": default} if default else {}))


def both(name: str) -> str:
    return node("parallelGateway", name)


def receive(name: str, message: str = "m1") -> str:
    return node("receiveTask", name, messageRef=message, name=f"Chờ {name}")


def timer(name: str, on: str, after: str = "P15D", *, interrupts: bool = True) -> str:
    inside = f"<timerEventDefinition><timeDuration>{after}</timeDuration></timerEventDefinition>"
    return node("boundaryEvent", name, inside, attachedToRef=on, cancelActivity=str(interrupts).lower())


def on_message(name: str, on: str, message: str = "m2", *, interrupts: bool = True) -> str:
    inside = f'<messageEventDefinition messageRef="{message}"/>'
    return node("boundaryEvent", name, inside, attachedToRef=on, cancelActivity=str(interrupts).lower())


def on_error(name: str, on: str, error: str = "") -> str:
    reference = f' errorRef="{error}"' if error else ""
    return node("boundaryEvent", name, f"<errorEventDefinition{reference}/>", attachedToRef=on)


def sub(name: str, *elements: str) -> str:
    return node("subProcess", name, "".join(elements), name=f"Tiểu quy trình {name}")


def flow(source: str, target: str, condition: str = "") -> str:
    inside = f"<conditionExpression>{condition.replace('<', '&lt;')}</conditionExpression>" if condition else ""
    return f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inside}</sequenceFlow>'


def flows(*chains: str) -> str:
    """`flows("a b c", "c a")`: arrows a→b→c and c→a."""
    pairs = [pair for chain in chains for pair in zip(chain.split(), chain.split()[1:], strict=False)]
    return "".join(flow(*pair) for pair in pairs)


def plan_of(*elements: str, process: str = "") -> dict[str, Any]:
    plan, problems = compile_process(bpmn(*elements, process=process))
    assert plan is not None, problems
    return plan


def sound(*elements: str) -> Exploration:
    return check_soundness(plan_of(*elements))


ROLES = ("desk_officer", "specialist", "unit_head", "leader", "clerk")


class Office:
    """A unit with one official for each role."""

    def __init__(self, name: str = "UBND phường Mẫu", roles: tuple[str, ...] = ROLES, parent: Any = None) -> None:
        self.unit = make_unit(name, parent)
        self.people = {role: make_official(self.unit, role, f"{role} {name}") for role in roles}

    def actor(self, role: str) -> Actor:
        return actor_of(self.people[role].pk)

    @property
    def units(self) -> dict[str, int]:
        return {"desk": self.unit.pk, "handling": self.unit.pk, "agency": self.unit.pk}


def actor_of(person_id: int) -> Actor:
    posts = organizations.held_posts(person_id=person_id)
    name = organizations.person(person_id=person_id).name
    return Actor(account_id=person_id, kind="official", name=name, person_id=person_id, posts=posts)


def publish(content: bytes, key: str = "p") -> int:
    return workflow.publish_process(key=key, name="Thử", bpmn=content, at=AT)


def start_case(version_id: int, office: Office, subject: str = "D1", **more: Any) -> workflow.CaseChange:
    given = {"kind": "test", "title": "Nguyễn Thị Mẫu", "topic": "Thủ tục mẫu", "due_at": None, "at": AT, **more}
    units = given.pop("units", office.units)
    variables = given.pop("variables", {})
    return workflow.start_case(subject=subject, version_id=version_id, units=units, variables=variables, **given)


def later(hours: float = 0, days: float = 0) -> datetime:
    return AT + timedelta(hours=hours, days=days)
