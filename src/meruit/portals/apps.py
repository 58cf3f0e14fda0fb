from django.apps import AppConfig


class PortalsConfig(AppConfig):
    name = "meruit.portals"
    label = "portals"
