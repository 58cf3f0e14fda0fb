-- A final bill is never changed: it is lowered by a credit note, undone by a reversal, or given up.

-- The bill that an effect speaks of, as long as it stands. An effect's own row, whose decision is not used up
-- yet, does not count as having happened.
CREATE OR REPLACE FUNCTION invoices.standing(invoice_id bigint) RETURNS public.invoices_invoice
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE i public.invoices_invoice;
BEGIN
    SELECT * INTO i FROM public.invoices_invoice x WHERE x.id = standing.invoice_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no invoice %.', coalesce(invoice_id::text, '(none)') USING ERRCODE = 'no_data_found';
    END IF;
    PERFORM 1 FROM public.invoices_reversal r JOIN public.authority_consumption c ON c.decision_id = r.decision_id WHERE r.invoice_id = i.id;
    IF FOUND THEN
        RAISE EXCEPTION 'Invoice % has been reversed.', i.number USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN i;
END $$;

CREATE OR REPLACE FUNCTION invoices.owed(invoice_id bigint) RETURNS numeric
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(sum(p.amount), 0) FROM public.ledger_posting p WHERE p.account_id = 'ar' AND p.invoice_id = owed.invoice_id
$$;

CREATE OR REPLACE FUNCTION invoices.subject_of(i public.invoices_invoice) RETURNS authority.subject
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT m.client_id, m.id, i.payer_id, NULL::bigint, NULL::numeric, i.currency, NULL::text,
           sha256(convert_to(concat_ws(E'\x1f', i.id, i.number, i.total), 'UTF8'))
      FROM public.matters_matter m WHERE m.id = i.matter_id
$$;

-- What a credit takes off each line: never more than is left of it, and the tax that goes with it. Rooms above
-- that post credits of their own (accepted reductions) ask the same.
CREATE OR REPLACE FUNCTION invoices.describe_credit_note(content jsonb) RETURNS authority.subject
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    i public.invoices_invoice := invoices.standing((content ->> 'invoice_id')::bigint);
    s authority.subject;
    x record;
    gross numeric := 0;
    taxes numeric := 0;
    seen bigint[] := '{}';
BEGIN
    IF jsonb_typeof(content -> 'lines') IS DISTINCT FROM 'array' OR jsonb_array_length(content -> 'lines') = 0 THEN
        RAISE EXCEPTION 'A credit note lowers at least one line.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR x IN SELECT g.invoice_line_id, g.amount, g.tax, l.number, l.amount AS billed, l.tax_rate,
                    l.amount - coalesce(e.amount, 0) AS net_left, l.tax - coalesce(e.tax, 0) AS tax_left
               FROM jsonb_to_recordset(content -> 'lines') AS g(invoice_line_id bigint, amount numeric, tax numeric)
               LEFT JOIN public.invoices_invoiceline l ON l.id = g.invoice_line_id AND l.invoice_id = i.id
               LEFT JOIN LATERAL (
                   SELECT sum((q ->> 'amount')::numeric) AS amount, sum((q ->> 'tax')::numeric) AS tax
                     FROM public.invoices_creditnote n JOIN public.authority_consumption c ON c.decision_id = n.decision_id,
                          jsonb_array_elements(n.lines) q
                    WHERE n.invoice_id = i.id AND (q ->> 'invoice_line_id')::bigint = l.id) e ON true LOOP
        IF x.number IS NULL OR x.invoice_line_id = ANY (seen) THEN
            RAISE EXCEPTION 'Invoice % has no line %, or it is named twice.', i.number, coalesce(x.invoice_line_id::text, '(none)') USING ERRCODE = 'no_data_found';
        ELSIF x.amount IS NULL OR x.tax IS NULL OR 'NaN' IN (x.amount, x.tax) OR x.amount <= 0 OR x.amount > x.net_left THEN
            RAISE EXCEPTION 'Line % of invoice % has % left; it cannot be credited by %.', x.number, i.number, x.net_left, coalesce(x.amount::text, 'nothing')
                USING ERRCODE = 'invalid_parameter_value';
        ELSIF x.tax < 0 OR x.tax > x.tax_left OR (x.amount = x.net_left AND x.tax <> x.tax_left)
              OR abs(x.tax - x.amount * x.tax_rate) > prebills.unit(i.currency) THEN
            RAISE EXCEPTION 'Line % of invoice %: a credit of % does not bear tax of %.', x.number, i.number, x.amount, x.tax USING ERRCODE = 'invalid_parameter_value';
        END IF;
        gross := gross + x.amount + x.tax;
        taxes := taxes + x.tax;
        seen := seen || x.invoice_line_id;
    END LOOP;
    IF (content ->> 'amount')::numeric IS DISTINCT FROM gross OR (content ->> 'tax')::numeric IS DISTINCT FROM taxes THEN
        RAISE EXCEPTION 'The lines of the credit come to % with tax of %, not % with %.', gross, taxes, content ->> 'amount', content ->> 'tax'
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF coalesce(content ->> 'reason', '') = '' THEN
        RAISE EXCEPTION 'A credit note says why.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    s := invoices.subject_of(i);
    s.amount := gross;
    s.reason_code := (SELECT CASE WHEN count(DISTINCT q ->> 'reason_code') = 1 THEN min(q ->> 'reason_code') END FROM jsonb_array_elements(content -> 'lines') q);
    RETURN s;
EXCEPTION WHEN invalid_text_representation THEN
    RAISE EXCEPTION 'The content of a credit holds a value that is no number: %', SQLERRM USING ERRCODE = 'invalid_parameter_value';
END $$;

CREATE OR REPLACE FUNCTION invoices.stamp_credit_note() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE series text;
BEGIN
    PERFORM 1 FROM public.invoices_invoice i WHERE i.id = NEW.invoice_id FOR NO KEY UPDATE;  -- one credit after the other
    NEW.issued_on := invoices.today();
    NEW.issued_at := authority.moment();
    series := invoices.series(true, NEW.issued_on);
    NEW.number := invoices.written(series, invoices.next_number(series));
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION invoices.apply_credit_note() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    i public.invoices_invoice := invoices.standing(NEW.invoice_id);
    place jsonb;
BEGIN
    PERFORM invoices.take_number(invoices.series(true, NEW.issued_on));
    SELECT jsonb_build_object('currency', i.currency, 'client_id', m.client_id, 'matter_id', m.id, 'payer_id', i.payer_id, 'invoice_id', i.id)
      INTO place FROM public.matters_matter m WHERE m.id = i.matter_id;
    PERFORM ledger.post('invoice.credited:' || NEW.id, 'invoice.credited', NEW.issued_on, 'invoices_creditnote', NEW.id, jsonb_build_array(
        place || jsonb_build_object('account', 'ar', 'amount', -NEW.amount),
        place || jsonb_build_object('account', 'tax', 'amount', NEW.tax),
        place || jsonb_build_object('account', 'billing-reduction', 'amount', NEW.amount - NEW.tax)));
    RETURN NULL;
END $$;

CALL authority.guard_effect('public.invoices_creditnote', 'column:kind', 'invoice_id', 'kind', 'lines', 'amount', 'tax', 'reason', 'reduction_id');
CREATE OR REPLACE TRIGGER a_stamp BEFORE INSERT ON public.invoices_creditnote FOR EACH ROW EXECUTE FUNCTION invoices.stamp_credit_note();
CREATE OR REPLACE TRIGGER b_apply AFTER INSERT ON public.invoices_creditnote FOR EACH ROW EXECUTE FUNCTION invoices.apply_credit_note();

-- A reversal undoes a bill on which no money and no credit stands.
CREATE OR REPLACE FUNCTION invoices.describe_reversal(content jsonb) RETURNS authority.subject
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    i public.invoices_invoice := invoices.standing((content ->> 'invoice_id')::bigint);
    s authority.subject := invoices.subject_of(i);
BEGIN
    IF invoices.owed(i.id) <> i.total THEN
        RAISE EXCEPTION 'Invoice % was billed at % and is owed %; what was paid, credited or given up on it comes off first.', i.number, i.total,
            invoices.owed(i.id) USING ERRCODE = 'object_not_in_prerequisite_state';
    ELSIF coalesce(content ->> 'reason', '') = '' THEN
        RAISE EXCEPTION 'A reversal says why.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    s.amount := i.total;
    RETURN s;
END $$;

CREATE OR REPLACE FUNCTION invoices.stamp_day() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM 1 FROM public.invoices_invoice i WHERE i.id = NEW.invoice_id FOR NO KEY UPDATE;
    IF TG_TABLE_NAME = 'invoices_reversal' THEN
        NEW.reversed_on := invoices.today();
        NEW.reversed_at := authority.moment();
    ELSE
        -- Drafting locks the matter too: work is given up or billed, never both.
        PERFORM 1 FROM public.timesheets_entry e JOIN public.matters_matter m ON m.id = e.matter_id WHERE e.id = NEW.entry_id FOR NO KEY UPDATE OF m;
        NEW.written_off_on := invoices.today();
    END IF;
    RETURN NEW;
END $$;

-- The receivable goes at once. The work is in progress again when the last bill made from it is reversed: as long
-- as another payer's bill stands, its lines are billed.
CREATE OR REPLACE FUNCTION invoices.apply_reversal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    i public.invoices_invoice%ROWTYPE;
    prebill bigint;
BEGIN
    SELECT * INTO i FROM public.invoices_invoice x WHERE x.id = NEW.invoice_id;
    SELECT s.prebill_id INTO prebill FROM public.invoices_issue s WHERE s.id = i.issue_id;
    PERFORM 1 FROM public.prebills_prebill p WHERE p.id = prebill FOR NO KEY UPDATE;
    PERFORM ledger.reverse(e.id, 'invoice.reversed:' || NEW.id, 'invoice.reversed', NEW.reversed_on, 'invoices_reversal', NEW.id)
       FROM public.ledger_entry e WHERE e.natural_key = 'invoice.issued:' || i.id;
    IF NOT EXISTS (SELECT 1 FROM public.invoices_invoice x WHERE x.issue_id = i.issue_id
                      AND NOT EXISTS (SELECT 1 FROM public.invoices_reversal r WHERE r.invoice_id = x.id)) THEN
        PERFORM ledger.reverse(e.id, 'wip.returned:' || i.issue_id, 'wip.returned', NEW.reversed_on, 'invoices_reversal', NEW.id)
           FROM public.ledger_entry e WHERE e.natural_key = 'wip.billed:' || i.issue_id;
        UPDATE public.prebills_line l SET removed_at = NEW.reversed_at WHERE l.prebill_id = prebill AND l.removed_at IS NULL;
    END IF;
    RETURN NULL;
END $$;

CALL authority.guard_effect('public.invoices_reversal', 'reversal', 'invoice_id', 'reason');
CREATE OR REPLACE TRIGGER a_stamp BEFORE INSERT ON public.invoices_reversal FOR EACH ROW EXECUTE FUNCTION invoices.stamp_day();
CREATE OR REPLACE TRIGGER b_apply AFTER INSERT ON public.invoices_reversal FOR EACH ROW EXECUTE FUNCTION invoices.apply_reversal();

-- Bad debt, up to what is owed; or released work that is on no final bill, whole. Costs that the firm paid out to others are
-- cash lost, not work unpaid: `hard` says which of the two kinds of decision asks, and each refuses what is the other's.
CREATE OR REPLACE FUNCTION invoices.describe_given_up(content jsonb, hard boolean) RETURNS authority.subject
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s authority.subject;
    i public.invoices_invoice;
    w record;
    off numeric := (content ->> 'amount')::numeric;
BEGIN
    IF off IS NULL OR off IN ('NaN', 'Infinity') OR off <= 0 OR coalesce(content ->> 'reason', '') = '' THEN
        RAISE EXCEPTION 'A write-off has an amount above zero and a reason.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF (content ->> 'hard_cost')::boolean IS DISTINCT FROM hard THEN
        RAISE EXCEPTION 'A cost that was paid out to others is given up by a decision of its own kind, with a limit of its own.'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF content ->> 'loss' = 'bad-debt' AND content ->> 'entry_id' IS NULL THEN
        i := invoices.standing((content ->> 'invoice_id')::bigint);
        IF off > invoices.owed(i.id) OR (content ->> 'hard_cost')::boolean THEN
            RAISE EXCEPTION 'Invoice % is owed %; % cannot be written off on it as bad debt.', i.number, invoices.owed(i.id), off
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
        s := invoices.subject_of(i);
    ELSIF content ->> 'loss' = 'wip' AND content ->> 'invoice_id' IS NULL THEN
        SELECT m.client_id, m.id AS matter_id, t.person_id, v.worked_value, v.currency, v.hard_cost, timesheets.digest(e.id) AS sha256,
               EXISTS (SELECT 1 FROM public.timesheets_released r WHERE r.entry_id = e.id) AND v.billable
               AND NOT EXISTS (SELECT 1 FROM public.prebills_line l JOIN public.prebills_prebill p ON p.id = l.prebill_id
                                WHERE l.entry_id = e.id AND l.removed_at IS NULL AND p.state NOT IN ('draft', 'in review', 'approved'))
               AND NOT EXISTS (SELECT 1 FROM public.prebills_givenup g WHERE g.entry_id = e.id) AS in_progress
          INTO w
          FROM public.timesheets_entry e JOIN public.timesheets_version v ON v.entry_id = e.id AND v.number = e.version
          JOIN public.matters_matter m ON m.id = e.matter_id JOIN public.people_timekeeper t ON t.id = e.timekeeper_id
         WHERE e.id = (content ->> 'entry_id')::bigint;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'There is no entry %.', coalesce(content ->> 'entry_id', '(none)') USING ERRCODE = 'no_data_found';
        ELSIF NOT w.in_progress THEN
            RAISE EXCEPTION 'Entry % is not released work on no bill, or on one that can still change; only that is given up.', content ->> 'entry_id'
                USING ERRCODE = 'object_not_in_prerequisite_state';
        ELSIF off <> w.worked_value OR (content ->> 'hard_cost')::boolean IS DISTINCT FROM w.hard_cost THEN
            RAISE EXCEPTION 'Entry % is worth %; it is given up whole, and as the kind of cost it is.', content ->> 'entry_id', w.worked_value
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
        s.client_id := w.client_id;
        s.matter_id := w.matter_id;
        s.owner_id := w.person_id;
        s.currency := w.currency;
        s.sha256 := w.sha256;
    ELSE
        RAISE EXCEPTION 'A write-off is a bad debt on an invoice, or work in progress of an entry.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF content ->> 'currency' IS DISTINCT FROM s.currency THEN
        RAISE EXCEPTION 'It is kept in %, not in %.', s.currency, coalesce(content ->> 'currency', 'no currency') USING ERRCODE = 'invalid_parameter_value';
    END IF;
    s.amount := off;
    s.reason_code := content ->> 'loss';
    RETURN s;
EXCEPTION WHEN invalid_text_representation THEN
    RAISE EXCEPTION 'The content of a write-off holds a value that is no number: %', SQLERRM USING ERRCODE = 'invalid_parameter_value';
END $$;

CREATE OR REPLACE FUNCTION invoices.describe_write_off(content jsonb) RETURNS authority.subject
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT invoices.describe_given_up(content, false)
$$;

CREATE OR REPLACE FUNCTION invoices.describe_hard_cost(content jsonb) RETURNS authority.subject
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT invoices.describe_given_up(content, true)
$$;

CREATE OR REPLACE FUNCTION invoices.apply_write_off() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE place jsonb;
BEGIN
    IF NEW.loss = 'bad-debt' THEN
        SELECT jsonb_build_object('currency', i.currency, 'client_id', m.client_id, 'matter_id', m.id, 'payer_id', i.payer_id, 'invoice_id', i.id)
          INTO place FROM public.invoices_invoice i JOIN public.matters_matter m ON m.id = i.matter_id WHERE i.id = NEW.invoice_id;
        PERFORM ledger.post('written-off:' || NEW.id, 'invoice.written-off', NEW.written_off_on, 'invoices_writeoff', NEW.id, jsonb_build_array(
            place || jsonb_build_object('account', 'ar', 'amount', -NEW.amount),
            place || jsonb_build_object('account', 'bad-debt', 'amount', NEW.amount)));
    ELSE
        SELECT jsonb_build_object('currency', NEW.currency, 'client_id', m.client_id, 'matter_id', m.id)
          INTO place FROM public.timesheets_entry e JOIN public.matters_matter m ON m.id = e.matter_id WHERE e.id = NEW.entry_id;
        PERFORM ledger.post('written-off:' || NEW.id, 'wip.written-off', NEW.written_off_on, 'invoices_writeoff', NEW.id, jsonb_build_array(
            place || jsonb_build_object('account', 'wip', 'amount', -NEW.amount),
            place || jsonb_build_object('account', CASE WHEN NEW.hard_cost THEN 'hard-cost-write-off' ELSE 'wip-write-off' END, 'amount', NEW.amount)));
        INSERT INTO public.prebills_givenup (entry_id, at) VALUES (NEW.entry_id, authority.moment());
    END IF;
    RETURN NULL;
END $$;

CALL authority.guard_effect('public.invoices_writeoff', 'write-off,hard-cost', 'loss', 'invoice_id', 'entry_id', 'amount', 'currency', 'hard_cost', 'reason');
CREATE OR REPLACE TRIGGER a_stamp BEFORE INSERT ON public.invoices_writeoff FOR EACH ROW EXECUTE FUNCTION invoices.stamp_day();
CREATE OR REPLACE TRIGGER b_apply AFTER INSERT ON public.invoices_writeoff FOR EACH ROW EXECUTE FUNCTION invoices.apply_write_off();

-- What was rendered, and what a portal saw, is kept as it was. A bill's revisions count 1, 2, 3 under the bill.
CREATE OR REPLACE FUNCTION invoices.stamp_kept() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.made_at := authority.moment();
    IF TG_TABLE_NAME = 'invoices_ebillrevision' THEN
        PERFORM 1 FROM public.invoices_invoice i WHERE i.id = NEW.invoice_id FOR NO KEY UPDATE;
        NEW.number := 1 + (SELECT count(*) FROM public.invoices_ebillrevision r WHERE r.invoice_id = NEW.invoice_id);
        IF NEW.purpose IN ('original', 'correction', 'appeal') AND (NEW.purpose = 'original') = EXISTS (
               SELECT 1 FROM public.invoices_ebillrevision r WHERE r.invoice_id = NEW.invoice_id AND r.purpose = 'original') THEN
            RAISE EXCEPTION 'An invoice has one original e-bill; what follows it corrects or appeals it.' USING ERRCODE = 'invalid_parameter_value';
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER a_stamp BEFORE INSERT ON public.invoices_artefact FOR EACH ROW EXECUTE FUNCTION invoices.stamp_kept();
CREATE OR REPLACE TRIGGER a_stamp BEFORE INSERT ON public.invoices_ebillrevision FOR EACH ROW EXECUTE FUNCTION invoices.stamp_kept();
CALL authority.append_only('public.invoices_artefact');
CALL authority.append_only('public.invoices_ebillrevision');
CALL audit.keep_history('public.invoices_artefact');
CALL audit.keep_history('public.invoices_ebillrevision');
