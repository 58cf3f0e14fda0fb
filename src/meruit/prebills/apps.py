from django.apps import AppConfig


class PrebillsConfig(AppConfig):
    name = "meruit.prebills"
    label = "prebills"
