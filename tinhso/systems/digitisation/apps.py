from django.apps import AppConfig


class DigitisationConfig(AppConfig):
    name = "tinhso.systems.digitisation"
    label = "digitisation"
    verbose_name = "Số hoá hồ sơ, kết quả"
