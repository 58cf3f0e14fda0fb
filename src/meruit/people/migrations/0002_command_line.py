from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="session",
            name="method",
            field=models.TextField(
                choices=[
                    ("passkey", "Passkey"),
                    ("totp", "Totp"),
                    ("recovery-code", "Recovery Code"),
                    ("demo-link", "Demo Link"),
                    ("service", "Service"),
                    ("command-line", "Command Line"),
                ]
            ),
        )
    ]
