from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "meruit.imports"
    label = "imports"
