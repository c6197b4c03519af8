"""Tables of the outbox: events as published, their deliveries, and the regular jobs that must not fall silent."""

from django.db import models
from django.db.models.functions import Now


class StoredEvent(models.Model):
    """An event as it was written by the transaction that caused it (sự kiện)."""

    kind = models.TextField("Loại")
    key = models.TextField("Khoá thứ tự")
    payload = models.JSONField("Nội dung")
    published_at = models.DateTimeField("Ghi lúc", db_default=Now())
    is_dispatched = models.BooleanField("Đã chia cho người nhận", db_default=False)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="outbox_undispatched", condition=models.Q(is_dispatched=False)),
            models.Index(fields=["published_at"], name="outbox_published_at"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.kind} {self.key}"


class Delivery(models.Model):
    """One event for one handler (lượt giao): its effects are committed together with `state = done`."""

    class State(models.TextChoices):
        WAITING = "waiting", "Đang chờ"
        DONE = "done", "Đã giao"
        DEAD = "dead", "Hỏng, cần người xem"

    event = models.ForeignKey(StoredEvent, on_delete=models.CASCADE, related_name="deliveries")
    handler = models.TextField("Người nhận")
    key = models.TextField("Khoá thứ tự")
    state = models.CharField(max_length=8, choices=State, db_default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("Số lần hỏng", db_default=0)
    next_try_at = models.DateTimeField("Thử lại lúc", db_default=Now())
    done_at = models.DateTimeField("Giao xong lúc", null=True)
    error = models.TextField("Lỗi gần nhất", blank=True, db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "handler"], name="outbox_one_delivery_per_handler")]
        indexes = [
            models.Index(fields=["handler", "key", "event"], name="outbox_heads", condition=models.Q(state="waiting")),
            models.Index(fields=["event"], name="outbox_waiting", condition=models.Q(state="waiting")),
            models.Index(fields=["event"], name="outbox_dead", condition=models.Q(state="dead")),
        ]

    def __str__(self) -> str:
        return f"{self.handler} ← {self.event_id} ({self.state})"


class Subscription(models.Model):
    """Since when a handler receives a kind of event: reconciliation expects every event published after that."""

    handler = models.TextField()
    kind = models.TextField()
    since = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["handler", "kind"], name="outbox_one_subscription")]

    def __str__(self) -> str:
        return f"{self.handler} ← {self.kind}"


class PeriodicJob(models.Model):
    """When a regular job is due, and when it last ran: silence is a fault (việc định kỳ)."""

    name = models.TextField(primary_key=True)
    created_at = models.DateTimeField(db_default=Now())
    next_at = models.DateTimeField("Đến hạn lúc", db_default=Now())
    started_at = models.DateTimeField("Bắt đầu lần gần nhất", null=True)
    finished_at = models.DateTimeField("Xong lần gần nhất", null=True)
    failures = models.PositiveIntegerField("Số lần hỏng liên tiếp", db_default=0)
    error = models.TextField("Lỗi gần nhất", blank=True, db_default="")

    def __str__(self) -> str:
        return self.name
