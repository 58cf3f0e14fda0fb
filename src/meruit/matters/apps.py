from django.apps import AppConfig


class MattersConfig(AppConfig):
    name = "meruit.matters"
    label = "matters"
