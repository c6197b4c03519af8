"""What a token does when it arrives at each kind of node."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tinhso.foundation.workflow.errors import EngineError
from tinhso.lib import decisions, feel

if TYPE_CHECKING:
    from tinhso.foundation.workflow.engine import Run


def _at_user(run: "Run", node_id: str, flow: str, parent: str) -> None:
    node = run.plan["nodes"][node_id]
    token = run.wait(node_id, flow, parent)
    if "each" not in node:
        run.effects.append(("open", token, node_id, None))
        return
    elements = run.vars.get(node["each"])
    elements = elements if isinstance(elements, list) else []
    if not elements:
        run.leave(token)
        return
    run.mi[token] = {f"{token}.{number}": element for number, element in enumerate(elements, 1)}
    run.effects.extend(("open", item, node_id, element) for item, element in run.mi[token].items())


def _at_wait(run: "Run", node_id: str, flow: str, parent: str) -> None:
    run.wait(node_id, flow, parent)


def _at_call(run: "Run", node_id: str, flow: str, parent: str) -> None:
    token = run.wait(node_id, flow, parent)
    run.effects.append(("call", token, node_id))


def _at_subprocess(run: "Run", node_id: str, flow: str, parent: str) -> None:
    token = run.wait(node_id, flow, parent)
    run.send(run.plan["nodes"][node_id]["start"], token)


def _at_publish(run: "Run", node_id: str, flow: str, parent: str) -> None:
    run.effects.append(("publish", node_id))
    run.send(node_id, parent)


def _at_rule(run: "Run", node_id: str, flow: str, parent: str) -> None:
    node = run.plan["nodes"][node_id]
    try:
        if "decision" in node:
            run.vars = {**run.vars, **_decided(run, node)}
        else:
            value = feel.evaluate(node["value"], run.context(), run.plan.get("types"))
            run.vars = {**run.vars, node["result"]: _plain(value)}
    except feel.FeelError as error:
        raise EngineError(error.sentence, node_id) from error
    except decisions.DecisionError as error:
        raise EngineError(str(error), node_id) from error
    run.send(node_id, parent)


def _decided(run: "Run", node: dict[str, Any]) -> dict[str, Any]:
    """The answer of a decision table under its name, and beside it the row that gave it and its legal basis.

    A process that is only walked through has no table yet: it answers nothing.
    """
    if "decision_table" not in node:
        return {node["result"]: None}
    found = decisions.decide(node["decision_table"], run.context(), run.plan.get("types"))
    answers = {name: _plain(value) for name, value in found.outputs.items()}
    value = next(iter(answers.values())) if len(answers) == 1 else answers
    return {node["result"]: value, f"{node['result']}_why": found.sentence}


def _plain(value: Any) -> Any:
    """As the variables are stored: JSON."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | str):
        return value
    number = feel.evaluate(["call", "string", [["name", "v"]]], {"v": value})
    return int(number) if isinstance(number, str) and number.lstrip("-").isdigit() else number


def _at_exclusive(run: "Run", node_id: str, flow: str, parent: str) -> None:
    if len(run.plan["nodes"][node_id]["out"]) > 1:
        run.choose(node_id, parent)
    else:
        run.send(node_id, parent)


def _at_parallel(run: "Run", node_id: str, flow: str, parent: str) -> None:
    incoming = run.plan["nodes"][node_id]["in"]
    if len(incoming) > 1:
        run.add(node_id, flow, parent)
        waiting = run.waiting_flows(node_id, parent)
        if len(waiting) < len(incoming):
            return
        for token in waiting.values():
            del run.tok[token]
    run.send(node_id, parent)


def _at_inclusive(run: "Run", node_id: str, flow: str, parent: str) -> None:
    if len(run.plan["nodes"][node_id]["in"]) > 1:
        run.add(node_id, flow, parent)  # settle() fires it
    else:
        run.split_inclusive(node_id, parent)


def _at_end(run: "Run", node_id: str, flow: str, parent: str) -> None:
    run.effects.append(("sink", flow, parent))
    if not parent:
        run.end(node_id)


def _at_terminate(run: "Run", node_id: str, flow: str, parent: str) -> None:
    run.cancel_scope(parent)
    if not parent:
        run.queue.clear()
        run.ended = node_id


def _at_error(run: "Run", node_id: str, flow: str, parent: str) -> None:
    run.throw(run.plan["nodes"][node_id]["code"], parent, node_id)


ARRIVALS: dict[str, Callable[["Run", str, str, str], None]] = {
    "user": _at_user,
    "receive": _at_wait,
    "catch_message": _at_wait,
    "catch_timer": _at_wait,
    "event": _at_wait,
    "call": _at_call,
    "sub": _at_subprocess,
    "publish": _at_publish,
    "rule": _at_rule,
    "xor": _at_exclusive,
    "and": _at_parallel,
    "or": _at_inclusive,
    "end": _at_end,
    "terminate": _at_terminate,
    "error": _at_error,
}
