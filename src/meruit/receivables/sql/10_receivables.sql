-- Money that came in, what it pays, and what goes back. Facts are added and counter-entries undo them; the books are
-- written here from the rows, in the same statement.

CREATE SCHEMA IF NOT EXISTS receivables;

CALL authority.append_only('public.receivables_payment');
CALL authority.append_only('public.receivables_allocation');
CALL authority.append_only('public.receivables_lineallocation');
CALL audit.keep_history('public.receivables_payment');
CALL audit.keep_history('public.receivables_allocation');
CALL audit.keep_history('public.receivables_lineallocation');

-- What of a payment is not laid on a bill and did not go back. A refund's own row, whose decision is not used up yet,
-- does not count as having happened.
CREATE OR REPLACE FUNCTION receivables.unapplied(payment_id bigint) RETURNS numeric
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT p.amount - coalesce((SELECT sum(a.amount) FROM public.receivables_allocation a WHERE a.payment_id = p.id), 0)
         - coalesce((SELECT sum(r.amount) FROM public.receivables_refund r JOIN public.authority_consumption c ON c.decision_id = r.decision_id
                      WHERE r.payment_id = p.id), 0)
      FROM public.receivables_payment p WHERE p.id = unapplied.payment_id
$$;

CREATE OR REPLACE FUNCTION receivables.stamp_payment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.amount IS NULL OR NEW.amount IN ('NaN', 'Infinity') OR NEW.amount <= 0 OR coalesce(NEW.natural_key, '') = '' THEN
        RAISE EXCEPTION 'A payment has an amount above zero and a key by which it is known again.' USING ERRCODE = 'invalid_parameter_value';
    ELSIF NEW.received_on > invoices.today() + 1 THEN
        RAISE EXCEPTION 'A payment of % has not been received yet.', NEW.received_on USING ERRCODE = 'invalid_parameter_value';
    END IF;
    NEW.entered_at := authority.moment();
    NEW.entered_by_id := authority.actor();
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION receivables.apply_payment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE place jsonb;
BEGIN
    SELECT jsonb_build_object('currency', NEW.currency, 'client_id', y.client_id, 'payer_id', y.id) INTO place
      FROM public.matters_payer y WHERE y.id = NEW.payer_id;
    PERFORM ledger.post('payment.received:' || NEW.id, 'payment.received', ledger.open_day('receivables', NEW.received_on), 'receivables_payment',
        NEW.id, jsonb_build_array(place || jsonb_build_object('account', 'cash', 'amount', NEW.amount),
                                  place || jsonb_build_object('account', 'unapplied', 'amount', -NEW.amount)));
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER a_stamp BEFORE INSERT ON public.receivables_payment FOR EACH ROW EXECUTE FUNCTION receivables.stamp_payment();
CREATE OR REPLACE TRIGGER b_apply AFTER INSERT ON public.receivables_payment FOR EACH ROW EXECUTE FUNCTION receivables.apply_payment();

-- A payment pays its own payer's bills, in their currency, never more than it has or they are owed; a counter-entry
-- takes back exactly what it names, once.
CREATE OR REPLACE FUNCTION receivables.stamp_allocation() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    p public.receivables_payment%ROWTYPE;
    i public.invoices_invoice;
    o public.receivables_allocation%ROWTYPE;
BEGIN
    SELECT * INTO p FROM public.receivables_payment x WHERE x.id = NEW.payment_id FOR NO KEY UPDATE;
    PERFORM 1 FROM public.invoices_invoice x WHERE x.id = NEW.invoice_id FOR NO KEY UPDATE;
    i := invoices.standing(NEW.invoice_id);
    NEW.by_id := authority.actor();
    NEW.at := authority.moment();
    NEW.allocated_on := greatest(ledger.open_day('receivables', invoices.today()), p.received_on);
    IF NEW.undoes_id IS NOT NULL THEN
        SELECT * INTO o FROM public.receivables_allocation x WHERE x.id = NEW.undoes_id;
        IF NOT FOUND OR o.undoes_id IS NOT NULL OR (o.payment_id, o.invoice_id, -o.amount) IS DISTINCT FROM (NEW.payment_id, NEW.invoice_id, NEW.amount) THEN
            RAISE EXCEPTION 'Allocation % is undone by its exact opposite.', NEW.undoes_id USING ERRCODE = 'invalid_parameter_value';
        END IF;
        RETURN NEW;
    END IF;
    IF p.payer_id IS DISTINCT FROM i.payer_id OR p.currency IS DISTINCT FROM i.currency THEN
        RAISE EXCEPTION 'Invoice % is owed by another payer or in another currency than this payment.', i.number USING ERRCODE = 'invalid_parameter_value';
    ELSIF NEW.amount IS NULL OR NEW.amount IN ('NaN', 'Infinity') OR NEW.amount <= 0 OR NEW.amount > receivables.unapplied(p.id) THEN
        RAISE EXCEPTION 'Of payment % there is % left; % cannot be applied.', p.reference, receivables.unapplied(p.id), coalesce(NEW.amount::text, 'nothing')
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF NEW.amount > invoices.owed(i.id) THEN
        RAISE EXCEPTION 'Invoice % is owed %; % cannot be applied to it.', i.number, invoices.owed(i.id), NEW.amount USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION receivables.apply_allocation() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    place jsonb;
    bill jsonb;
BEGIN
    SELECT jsonb_build_object('currency', i.currency, 'client_id', m.client_id, 'payer_id', i.payer_id),
           jsonb_build_object('matter_id', m.id, 'invoice_id', i.id)
      INTO place, bill FROM public.invoices_invoice i JOIN public.matters_matter m ON m.id = i.matter_id WHERE i.id = NEW.invoice_id;
    PERFORM ledger.post('payment.applied:' || NEW.id, CASE WHEN NEW.undoes_id IS NULL THEN 'payment.applied' ELSE 'payment.taken-off' END,
        NEW.allocated_on, 'receivables_allocation', NEW.id, jsonb_build_array(
        place || jsonb_build_object('account', 'unapplied', 'amount', NEW.amount),
        place || bill || jsonb_build_object('account', 'ar', 'amount', -NEW.amount)));
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER a_stamp BEFORE INSERT ON public.receivables_allocation FOR EACH ROW EXECUTE FUNCTION receivables.stamp_allocation();
CREATE OR REPLACE TRIGGER b_apply AFTER INSERT ON public.receivables_allocation FOR EACH ROW EXECUTE FUNCTION receivables.apply_allocation();

-- What falls on lines is what was laid on the bill, and no line is paid more than it was billed.
CREATE OR REPLACE FUNCTION receivables.check_lines() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    laid bigint := CASE TG_TABLE_NAME WHEN 'receivables_allocation' THEN (to_jsonb(NEW) ->> 'id')::bigint
                   ELSE (to_jsonb(NEW) ->> 'allocation_id')::bigint END;
    a public.receivables_allocation%ROWTYPE;
    over_ record;
BEGIN
    SELECT * INTO a FROM public.receivables_allocation x WHERE x.id = laid;
    IF (SELECT coalesce(sum(l.amount), 0) FROM public.receivables_lineallocation l WHERE l.allocation_id = laid) <> a.amount THEN
        RAISE EXCEPTION 'What falls on the lines is not the % that was laid on the invoice.', a.amount USING ERRCODE = 'check_violation';
    END IF;
    SELECT l.number, l.amount + l.tax AS billed, s.paid INTO over_
      FROM public.invoices_invoiceline l
      JOIN (SELECT x.line_id, sum(x.amount) AS paid FROM public.receivables_lineallocation x
             WHERE x.line_id IN (SELECT y.line_id FROM public.receivables_lineallocation y WHERE y.allocation_id = laid) GROUP BY x.line_id) s ON s.line_id = l.id
     WHERE s.paid NOT BETWEEN least(l.amount + l.tax, 0) AND greatest(l.amount + l.tax, 0) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Line % was billed at %; % cannot be paid on it.', over_.number, over_.billed, over_.paid USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION receivables.check_line() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.part NOT IN ('costs', 'tax', 'fees') OR NEW.amount IS NULL OR NEW.amount IN ('NaN', 'Infinity', '-Infinity', 0)
       OR NOT EXISTS (SELECT 1 FROM public.receivables_allocation a JOIN public.invoices_invoiceline l ON l.invoice_id = a.invoice_id
                       WHERE a.id = NEW.allocation_id AND l.id = NEW.line_id) THEN
        RAISE EXCEPTION 'A part of a payment falls on costs, tax or fees of a line of its invoice.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER a_check BEFORE INSERT ON public.receivables_lineallocation FOR EACH ROW EXECUTE FUNCTION receivables.check_line();
DO $$ BEGIN
    CREATE CONSTRAINT TRIGGER on_lines AFTER INSERT ON public.receivables_allocation DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION receivables.check_lines();
    CREATE CONSTRAINT TRIGGER on_lines AFTER INSERT ON public.receivables_lineallocation DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION receivables.check_lines();
EXCEPTION WHEN duplicate_object THEN NULL; END $$;

-- Only money that pays nothing goes back.
CREATE OR REPLACE FUNCTION receivables.describe_refund(content jsonb) RETURNS authority.subject
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s authority.subject;
    p public.receivables_payment%ROWTYPE;
    back numeric := (content ->> 'amount')::numeric;
BEGIN
    SELECT * INTO p FROM public.receivables_payment x WHERE x.id = (content ->> 'payment_id')::bigint;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no payment %.', coalesce(content ->> 'payment_id', '(none)') USING ERRCODE = 'no_data_found';
    ELSIF back IS NULL OR back IN ('NaN', 'Infinity') OR back <= 0 OR back > receivables.unapplied(p.id) THEN
        RAISE EXCEPTION 'Of payment % there is % left; % cannot go back.', p.reference, receivables.unapplied(p.id), coalesce(content ->> 'amount', 'nothing')
            USING ERRCODE = 'invalid_parameter_value';
    ELSIF content ->> 'currency' IS DISTINCT FROM p.currency OR coalesce(btrim(content ->> 'reason'), '') = '' THEN
        RAISE EXCEPTION 'A refund is in the % it was paid in, and says why.', p.currency USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT y.client_id INTO s.client_id FROM public.matters_payer y WHERE y.id = p.payer_id;
    s.payer_id := p.payer_id;
    s.amount := back;
    s.currency := p.currency;
    s.sha256 := sha256(convert_to(concat_ws(E'\x1f', p.id, p.natural_key, p.payer_id, p.amount), 'UTF8'));
    RETURN s;
EXCEPTION WHEN invalid_text_representation THEN
    RAISE EXCEPTION 'The content of a refund holds a value that is no number: %', SQLERRM USING ERRCODE = 'invalid_parameter_value';
END $$;

CREATE OR REPLACE FUNCTION receivables.stamp_refund() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM 1 FROM public.receivables_payment p WHERE p.id = NEW.payment_id FOR NO KEY UPDATE;
    NEW.refunded_on := ledger.open_day('receivables', invoices.today());
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION receivables.apply_refund() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE place jsonb;
BEGIN
    SELECT jsonb_build_object('currency', NEW.currency, 'client_id', y.client_id, 'payer_id', y.id) INTO place
      FROM public.receivables_payment p JOIN public.matters_payer y ON y.id = p.payer_id WHERE p.id = NEW.payment_id;
    PERFORM ledger.post('payment.refunded:' || NEW.id, 'payment.refunded', NEW.refunded_on, 'receivables_refund', NEW.id, jsonb_build_array(
        place || jsonb_build_object('account', 'unapplied', 'amount', NEW.amount),
        place || jsonb_build_object('account', 'cash', 'amount', -NEW.amount)));
    RETURN NULL;
END $$;
CALL authority.guard_effect('public.receivables_refund', 'refund', 'payment_id', 'amount', 'currency', 'reason');
CREATE OR REPLACE TRIGGER a_stamp BEFORE INSERT ON public.receivables_refund FOR EACH ROW EXECUTE FUNCTION receivables.stamp_refund();
CREATE OR REPLACE TRIGGER b_apply AFTER INSERT ON public.receivables_refund FOR EACH ROW EXECUTE FUNCTION receivables.apply_refund();
