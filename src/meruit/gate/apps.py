from django.apps import AppConfig


class GateConfig(AppConfig):
    name = "meruit.gate"
    label = "gate"

    def ready(self) -> None:
        from meruit.gate import enrolment

        enrolment.watch()
