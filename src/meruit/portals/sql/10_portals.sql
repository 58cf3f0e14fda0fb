-- What leaves the house, and what was heard of it. Nothing here is an effect: a submission sends a bill that was
-- decided, byte by byte, and what a portal says is kept as it was said.

CREATE SCHEMA IF NOT EXISTS portals;

CALL audit.keep_history('public.portals_connection');
CALL audit.keep_history('public.portals_submission');
CALL audit.keep_history('public.portals_attempt');
CALL audit.keep_history('public.portals_statusevent');

-- What is sent is an e-bill of this very invoice, under a name of its own.
CREATE OR REPLACE FUNCTION portals.check_submission() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.revision_id IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM public.invoices_ebillrevision r WHERE r.id = NEW.revision_id AND r.invoice_id = NEW.invoice_id) THEN
        RAISE EXCEPTION 'E-bill % is not one of invoice %.', NEW.revision_id, NEW.invoice_id USING ERRCODE = 'check_violation';
    ELSIF NEW.revision_id IS NULL AND NEW.state NOT IN ('drafted', 'firm_hold') THEN
        RAISE EXCEPTION 'A bill without an e-bill is not %.', NEW.state USING ERRCODE = 'check_violation';
    ELSIF NEW.revision_id IS NOT NULL AND (coalesce(NEW.key, '') = '' OR NEW.file_name = '') THEN
        RAISE EXCEPTION 'An e-bill is sent under a key and a name.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER a_check BEFORE INSERT OR UPDATE ON public.portals_submission FOR EACH ROW EXECUTE FUNCTION portals.check_submission();

-- An attempt is of the bytes that were packaged; what is settled stays settled.
CREATE OR REPLACE FUNCTION portals.check_attempt() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT EXISTS (SELECT 1 FROM public.portals_submission s JOIN public.invoices_ebillrevision r ON r.id = s.revision_id
                        JOIN public.documents_document d ON d.id = r.document_id
                        WHERE s.id = NEW.submission_id AND d.sha256 = NEW.sha256 AND s.file_name = NEW.file_name) THEN
            RAISE EXCEPTION 'An attempt sends the bytes that were packaged, under their name.' USING ERRCODE = 'check_violation';
        END IF;
        NEW.intended_at := authority.moment();
        RETURN NEW;
    END IF;
    IF OLD.outcome IN ('accepted', 'refused') AND NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'Attempt % is settled: %.', OLD.id, OLD.outcome USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF NEW.outcome IN ('accepted', 'refused') THEN
        NEW.settled_at := authority.moment();
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER a_check BEFORE INSERT OR UPDATE ON public.portals_attempt FOR EACH ROW EXECUTE FUNCTION portals.check_attempt();
