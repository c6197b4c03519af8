"""Words of process files: the names BPMN and our own attributes (`urn:tinhso:process:1`) use, and what is refused."""

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
TT = "urn:tinhso:process:1"

ROLES = frozenset({"desk_officer", "specialist", "unit_head", "leader", "clerk", "citizen"})
CLOCKS = frozenset({"running", "paused", "citizen"})
CALENDARS = frozenset({"work", "civil"})

NODES = {
    "startEvent": "start",
    "endEvent": "end",
    "userTask": "user",
    "manualTask": "user",
    "serviceTask": "publish",
    "sendTask": "publish",
    "businessRuleTask": "rule",
    "receiveTask": "receive",
    "callActivity": "call",
    "subProcess": "sub",
    "exclusiveGateway": "xor",
    "parallelGateway": "and",
    "inclusiveGateway": "or",
    "eventBasedGateway": "event",
    "intermediateCatchEvent": "catch",
    "intermediateThrowEvent": "publish",
    "boundaryEvent": "boundary",
}

# Artefacts and descriptions: kept in the file, without meaning for the machine.
IGNORED = frozenset(
    {
        "documentation", "extensionElements", "laneSet", "textAnnotation", "association", "group", "dataObject",
        "dataObjectReference", "dataStoreReference", "dataInputAssociation", "dataOutputAssociation",
        "ioSpecification", "property", "incoming", "outgoing", "sequenceFlow", "monitoring", "auditing",
    }
)  # fmt: skip

DEFINITIONS = frozenset({"timerEventDefinition", "messageEventDefinition", "errorEventDefinition"})

# Element → how to draw it otherwise.
INSTEAD = {
    "scriptTask": "Dùng bước nghiệp vụ (userTask) hoặc gửi yêu cầu ra ngoài (serviceTask).",
    "task": "Chọn loại bước: việc của người (userTask), gửi đi (sendTask) hoặc chờ nhận (receiveTask).",
    "transaction": "Dùng tiểu quy trình thường (subProcess).",
    "adHocSubProcess": "Vẽ rõ thứ tự các bước.",
    "complexGateway": "Dùng cổng hoặc (inclusiveGateway) hoặc cổng song song (parallelGateway).",
}

ACTIVITIES = frozenset({"user", "receive", "call", "sub"})
