from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0002_command_line")]

    operations = [
        migrations.AddField(model_name="session", name="may_decide", field=models.BooleanField(db_default=True)),
        migrations.DeleteModel(name="StepUp"),
    ]
