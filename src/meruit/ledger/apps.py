from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "meruit.ledger"
    label = "ledger"
