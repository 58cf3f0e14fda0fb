from django.apps import AppConfig


class AuthorityConfig(AppConfig):
    name = "meruit.authority"
    label = "authority"
