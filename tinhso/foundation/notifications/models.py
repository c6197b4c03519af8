"""Tables of notifications: messages to a person, and what became of them on each channel."""

from django.db import models
from django.db.models.functions import Now


class Message(models.Model):
    """One message to one person (thông báo); also the line in the person's in-app inbox."""

    once = models.CharField("Khoá một lần", max_length=200, unique=True)
    template = models.CharField("Mẫu", max_length=60)
    subject = models.CharField("Về hồ sơ", max_length=60)
    # Not a foreign key: a citizen without an account has only an address, and the message outlives the account.
    account_id = models.BigIntegerField("Tài khoản", null=True)
    title = models.CharField("Dòng đầu", max_length=300)
    body = models.TextField("Nội dung được gửi ra ngoài")
    details = models.TextField("Chi tiết chỉ đọc sau khi đăng nhập", blank=True, db_default="")
    created_at = models.DateTimeField("Lúc", db_default=Now())
    read_at = models.DateTimeField("Đọc lúc", null=True)

    class Meta:
        indexes = [
            models.Index(fields=["account_id", "-id"], name="message_inbox"),
            models.Index(fields=["account_id"], name="message_unread", condition=models.Q(read_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.once})"


class Delivery(models.Model):
    """The way of a message over one outside channel (lượt gửi): what was tried, when, and what came back."""

    class State(models.TextChoices):
        WAITING = "waiting", "Chờ gửi"
        SENT = "sent", "Đã gửi"
        FAILED = "failed", "Không gửi được"

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField("Kênh", max_length=20)
    address = models.CharField("Địa chỉ", max_length=254)
    others = models.JSONField("Kênh thử tiếp: [tên, địa chỉ]", default=list)
    state = models.CharField(max_length=8, choices=State, db_default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("Số lần thử", db_default=0)
    next_try_at = models.DateTimeField("Gửi từ lúc", db_default=Now())
    sent_at = models.DateTimeField("Gửi lúc", null=True)
    proof = models.CharField("Bằng chứng", max_length=300, blank=True, db_default="")
    error = models.TextField("Lỗi gần nhất", blank=True, db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "channel"], name="message_once_per_channel")]
        indexes = [models.Index(fields=["next_try_at"], name="message_to_send", condition=models.Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.message_id} → {self.channel} ({self.state})"
