-- Findings: which of them only a partner's decision lets stand, and proofs of costs.

CREATE OR REPLACE FUNCTION prebills.check_finding() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.override = 'decision' AND NEW.settled_how LIKE 'overridden%' AND OLD.settled_how IS DISTINCT FROM NEW.settled_how
       AND NOT EXISTS (SELECT 1 FROM public.prebills_override o WHERE o.finding_id = NEW.id) THEN
        RAISE EXCEPTION 'The client''s rule %: a partner decides whether this stands.', NEW.rule USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER a_check BEFORE UPDATE ON public.prebills_finding FOR EACH ROW EXECUTE FUNCTION prebills.check_finding();

CREATE OR REPLACE FUNCTION prebills.describe_override(content jsonb) RETURNS authority.subject
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s authority.subject;
    f public.prebills_finding%ROWTYPE;
    state text;
BEGIN
    SELECT * INTO f FROM public.prebills_finding x WHERE x.id = (content ->> 'finding_id')::bigint;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no finding %.', coalesce(content ->> 'finding_id', '(none)') USING ERRCODE = 'no_data_found';
    ELSIF f.settled_at IS NOT NULL THEN
        RAISE EXCEPTION 'Finding % is settled: %.', f.id, f.settled_how USING ERRCODE = 'object_not_in_prerequisite_state';
    ELSIF coalesce(btrim(content ->> 'reason'), '') = '' THEN
        RAISE EXCEPTION 'Say why the line is right all the same.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT m.client_id, m.id, p.state INTO s.client_id, s.matter_id, state
      FROM public.prebills_prebill p JOIN public.matters_matter m ON m.id = p.matter_id WHERE p.id = f.prebill_id;
    IF state = 'invoiced' THEN
        RAISE EXCEPTION 'Pre-bill % is invoiced.', f.prebill_id USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    -- What was read: the finding, and the line it speaks of.
    SELECT sha256(convert_to(concat_ws(E'\x1f', f.id, f.rule, f.message, f.words, f.severity, f.guideline, f.at_risk, encode(f.rules_sha256, 'hex'),
                                       l.id, l.narrative, l.billed_hours, l.billed_value), 'UTF8'))
      INTO s.sha256 FROM (SELECT 1) one LEFT JOIN public.prebills_line l ON l.id = f.line_id;
    RETURN s;
EXCEPTION WHEN invalid_text_representation OR numeric_value_out_of_range THEN
    RAISE EXCEPTION 'A finding is named by its number: %', SQLERRM USING ERRCODE = 'invalid_parameter_value';
END $$;

CREATE OR REPLACE FUNCTION prebills.apply_override() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.prebills_finding f SET settled_at = authority.moment(), settled_how = 'overridden: ' || NEW.reason WHERE f.id = NEW.finding_id;
    RETURN NULL;
END $$;

CALL authority.guard_effect('public.prebills_override', 'override', 'finding_id', 'reason');
CREATE OR REPLACE TRIGGER b_apply AFTER INSERT ON public.prebills_override FOR EACH ROW EXECUTE FUNCTION prebills.apply_override();

CREATE OR REPLACE FUNCTION prebills.check_receipt() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.recorded_by_id := authority.actor();
    NEW.recorded_at := authority.moment();
    PERFORM 1 FROM public.timesheets_entry e WHERE e.id = NEW.entry_id AND e.kind = 'expense';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'A receipt proves a cost; entry % is none.', NEW.entry_id USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER a_check BEFORE INSERT ON public.prebills_receipt FOR EACH ROW EXECUTE FUNCTION prebills.check_receipt();
CALL authority.append_only('public.prebills_receipt');
CALL audit.keep_history('public.prebills_receipt');
CALL authority.append_only('public.prebills_codedhistory');
CALL audit.keep_history('public.prebills_codedhistory');
CALL audit.keep_history('public.prebills_screening');
