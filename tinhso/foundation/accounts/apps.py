from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Sign-in, assurance, sessions; rights that come from the post held."""

    name = "tinhso.foundation.accounts"
    label = "accounts"
    verbose_name = "Tài khoản"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tinhso.foundation.accounts import services
        from tinhso.foundation.organizations import public as organizations

        organizations.register_dependant(
            organizations.Dependant("khoá kết nối của hệ thống khác", services.count_keys, services.move_keys)
        )
