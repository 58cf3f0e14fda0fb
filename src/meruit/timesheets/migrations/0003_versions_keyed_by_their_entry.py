"""The key of a version is its entry and number; its id stays, without an index of its own."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('timesheets', '0002_references_by_the_statement'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                # Built behind the index of decisions: a decision used twice is told as such, before its number is compared.
                migrations.RunSQL(
                    'ALTER TABLE timesheets_version DROP CONSTRAINT timesheets_version_pkey;'
                    ' ALTER TABLE timesheets_version DROP CONSTRAINT timesheets_one_version;'
                    ' ALTER TABLE timesheets_version ADD CONSTRAINT timesheets_version_pkey PRIMARY KEY (entry_id, number);'
                    ' ALTER SEQUENCE timesheets_version_id_seq CACHE 100;'
                ),
            ],
            state_operations=[
                migrations.RemoveConstraint(model_name='version', name='timesheets_one_version'),
            ],
        ),
    ]
