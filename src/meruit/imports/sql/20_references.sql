-- A table that a file fills by the hundred thousand rows refers to others by the statement: which rows it names is
-- asked once for each of them, where a foreign key asks for every row. That holds since what is named is never
-- deleted and never numbered anew, so that no lock has to keep it in place.

CREATE SCHEMA IF NOT EXISTS imports;

CREATE OR REPLACE FUNCTION imports.refuse_leaving() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'A row of % is named by others; it is neither deleted nor numbered anew.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

-- Called by the owner at installation only.
CREATE OR REPLACE PROCEDURE imports.keep_in_place(rel regclass) LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('CREATE OR REPLACE TRIGGER in_place_d BEFORE DELETE ON %s FOR EACH ROW EXECUTE FUNCTION imports.refuse_leaving()', rel);
    EXECUTE format('CREATE OR REPLACE TRIGGER in_place_u BEFORE UPDATE OF id ON %s FOR EACH ROW WHEN (NEW.id <> OLD.id) EXECUTE FUNCTION imports.refuse_leaving()', rel);
    EXECUTE format('CREATE OR REPLACE TRIGGER in_place_t BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION imports.refuse_leaving()', rel);
END $$;

CREATE OR REPLACE FUNCTION imports.check_sources() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE absent bigint;
BEGIN
    SELECT n.batch_id INTO absent FROM (SELECT DISTINCT batch_id FROM new_rows) n
     WHERE NOT EXISTS (SELECT 1 FROM public.imports_batch b WHERE b.id = n.batch_id) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'There is no batch %.', absent USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER a_check AFTER INSERT ON public.imports_source REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION imports.check_sources();
CREATE OR REPLACE TRIGGER a_check_u AFTER UPDATE ON public.imports_source REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION imports.check_sources();
CALL imports.keep_in_place('public.imports_batch');
