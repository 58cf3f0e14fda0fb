from django.apps import AppConfig


class AgendaConfig(AppConfig):
    name = "meruit.agenda"
    label = "agenda"
