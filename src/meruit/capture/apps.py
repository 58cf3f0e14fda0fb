from django.apps import AppConfig


class CaptureConfig(AppConfig):
    name = "meruit.capture"
    label = "capture"
