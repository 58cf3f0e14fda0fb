from django.apps import AppConfig


class StepsConfig(AppConfig):
    name = "meruit.steps"
    label = "steps"
