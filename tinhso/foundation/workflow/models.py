"""Tables of the process engine. Units and people are kept as plain ids: a merger never rewrites finished work."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class ProcessDefinition(models.Model):
    """A process by its lasting key (quy trình)."""

    key = models.CharField("Khoá", max_length=100, unique=True)
    name = models.CharField("Tên", max_length=300)
    owner_unit_id = models.BigIntegerField("Đơn vị quản lý", null=True)

    def __str__(self) -> str:
        return self.name


class ProcessVersion(models.Model):
    """One publication of a process; never changed afterwards (a trigger sees to it)."""

    class Status(models.TextChoices):
        PUBLISHED = "published", "Đang dùng"
        RETIRED = "retired", "Thôi dùng"

    definition = models.ForeignKey(ProcessDefinition, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField("Số phiên bản")
    status = models.CharField("Trạng thái", max_length=10, choices=Status, default=Status.PUBLISHED)
    bpmn_xml = models.TextField("BPMN")
    sha256 = models.CharField(max_length=64)
    plan = models.JSONField()
    plan_format = models.PositiveSmallIntegerField(default=1)
    checks = models.JSONField(default=dict)
    published_at = models.DateTimeField("Ban hành lúc")
    published_by = models.CharField("Người ban hành", max_length=100, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["definition", "number"], name="one_number_per_process"),
        ]

    def __str__(self) -> str:
        return f"{self.definition.key} v{self.number}"


class DecisionDefinition(models.Model):
    """A decision table by its lasting key (bảng quyết định)."""

    key = models.CharField("Khoá", max_length=100, unique=True)
    name = models.CharField("Tên", max_length=300)

    def __str__(self) -> str:
        return self.name


class DecisionVersion(models.Model):
    """One publication of a decision table; never changed afterwards (a trigger sees to it)."""

    definition = models.ForeignKey(DecisionDefinition, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField("Số phiên bản")
    dmn_xml = models.TextField("DMN")
    sha256 = models.CharField(max_length=64)
    table = models.JSONField()  # compiled
    published_at = models.DateTimeField("Ban hành lúc")
    published_by = models.CharField("Người ban hành", max_length=100, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["definition", "number"], name="one_number_per_decision"),
        ]

    def __str__(self) -> str:
        return f"{self.definition.key} v{self.number}"


class CaseRun(models.Model):
    """One run of a process (lượt chạy quy trình). It stays on its version for life."""

    class Status(models.TextChoices):
        OPEN = "open", "Đang chạy"
        ENDED = "ended", "Đã kết thúc"

    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=100)
    version = models.ForeignKey(ProcessVersion, on_delete=models.PROTECT)
    units = models.JSONField(default=dict)  # role of a unit in the process → unit id
    state = models.JSONField()
    rev = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    stage = models.CharField(max_length=40, blank=True)
    ended = models.CharField(max_length=100, blank=True)  # end event or reason
    title = models.CharField(max_length=300, blank=True)
    topic = models.TextField(blank=True)
    due_at = models.DateTimeField(null=True)
    priority = models.SmallIntegerField(default=0)
    root_id = models.BigIntegerField()  # itself, or the case that called it
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="parts")
    parent_token = models.CharField(max_length=20, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "subject"], name="one_case_per_subject")]
        indexes: ClassVar = [models.Index(fields=["root_id"], name="case_family")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


IS_OPEN = Q(state="open")


class WorkItem(models.Model):
    """A step waiting for somebody, or done (việc); what the inbox shows stands in the row itself."""

    class State(models.TextChoices):
        OPEN = "open", "Đang chờ"
        DONE = "done", "Đã xong"
        CANCELLED = "cancelled", "Đã huỷ"

    case = models.ForeignKey(CaseRun, on_delete=models.PROTECT, related_name="items", db_index=False)
    token = models.CharField(max_length=20)
    version_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=100)
    node = models.CharField(max_length=100)
    name = models.CharField("Bước", max_length=300)
    stage = models.CharField(max_length=40, blank=True)
    clock = models.CharField(max_length=10, default="running")
    role = models.CharField("Vai trò", max_length=20)
    unit_id = models.BigIntegerField("Đơn vị")
    assignee_id = models.BigIntegerField("Người phụ trách", null=True)
    is_lead = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField("Mở lúc")
    claimed_at = models.DateTimeField("Nhận làm lúc", null=True)
    due_at = models.DateTimeField("Hạn của bước", null=True)
    legal_due_at = models.DateTimeField("Hạn theo luật", null=True)
    sort_at = models.DateTimeField()  # legal due, of a step beside the main line its own; else the other; else last
    priority = models.SmallIntegerField(default=0)
    title = models.CharField("Người nộp", max_length=300, blank=True)
    topic = models.TextField("Thủ tục", blank=True)
    outcome = models.CharField("Kết quả", max_length=40, blank=True)
    done_at = models.DateTimeField("Xong lúc", null=True)
    done_by_id = models.BigIntegerField(null=True)
    done_by_name = models.CharField("Người làm", max_length=200, blank=True)
    note = models.TextField("Ý kiến", blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "token"], name="one_item_per_token")]
        indexes: ClassVar = [
            models.Index(fields=["assignee_id", "sort_at", "id"], name="item_mine", condition=IS_OPEN),
            models.Index(fields=["unit_id", "role", "sort_at", "id"], name="item_queue", condition=IS_OPEN),
            models.Index(fields=["done_by_id", "-done_at"], name="item_done_by", condition=Q(state="done")),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.subject})"


class Timer(models.Model):
    """A moment at which a token goes on by itself; deleted with its token."""

    case = models.ForeignKey(CaseRun, on_delete=models.CASCADE)
    token = models.CharField(max_length=20)
    node = models.CharField(max_length=100)
    fire_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "token", "node"], name="one_timer_per_node")]
        indexes: ClassVar = [models.Index(fields=["fire_at"], name="timer_due")]

    def __str__(self) -> str:
        return f"{self.node} {self.fire_at:%Y-%m-%d %H:%M}"


class Subscription(models.Model):
    """A token that waits for a message; deleted with its token."""

    case = models.ForeignKey(CaseRun, on_delete=models.CASCADE)
    token = models.CharField(max_length=20)
    node = models.CharField(max_length=100)
    message = models.CharField(max_length=100)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "token", "node"], name="one_wait_per_node")]

    def __str__(self) -> str:
        return f"{self.node} ← {self.message}"


class MessageInbox(models.Model):
    """Every message by its unique key; those nobody waits for yet stay undelivered."""

    once = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=100)
    name = models.CharField(max_length=100)
    variables = models.JSONField(default=dict)
    received_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["kind", "subject"], name="message_early", condition=Q(delivered_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.name} → {self.subject}"


class CaseEvent(models.Model):
    """What happened to a case, one row per event; append-only (a trigger sees to it)."""

    case = models.ForeignKey(CaseRun, on_delete=models.PROTECT, db_index=False)
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=12)  # start complete message timer child move cancel assign
    node = models.CharField(max_length=100, blank=True)
    actor = models.CharField(max_length=100, blank=True)
    actor_name = models.CharField(max_length=200, blank=True)
    once = models.CharField(max_length=200, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "number"], name="one_event_per_number"),
            models.UniqueConstraint(fields=["case", "once"], condition=~Q(once=""), name="one_event_per_key"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.number} {self.kind}"


class CaseMigration(models.Model):
    """Running cases carried from one version of a process to another (chuyển phiên bản), in batches."""

    from_version = models.ForeignKey(ProcessVersion, on_delete=models.PROTECT, related_name="+")
    to_version = models.ForeignKey(ProcessVersion, on_delete=models.PROTECT, related_name="+")
    node_map = models.JSONField(default=dict)  # old step → new step, where they are not named alike
    timers = models.CharField(max_length=10)  # keep | restart
    actor = models.CharField(max_length=100)
    actor_name = models.CharField(max_length=200, blank=True)
    reason = models.TextField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    reverted_at = models.DateTimeField(null=True)
    after_case_id = models.BigIntegerField(default=0)  # how far it is

    def __str__(self) -> str:
        return f"{self.from_version} → {self.to_version}"


class CaseMigrationItem(models.Model):
    """One case of a migration: everything of it as it was before, and why it stayed where it stayed."""

    migration = models.ForeignKey(CaseMigration, on_delete=models.PROTECT, related_name="items")
    case = models.ForeignKey(CaseRun, on_delete=models.PROTECT, related_name="+")
    before = models.JSONField(default=dict)
    rev = models.PositiveIntegerField(default=0)  # of the case right after it was carried over
    problem = models.TextField(blank=True)
    reverted = models.CharField(max_length=300, blank=True)  # "yes", or why it could not go back

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["migration", "case"], name="one_item_per_migrated_case"),
        ]

    def __str__(self) -> str:
        return f"{self.migration_id}/{self.case_id}"
