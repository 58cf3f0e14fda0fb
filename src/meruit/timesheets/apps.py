from django.apps import AppConfig


class TimesheetsConfig(AppConfig):
    name = "meruit.timesheets"
    label = "timesheets"
