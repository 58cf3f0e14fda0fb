from django.apps import AppConfig


class ReceivablesConfig(AppConfig):
    name = "meruit.receivables"
    label = "receivables"
