-- A client's rules: a draft may be corrected, an accepted version never changes, and only its acceptance accepts it.

CREATE OR REPLACE FUNCTION firm.check_set() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.sha256 := sha256(convert_to(NEW.text, 'UTF8'));
    IF NEW.effective_to < NEW.effective_from THEN
        RAISE EXCEPTION 'Version % ends before it begins.', NEW.version USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF TG_OP = 'INSERT' THEN
        NEW.state := 'draft';
        NEW.accepted_by := '';
        NEW.accepted_on := NULL;
        NEW.added_by_id := authority.actor();
        NEW.kept_at := authority.moment();
        RETURN NEW;
    END IF;
    IF OLD.state <> 'draft' THEN
        RAISE EXCEPTION 'Version % of % is %; it is never changed. A new version takes its place from a day on.', OLD.version, OLD.name, OLD.state
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF NEW.state = 'accepted' THEN
        IF NOT EXISTS (SELECT 1 FROM public.firm_setacceptance a WHERE a.guideline_set_id = NEW.id AND a.text_sha256 = encode(NEW.sha256, 'hex')) THEN
            RAISE EXCEPTION 'Version % of % is accepted by decision only.', NEW.version, NEW.name USING ERRCODE = 'insufficient_privilege';
        END IF;
    ELSE
        NEW.accepted_by := '';
        NEW.accepted_on := NULL;
    END IF;
    IF NEW.state NOT IN ('draft', 'accepted', 'withdrawn') OR (NEW.client_id, NEW.payer_id, NEW.name, NEW.added_by_id, NEW.kept_at)
       IS DISTINCT FROM (OLD.client_id, OLD.payer_id, OLD.name, OLD.added_by_id, OLD.kept_at) THEN
        RAISE EXCEPTION 'A version stays with its client, payer and name.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER a_check BEFORE INSERT OR UPDATE ON public.firm_guidelineset FOR EACH ROW EXECUTE FUNCTION firm.check_set();

CREATE OR REPLACE FUNCTION firm.describe_set(content jsonb) RETURNS authority.subject
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s authority.subject;
    g public.firm_guidelineset%ROWTYPE;
    latest date;
BEGIN
    SELECT * INTO g FROM public.firm_guidelineset x WHERE x.id = (content ->> 'guideline_set_id')::bigint;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no guideline set %.', coalesce(content ->> 'guideline_set_id', '(none)') USING ERRCODE = 'no_data_found';
    ELSIF g.state <> 'draft' THEN
        RAISE EXCEPTION 'Version % of % is %.', g.version, g.name, g.state USING ERRCODE = 'object_not_in_prerequisite_state';
    ELSIF content ->> 'text_sha256' IS DISTINCT FROM encode(g.sha256, 'hex') THEN
        RAISE EXCEPTION 'The text of version % of % is another one by now; it has to be put forward anew.', g.version, g.name
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    SELECT max(x.effective_from) INTO latest FROM public.firm_guidelineset x
     WHERE x.client_id IS NOT DISTINCT FROM g.client_id AND x.payer_id IS NOT DISTINCT FROM g.payer_id AND x.name = g.name AND x.state = 'accepted';
    IF g.effective_from <= latest THEN
        RAISE EXCEPTION 'Version % would hold from %; the rules in force hold from %, and a later version begins after that.', g.version, g.effective_from, latest
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    s.client_id := g.client_id;
    s.payer_id := g.payer_id;
    s.sha256 := sha256(convert_to(concat_ws(E'\x1f', g.id, g.version, g.effective_from, g.effective_to, encode(g.sha256, 'hex')), 'UTF8'));
    RETURN s;
EXCEPTION WHEN invalid_text_representation OR numeric_value_out_of_range THEN
    RAISE EXCEPTION 'A guideline set is named by its number: %', SQLERRM USING ERRCODE = 'invalid_parameter_value';
END $$;

CREATE OR REPLACE FUNCTION firm.apply_acceptance() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
BEGIN
    UPDATE public.firm_guidelineset g SET state = 'accepted', accepted_by = p.name, accepted_on = authority.day(d.decided_at)
      FROM public.authority_decision d JOIN public.people_person p ON p.id = d.decided_by_id
     WHERE g.id = NEW.guideline_set_id AND d.id = NEW.decision_id;
    RETURN NULL;
END $$;

CALL authority.guard_effect('public.firm_setacceptance', 'guideline-set', 'guideline_set_id', 'text_sha256');
CREATE OR REPLACE TRIGGER b_apply AFTER INSERT ON public.firm_setacceptance FOR EACH ROW EXECUTE FUNCTION firm.apply_acceptance();
