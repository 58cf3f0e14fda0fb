from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "meruit.documents"
    label = "documents"
