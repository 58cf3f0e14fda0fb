from django.apps import AppConfig


class DisputesConfig(AppConfig):
    name = "meruit.disputes"
    label = "disputes"
