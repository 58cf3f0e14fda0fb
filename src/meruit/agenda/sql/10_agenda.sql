-- Deadlines leave a trail, and one that was met stays met.

CREATE SCHEMA IF NOT EXISTS agenda;

CALL audit.keep_history('public.agenda_deadline');

CREATE OR REPLACE FUNCTION agenda.keep_met() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.met_at IS NOT NULL AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'The deadline "%" was met; it is not opened again.', OLD.title USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER a_met BEFORE UPDATE ON public.agenda_deadline FOR EACH ROW EXECUTE FUNCTION agenda.keep_met();
