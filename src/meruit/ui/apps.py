from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "meruit.ui"
    label = "ui"
