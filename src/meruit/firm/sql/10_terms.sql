-- Terms: rates, arrangements and shares change by decision only. The rows that were decided are written out
-- by a trigger; no login can write them.

CREATE SCHEMA IF NOT EXISTS firm;

CREATE OR REPLACE FUNCTION firm.check_terms_row(kind text, client bigint, r jsonb) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    allowed text[] := CASE kind
        WHEN 'rate' THEN ARRAY['level', 'matter_id', 'timekeeper_id', 'classification', 'task_code', 'amount', 'percent', 'currency', 'from_on', 'until_on']
        WHEN 'arrangement' THEN ARRAY['matter_id', 'phase', 'kind', 'terms', 'from_on', 'until_on']
        WHEN 'shares' THEN ARRAY['matter_id', 'from_on', 'shares'] END;
    name text;
    total numeric;
BEGIN
    IF jsonb_typeof(r) IS DISTINCT FROM 'object' THEN
        RAISE EXCEPTION 'A row of terms is an object.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR name IN SELECT jsonb_object_keys(r) LOOP
        IF NOT name = ANY (allowed) THEN
            RAISE EXCEPTION 'A row of % has no field %; it has %.', kind, name, array_to_string(allowed, ', ') USING ERRCODE = 'invalid_parameter_value';
        END IF;
    END LOOP;
    IF (r ->> 'from_on') IS NULL OR (r ->> 'until_on')::date < (r ->> 'from_on')::date THEN
        RAISE EXCEPTION 'Terms hold from one day, until none or a later one.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF kind <> 'rate' OR (r ->> 'matter_id') IS NOT NULL THEN
        PERFORM 1 FROM public.matters_matter m WHERE m.id = (r ->> 'matter_id')::bigint AND m.client_id = client;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'Matter % is not a matter of this client.', coalesce(r ->> 'matter_id', '(none)') USING ERRCODE = 'invalid_parameter_value';
        END IF;
    END IF;
    IF kind = 'rate' THEN
        IF (r ->> 'amount')::numeric IN ('NaN', 'Infinity', '-Infinity') OR (r ->> 'amount')::numeric < 0
           OR (r ->> 'percent')::numeric IN ('NaN', 'Infinity', '-Infinity') OR (r ->> 'percent')::numeric NOT BETWEEN 0 AND 100
           OR ((r ->> 'amount') IS NULL) = ((r ->> 'percent') IS NULL) OR coalesce(r ->> 'currency', '') !~ '^[A-Z]{3}$' THEN
            RAISE EXCEPTION 'A rate is an amount per hour, or a percent from 0 to 100, in a currency.' USING ERRCODE = 'invalid_parameter_value';
        END IF;
        IF client IS NULL AND r ->> 'level' <> 'standard' OR client IS NOT NULL AND r ->> 'level' = 'standard' THEN
            RAISE EXCEPTION 'Standard rates are the firm''s; every other rate is a client''s.' USING ERRCODE = 'invalid_parameter_value';
        END IF;
    ELSIF kind = 'shares' THEN
        IF jsonb_typeof(r -> 'shares') IS DISTINCT FROM 'array' OR jsonb_array_length(r -> 'shares') = 0 THEN
            RAISE EXCEPTION 'Shares name at least one payer.' USING ERRCODE = 'invalid_parameter_value';
        END IF;
        PERFORM 1 FROM jsonb_array_elements(r -> 'shares') x
          WHERE NOT EXISTS (SELECT 1 FROM public.matters_payer p WHERE p.id = (x ->> 'payer_id')::bigint);
        IF FOUND THEN
            RAISE EXCEPTION 'A share names a payer that does not exist.' USING ERRCODE = 'no_data_found';
        END IF;
    END IF;
END $$;

CREATE OR REPLACE FUNCTION firm.describe_terms(content jsonb) RETURNS authority.subject
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s authority.subject;
    kind text := content ->> 'kind';
    r jsonb;
BEGIN
    IF kind IS NULL OR kind NOT IN ('rate', 'arrangement', 'shares') OR jsonb_typeof(content -> 'rows') IS DISTINCT FROM 'array'
       OR jsonb_array_length(content -> 'rows') = 0 THEN
        RAISE EXCEPTION 'A change of terms has a kind (rate, arrangement, shares) and rows.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    s.client_id := (content ->> 'client_id')::bigint;
    IF s.client_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM public.matters_client c WHERE c.id = s.client_id) THEN
        RAISE EXCEPTION 'There is no client %.', s.client_id USING ERRCODE = 'no_data_found';
    END IF;
    FOR r IN SELECT jsonb_array_elements(content -> 'rows') LOOP
        PERFORM firm.check_terms_row(kind, s.client_id, r);
    END LOOP;
    IF jsonb_array_length(content -> 'rows') = 1 THEN
        s.matter_id := (content #>> '{rows,0,matter_id}')::bigint;
    END IF;
    s.sha256 := sha256(convert_to('terms', 'UTF8'));
    RETURN s;
EXCEPTION WHEN invalid_text_representation OR invalid_datetime_format OR datetime_field_overflow THEN
    RAISE EXCEPTION 'A row of terms holds a value that is no number or date: %', SQLERRM USING ERRCODE = 'invalid_parameter_value';
END $$;

CREATE OR REPLACE FUNCTION firm.apply_terms() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.kind = 'rate' THEN
        INSERT INTO public.firm_rate (change_id, level, client_id, matter_id, timekeeper_id, classification, task_code, amount, percent, currency, from_on, until_on)
        SELECT NEW.id, r ->> 'level', NEW.client_id, (r ->> 'matter_id')::bigint, (r ->> 'timekeeper_id')::bigint, coalesce(r ->> 'classification', ''),
               coalesce(r ->> 'task_code', ''), (r ->> 'amount')::numeric, (r ->> 'percent')::numeric, r ->> 'currency', (r ->> 'from_on')::date, (r ->> 'until_on')::date
          FROM jsonb_array_elements(NEW.rows) r;
    ELSIF NEW.kind = 'arrangement' THEN
        INSERT INTO public.firm_arrangement (change_id, matter_id, phase, kind, terms, from_on, until_on)
        SELECT NEW.id, (r ->> 'matter_id')::bigint, coalesce(r ->> 'phase', ''), r ->> 'kind', r -> 'terms', (r ->> 'from_on')::date, (r ->> 'until_on')::date
          FROM jsonb_array_elements(NEW.rows) r;
    ELSE
        INSERT INTO public.matters_shareset (matter_id, from_on, shares, decision_id)
        SELECT (r ->> 'matter_id')::bigint, (r ->> 'from_on')::date, r -> 'shares', NEW.decision_id FROM jsonb_array_elements(NEW.rows) r;
    END IF;
    RETURN NULL;
END $$;

CALL authority.guard_effect('public.firm_termschange', 'column:kind', 'kind', 'client_id', 'rows');
CREATE OR REPLACE TRIGGER b_apply AFTER INSERT ON public.firm_termschange FOR EACH ROW EXECUTE FUNCTION firm.apply_terms();
CALL authority.append_only('public.firm_rate');
CALL authority.append_only('public.firm_arrangement');
CALL authority.append_only('public.matters_shareset');
CALL audit.keep_history('public.firm_rate');
CALL audit.keep_history('public.firm_arrangement');
CALL audit.keep_history('public.matters_shareset');
CALL audit.keep_history('public.firm_portalrate');
CALL audit.keep_history('public.firm_guidelineset');
CALL audit.keep_history('public.firm_playbook');
CALL audit.keep_history('public.firm_calendar');
