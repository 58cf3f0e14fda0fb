from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "meruit.audit"
    label = "audit"
