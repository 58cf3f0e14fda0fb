from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "meruit.people"
    label = "people"
