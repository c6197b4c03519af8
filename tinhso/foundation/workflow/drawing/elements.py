"""Rows of the table ↔ elements of BPMN: one list of names, used for reading and for writing."""

from tinhso.foundation.workflow.vocabulary import BPMN, TT

BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

# kind of row → element
TAGS = {
    "start": "startEvent",
    "end": "endEvent",
    "terminate": "endEvent",
    "error": "endEvent",
    "user": "userTask",
    "receive": "receiveTask",
    "send": "sendTask",
    "service": "serviceTask",
    "rule": "businessRuleTask",
    "call": "callActivity",
    "sub": "subProcess",
    "xor": "exclusiveGateway",
    "and": "parallelGateway",
    "or": "inclusiveGateway",
    "event": "eventBasedGateway",
    "timer": "intermediateCatchEvent",
    "message": "intermediateCatchEvent",
    "throw": "intermediateThrowEvent",
    "boundary": "boundaryEvent",
}
# the other way; events that end, wait or are caught are told apart by what stands in them
KIND_OF_TAG = {tag: kind for kind, tag in reversed(TAGS.items())} | {"manualTask": "user"}
# field of a row that is plain text → attribute of ours
WORDS = {
    word: word
    for word in ("role", "unit", "stage", "clock", "hours", "assignee", "calendar", "part", "topic", "result", "value")
} | {"decision": "decision", "hours_by": "hoursBy"}


def bpmn(name: str) -> str:
    return f"{{{BPMN}}}{name}"


def ours(name: str) -> str:
    return f"{{{TT}}}{name}"
