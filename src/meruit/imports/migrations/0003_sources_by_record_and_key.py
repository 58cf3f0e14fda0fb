"""A source row is named by its record and its key: the number of its own, its sequence and its index go."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0002_references_by_the_statement'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    'ALTER TABLE imports_source DROP COLUMN id;'
                    ' ALTER TABLE imports_source DROP CONSTRAINT imports_one_source;'
                    ' ALTER TABLE imports_source ADD CONSTRAINT imports_source_pkey PRIMARY KEY (record, key);'
                ),
            ],
            state_operations=[
                migrations.RemoveConstraint(model_name='source', name='imports_one_source'),
                migrations.RemoveField(model_name='source', name='id'),
                migrations.AddField(
                    model_name='source',
                    name='pk',
                    field=models.CompositePrimaryKey('record', 'key', blank=True, editable=False, primary_key=True, serialize=False),
                ),
            ],
        ),
    ]
