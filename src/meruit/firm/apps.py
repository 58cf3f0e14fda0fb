from django.apps import AppConfig


class FirmConfig(AppConfig):
    name = "meruit.firm"
    label = "firm"
