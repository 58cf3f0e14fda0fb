-- Registers of what clients have said: who recorded it and when is the database's to say, and a row that has ended
-- stays ended.

CREATE OR REPLACE FUNCTION firm.check_register() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.recorded_by_id := authority.actor();
        NEW.recorded_at := authority.moment();
        NEW.ended_at := NULL;
        NEW.ended_why := '';
    ELSIF OLD.ended_at IS NOT NULL THEN
        RAISE EXCEPTION 'This row has ended; another one is recorded instead.' USING ERRCODE = 'object_not_in_prerequisite_state';
    ELSE
        NEW.ended_at := authority.moment();
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER a_check BEFORE INSERT OR UPDATE ON public.firm_approval FOR EACH ROW EXECUTE FUNCTION firm.check_register();
CREATE OR REPLACE TRIGGER a_check BEFORE INSERT OR UPDATE ON public.firm_budget FOR EACH ROW EXECUTE FUNCTION firm.check_register();
CREATE OR REPLACE TRIGGER a_check BEFORE INSERT OR UPDATE ON public.firm_vendor FOR EACH ROW EXECUTE FUNCTION firm.check_register();
CREATE OR REPLACE TRIGGER a_check BEFORE INSERT OR UPDATE ON public.firm_statement FOR EACH ROW EXECUTE FUNCTION firm.check_register();

CALL audit.keep_history('public.firm_approval');
CALL audit.keep_history('public.firm_budget');
CALL audit.keep_history('public.firm_budgetline');
CALL audit.keep_history('public.firm_vendor');
CALL audit.keep_history('public.firm_statement');
CALL authority.append_only('public.firm_budgetline');
