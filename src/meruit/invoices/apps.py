from django.apps import AppConfig


class InvoicesConfig(AppConfig):
    name = "meruit.invoices"
    label = "invoices"
