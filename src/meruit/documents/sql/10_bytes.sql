-- Kept bytes are what their SHA-256 says, and stay so.

CREATE SCHEMA IF NOT EXISTS documents;

CREATE OR REPLACE FUNCTION documents.check_bytes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.sha256 IS DISTINCT FROM sha256(NEW.content) OR NEW.size IS DISTINCT FROM length(NEW.content) THEN
        RAISE EXCEPTION 'The bytes of "%" are not the ones their SHA-256 and size name.', NEW.name USING ERRCODE = 'check_violation';
    END IF;
    NEW.kept_at := authority.moment();
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER a_check BEFORE INSERT ON public.documents_document FOR EACH ROW EXECUTE FUNCTION documents.check_bytes();
CALL authority.append_only('public.documents_document');
