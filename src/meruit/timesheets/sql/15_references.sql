-- What entries and versions refer to, by the statement (`imports/sql/20_references.sql` says why that holds).

CREATE OR REPLACE FUNCTION timesheets.check_entries() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    what text;
    absent bigint;
BEGIN
    SELECT 'matter', n.matter_id INTO what, absent FROM (SELECT DISTINCT matter_id FROM new_rows) n
     WHERE NOT EXISTS (SELECT 1 FROM public.matters_matter x WHERE x.id = n.matter_id) LIMIT 1;
    IF NOT FOUND THEN
        SELECT 'timekeeper', n.timekeeper_id INTO what, absent FROM (SELECT DISTINCT timekeeper_id FROM new_rows) n
         WHERE NOT EXISTS (SELECT 1 FROM public.people_timekeeper x WHERE x.id = n.timekeeper_id) LIMIT 1;
    END IF;
    IF NOT FOUND THEN
        SELECT 'person', n.prepared_by_id INTO what, absent FROM (SELECT DISTINCT prepared_by_id FROM new_rows) n
         WHERE NOT EXISTS (SELECT 1 FROM public.people_person x WHERE x.id = n.prepared_by_id) LIMIT 1;
    END IF;
    IF NOT FOUND THEN
        SELECT 'suggestion', n.suggestion_id INTO what, absent FROM new_rows n
         WHERE n.suggestion_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM public.capture_suggestion x WHERE x.id = n.suggestion_id) LIMIT 1;
    END IF;
    IF FOUND THEN
        RAISE EXCEPTION 'There is no % %.', what, absent USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER a_check AFTER INSERT ON public.timesheets_entry REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION timesheets.check_entries();
CREATE OR REPLACE TRIGGER a_check_u AFTER UPDATE ON public.timesheets_entry REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION timesheets.check_entries();

CALL imports.keep_in_place('public.matters_matter');
CALL imports.keep_in_place('public.people_timekeeper');
CALL imports.keep_in_place('public.people_person');
CALL imports.keep_in_place('public.capture_suggestion');
CALL imports.keep_in_place('public.timesheets_entry');

-- Numbers for entries that are about to be written, so that what they say can follow without asking back. Whoever
-- draws alone draws them in a row, and is told the first and the last.
DROP FUNCTION IF EXISTS timesheets.numbers(integer);
CREATE FUNCTION timesheets.numbers(many integer, OUT first bigint, OUT last bigint, OUT apart bigint[])
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT min(n.id), max(n.id), CASE WHEN max(n.id) - min(n.id) + 1 <> count(*) THEN array_agg(n.id) END
      FROM (SELECT nextval('public.timesheets_entry_id_seq') AS id FROM generate_series(1, many)) n
$$;
