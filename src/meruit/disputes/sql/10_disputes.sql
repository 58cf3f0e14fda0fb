-- What a payer cut is accepted or appealed by decision. Accepting is a credit note of the invoices' room; appealing
-- is a row here. Both end or move the dispute in the same statement.

CREATE SCHEMA IF NOT EXISTS disputes;

CALL audit.keep_history('public.disputes_rejection');
CALL audit.keep_history('public.disputes_reduction');
CALL audit.keep_history('public.disputes_appealtrack');

DO $$ BEGIN
    ALTER TABLE public.disputes_reduction ADD CONSTRAINT disputes_sane CHECK (
        amount > 0 AND amount NOT IN ('NaN', 'Infinity') AND tax >= 0 AND tax NOT IN ('NaN', 'Infinity'));
    ALTER TABLE public.disputes_appealtrack ADD CONSTRAINT disputes_recovered CHECK (recovered >= 0 AND recovered NOT IN ('NaN', 'Infinity'));
EXCEPTION WHEN duplicate_object THEN NULL; END $$;

-- What is still cut, net of tax: less what appeals brought back.
CREATE OR REPLACE FUNCTION disputes.remaining(reduction_id bigint) RETURNS numeric
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.amount - coalesce((SELECT sum(t.recovered) FROM public.disputes_appealtrack t JOIN public.disputes_appeal a ON a.id = t.appeal_id
                                 WHERE a.reduction_id = r.id), 0)
      FROM public.disputes_reduction r WHERE r.id = remaining.reduction_id
$$;

-- The reduction that a decision speaks of, where one may still be taken.
CREATE OR REPLACE FUNCTION disputes.undecided(reduction_id bigint) RETURNS public.disputes_reduction
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE r public.disputes_reduction;
BEGIN
    SELECT * INTO r FROM public.disputes_reduction x WHERE x.id = undecided.reduction_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no reduction %.', coalesce(reduction_id::text, '(none)') USING ERRCODE = 'no_data_found';
    ELSIF r.state NOT IN ('open', 'denied', 'partly_recovered', 'lapsed') THEN
        RAISE EXCEPTION 'Reduction % is %; nothing is decided about it now.', r.id, replace(r.state, '_', ' ')
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN r;
END $$;

CREATE OR REPLACE FUNCTION disputes.digest(r public.disputes_reduction) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT sha256(convert_to(concat_ws(E'\x1f', r.id, r.invoice_id, r.line_id, r.amount, disputes.remaining(r.id), r.reason_code), 'UTF8'))
$$;

-- Accepting a cut is a credit note over exactly what is still cut, on the line that was cut.
CREATE OR REPLACE FUNCTION disputes.describe_acceptance(content jsonb) RETURNS authority.subject
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s authority.subject := invoices.describe_credit_note(content);
    r public.disputes_reduction := disputes.undecided((content ->> 'reduction_id')::bigint);
    net numeric := (content ->> 'amount')::numeric - (content ->> 'tax')::numeric;
BEGIN
    IF content ->> 'kind' IS DISTINCT FROM 'accept-reduction' OR r.invoice_id IS DISTINCT FROM (content ->> 'invoice_id')::bigint THEN
        RAISE EXCEPTION 'Reduction % is of another invoice, or this is no acceptance of it.', r.id USING ERRCODE = 'invalid_parameter_value';
    ELSIF net IS DISTINCT FROM disputes.remaining(r.id) THEN
        RAISE EXCEPTION 'What is still cut is %; % is not its acceptance.', disputes.remaining(r.id), net USING ERRCODE = 'invalid_parameter_value';
    ELSIF r.line_id IS NOT NULL AND EXISTS (SELECT 1 FROM jsonb_array_elements(content -> 'lines') q
                                             WHERE (q ->> 'invoice_line_id')::bigint IS DISTINCT FROM r.line_id) THEN
        RAISE EXCEPTION 'The cut was of one line; another is not lowered by its acceptance.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    s.reason_code := r.reason_code;
    s.sha256 := sha256(s.sha256 || disputes.digest(r));
    RETURN s;
END $$;

CREATE OR REPLACE FUNCTION disputes.apply_acceptance() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.kind = 'accept-reduction' THEN
        PERFORM disputes.undecided(NEW.reduction_id);
        UPDATE public.disputes_reduction r SET state = 'accepted', state_since = NEW.issued_at WHERE r.id = NEW.reduction_id;
    ELSIF NEW.reduction_id IS NOT NULL THEN
        RAISE EXCEPTION 'Only the acceptance of a reduction names one.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER c_reduction AFTER INSERT ON public.invoices_creditnote FOR EACH ROW EXECUTE FUNCTION disputes.apply_acceptance();

-- An appeal asks for no more than is still cut, in the next round, while the payer takes appeals.
CREATE OR REPLACE FUNCTION disputes.describe_appeal(content jsonb) RETURNS authority.subject
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    r public.disputes_reduction := disputes.undecided((content ->> 'reduction_id')::bigint);
    i public.invoices_invoice := invoices.standing(r.invoice_id);
    s authority.subject := invoices.subject_of(i);
    asked numeric := (content ->> 'amount')::numeric;
    used integer;
    allowed integer;
BEGIN
    -- An effect's own row, whose decision is not used up yet, is not a round that was used.
    SELECT count(*) INTO used FROM public.disputes_appeal a JOIN public.authority_consumption c ON c.decision_id = a.decision_id WHERE a.reduction_id = r.id;
    SELECT y.appeals_allowed INTO allowed FROM public.matters_payer y WHERE y.id = i.payer_id;
    IF used >= allowed THEN
        RAISE EXCEPTION 'The payer takes % appeals of a cut, and % were made.', allowed, used USING ERRCODE = 'object_not_in_prerequisite_state';
    ELSIF (content ->> 'round')::integer IS DISTINCT FROM used + 1 THEN
        RAISE EXCEPTION 'The next appeal of reduction % is number %.', r.id, used + 1 USING ERRCODE = 'invalid_parameter_value';
    ELSIF asked IS NULL OR asked IN ('NaN', 'Infinity') OR asked <= 0 OR asked > disputes.remaining(r.id) THEN
        RAISE EXCEPTION 'What is still cut is %; % cannot be asked for.', disputes.remaining(r.id), coalesce(content ->> 'amount', 'nothing')
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF coalesce(btrim(content ->> 'argument'), '') = '' THEN
        RAISE EXCEPTION 'An appeal says why the charge should be paid.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    s.amount := asked;
    s.reason_code := r.reason_code;
    s.sha256 := disputes.digest(r);
    RETURN s;
EXCEPTION WHEN invalid_text_representation THEN
    RAISE EXCEPTION 'The content of an appeal holds a value that is no number: %', SQLERRM USING ERRCODE = 'invalid_parameter_value';
END $$;

CREATE OR REPLACE FUNCTION disputes.apply_appeal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE now_ timestamptz := authority.moment();
BEGIN
    INSERT INTO public.disputes_appealtrack (appeal_id, state, state_since) VALUES (NEW.id, 'ready', now_);
    UPDATE public.disputes_reduction r SET state = 'appealed', state_since = now_ WHERE r.id = NEW.reduction_id;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION disputes.one_after_the_other() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM 1 FROM public.disputes_reduction r WHERE r.id = NEW.reduction_id FOR NO KEY UPDATE;
    RETURN NEW;
END $$;

CALL authority.guard_effect('public.disputes_appeal', 'appeal', 'reduction_id', 'round', 'amount', 'argument');
CREATE OR REPLACE TRIGGER a_lock BEFORE INSERT ON public.disputes_appeal FOR EACH ROW EXECUTE FUNCTION disputes.one_after_the_other();
CREATE OR REPLACE TRIGGER b_apply AFTER INSERT ON public.disputes_appeal FOR EACH ROW EXECUTE FUNCTION disputes.apply_appeal();

-- A cut is accepted or appealed by its decision alone, and what was accepted stays so: silence accepts nothing.
CREATE OR REPLACE FUNCTION disputes.keep_decided() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (TG_OP = 'INSERT' AND NEW.state <> 'open')
       OR (TG_OP = 'UPDATE' AND OLD.state <> NEW.state AND (OLD.state = 'accepted' OR NEW.state IN ('accepted', 'appealed'))
           AND current_user <> (SELECT pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.oid = TG_RELID)) THEN
        RAISE EXCEPTION 'A reduction is accepted or appealed by its decision alone, and what was accepted stays accepted.'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER a_decided BEFORE INSERT OR UPDATE OF state ON public.disputes_reduction FOR EACH ROW EXECUTE FUNCTION disputes.keep_decided();
