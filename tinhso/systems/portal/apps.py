from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Where citizens and businesses find, file, follow and rate."""

    name = "tinhso.systems.portal"
    label = "portal"
    verbose_name = "Cổng dịch vụ công"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the citizens' places into header, tabs and footer."""
        from django.utils.text import format_lazy
        from django.utils.translation import gettext_lazy

        from tinhso.design.navigation import Entry, add
        from tinhso.design.province import province
        from tinhso.systems.portal.views.messages import unread

        find, mine = gettext_lazy("Thủ tục"), gettext_lazy("Hồ sơ của tôi")
        messages, help_ = gettext_lazy("Tin nhắn"), gettext_lazy("Trợ giúp")
        add(Entry("header", 10, find, "search", "portal:home", also=("/search", "/procedures", "/life")))
        add(Entry("header", 20, mine, "clock", "portal:my"))
        add(Entry("header", 30, gettext_lazy("Tra hồ sơ"), "document", "portal:track"))
        add(Entry("header", 40, help_, "info", "portal:help"))
        add(Entry("tabs", 10, find, "search", "portal:home", also=("/search", "/procedures", "/life")))
        add(Entry("tabs", 20, gettext_lazy("Hồ sơ"), "clock", "portal:my"))
        add(Entry("tabs", 30, messages, "bell", "portal:messages", count=unread))
        if hotline := province().hotline:
            add(Entry("tabs", 40, format_lazy(gettext_lazy("Gọi {number}"), number=hotline), "phone", f"tel:{hotline}"))
        add(Entry("account", 10, mine, "clock", "portal:my"))
        add(Entry("account", 20, messages, "bell", "portal:messages", count=unread))
        add(Entry("account", 30, gettext_lazy("Ai đã xem dữ liệu của tôi"), "eye", "accounts:my_readings"))
        add(Entry("account", 40, gettext_lazy("Tài khoản, mật khẩu"), "key", "accounts:my_account"))
        add(Entry("account", 50, gettext_lazy("Đăng xuất"), "back", "account_logout"))
        add(Entry("footer", 10, gettext_lazy("Quyền riêng tư: ai đã xem dữ liệu của tôi"), "eye", "portal:privacy"))
        add(Entry("footer", 20, gettext_lazy("Khả năng tiếp cận"), "person", "portal:accessibility"))
