-- Final bills. One function uses the decision, divides the lines as the caller has worked it out and checks that
-- division to the cent, freezes the document, takes the number last, and posts. No login writes an invoice.

CREATE SCHEMA IF NOT EXISTS invoices;

CALL authority.guard_effect('public.invoices_issue', 'final-bill', 'prebill_id', 'bills');
CALL authority.append_only('public.invoices_invoice');
CALL authority.append_only('public.invoices_invoiceline');
CALL audit.keep_history('public.invoices_invoice');
CALL audit.keep_history('public.invoices_invoiceline');

-- The day of the firm, where its bills are dated.
CREATE OR REPLACE FUNCTION invoices.today() RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT authority.today()
$$;

-- Gapless numbers: the counter's row is locked until the transaction ends, and one that fails takes nothing.
-- Written as invoices/core/numbers.py writes them: PREFIX-2026-00017; credit notes count in a series of their own.
CREATE OR REPLACE FUNCTION invoices.series(credit_note boolean, day date) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT concat_ws('-', coalesce(nullif(concat_ws('-', nullif((SELECT p.invoice_prefix FROM public.firm_profile p ORDER BY p.id LIMIT 1), ''),
                                                    CASE WHEN credit_note THEN 'CN' END), ''), 'INVOICE'), to_char(day, 'YYYY'))
$$;

CREATE OR REPLACE FUNCTION invoices.written(series text, count bigint) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT regexp_replace(series, '^INVOICE-', '') || '-' || lpad(count::text, greatest(5, length(count::text)), '0')
$$;

-- The number that `take_number` will take, with its row locked. A row that is not written in the end (ON CONFLICT
-- DO NOTHING) must not have counted, so looking and taking are two steps.
CREATE OR REPLACE FUNCTION invoices.next_number(series text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE found_ bigint;
BEGIN
    INSERT INTO public.invoices_number (series, last) VALUES (series, 0) ON CONFLICT DO NOTHING;
    SELECT n.last + 1 INTO found_ FROM public.invoices_number n WHERE n.series = next_number.series FOR UPDATE;
    RETURN found_;
END $$;

CREATE OR REPLACE FUNCTION invoices.take_number(series text) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE public.invoices_number n SET last = n.last + 1 WHERE n.series = take_number.series RETURNING n.last
$$;

-- A number as JSON text, the way the pure core writes it.
CREATE OR REPLACE FUNCTION invoices.plain(value numeric) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$ SELECT trim_scale(value)::text $$;

CREATE OR REPLACE FUNCTION invoices.rows_of(text_ text) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(jsonb_agg(btrim(x) ORDER BY n), '[]') FROM regexp_split_to_table(coalesce(text_, ''), E'\r?\n') WITH ORDINALITY AS r(x, n) WHERE btrim(x) <> ''
$$;

-- What one payer bears of each line, as text and numbers are written in the document and in the lines' table.
DO $$ BEGIN
    CREATE TYPE invoices.part AS (
        payer_id bigint, line_id bigint, number integer, kind text, entry_id bigint, timekeeper_id bigint, worked_on date, narrative text,
        units numeric, rate numeric, adjustment numeric, amount numeric, tax_rate numeric, tax numeric,
        task_code text, activity_code text, expense_code text);
EXCEPTION WHEN duplicate_object THEN NULL; END $$;

-- The caller's division joined to the lines it divides. Units are hours as billed; a charge of the whole bill is
-- one unit at its amount.
CREATE OR REPLACE FUNCTION invoices.parts_of(prebill bigint, parts jsonb) RETURNS SETOF invoices.part
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT b.payer_id, l.id, row_number() OVER (PARTITION BY b.payer_id ORDER BY l.number)::integer, l.kind, l.entry_id, l.timekeeper_id,
           l.worked_on, l.narrative,
           CASE l.kind WHEN 'time' THEN l.billed_hours WHEN 'expense' THEN l.units ELSE 1 END,
           CASE l.kind WHEN 'adjustment' THEN x.amount ELSE coalesce(l.rate, 0) END,
           x.adjustment, x.amount, p.tax_rate, x.tax, l.task_code, l.activity_code, l.expense_code
      FROM jsonb_to_recordset(parts) AS b(payer_id bigint, lines jsonb)
      CROSS JOIN LATERAL jsonb_to_recordset(b.lines) AS x(line_id bigint, amount numeric, adjustment numeric, tax numeric)
      JOIN public.prebills_line l ON l.id = x.line_id AND l.prebill_id = prebill AND l.removed_at IS NULL AND NOT l.on_hold
      JOIN public.matters_payer p ON p.id = b.payer_id
$$;

-- The division is the lines, to the cent, and what was decided for each payer; else it is refused in a sentence.
CREATE OR REPLACE FUNCTION invoices.check_parts(p public.prebills_prebill, bills jsonb, given integer, parts invoices.part[]) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE wrong record;
BEGIN
    IF cardinality(parts) IS DISTINCT FROM given THEN
        RAISE EXCEPTION 'The bill divides lines that are not on pre-bill %, or on hold.', p.id USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    SELECT l.number, l.billed_value, sum(x.amount) AS divided INTO wrong
      FROM public.prebills_line l LEFT JOIN unnest(parts) x ON x.line_id = l.id
     WHERE l.prebill_id = p.id AND l.removed_at IS NULL AND NOT l.on_hold
     GROUP BY l.id, l.number, l.billed_value
    HAVING sum(x.amount) IS DISTINCT FROM l.billed_value OR count(x.line_id) <> count(DISTINCT x.payer_id)
        OR min(sign(x.amount) * sign(l.billed_value)) < 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Line % is billed at %, and its parts come to %.', wrong.number, wrong.billed_value, coalesce(wrong.divided::text, 'nothing')
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT x.number, x.amount, x.tax INTO wrong FROM unnest(parts) x
     WHERE NOT coalesce(abs(x.units * x.rate + x.adjustment - x.amount) < prebills.unit(p.currency)
                        AND abs(x.tax - x.amount * x.tax_rate) < prebills.unit(p.currency), false) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Part % of %: units, rate and adjustment, or its tax of %, do not make it up.', wrong.number, wrong.amount, wrong.tax
            USING ERRCODE = 'check_violation';
    END IF;
    SELECT coalesce(b.payer_id, s.payer_id) AS payer_id INTO wrong
      FROM jsonb_to_recordset(bills) AS b(payer_id bigint, fees numeric, costs numeric, tax numeric)
      FULL JOIN (SELECT x.payer_id, coalesce(sum(x.amount) FILTER (WHERE x.kind <> 'expense'), 0) AS fees,
                        coalesce(sum(x.amount) FILTER (WHERE x.kind = 'expense'), 0) AS costs, sum(x.tax) AS tax
                   FROM unnest(parts) x GROUP BY x.payer_id) s USING (payer_id)
     WHERE (b.fees, b.costs, b.tax) IS DISTINCT FROM (s.fees, s.costs, s.tax) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'What the lines come to for payer % is not what was decided.', wrong.payer_id USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

-- The document of core/document.py, from the live rows of today: names, addresses and ids do not follow later.
CREATE OR REPLACE FUNCTION invoices.document(
    p public.prebills_prebill, payer bigint, number text, issued_on date, due_on date, parts invoices.part[], share_note text
) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_build_object(
        'kind', 'invoice', 'number', document.number, 'issued_on', document.issued_on, 'due_on', document.due_on,
        'period_from', p.period_from, 'period_to', p.period_to, 'currency', p.currency, 'description', m.name,
        'terms', 'Due within ' || y.terms_days || ' days.', 'share_note', document.share_note,
        'tax_name', coalesce(nullif(y.tax_name, ''), 'Tax'),
        'firm', jsonb_build_object(
            'name', coalesce(f.name, i.name), 'address', invoices.rows_of(f.address), 'tax_id', coalesce(f.tax_id, ''),
            'ledes_id', coalesce(f.ledes_id, ''), 'remit_to', invoices.rows_of(f.remit_to),
            'paper', CASE WHEN coalesce(f.country, 'US') IN ('US', 'CA', 'MX') THEN 'us-letter' ELSE 'a4' END),
        'payer', jsonb_build_object(
            'name', y.name, 'address', invoices.rows_of(y.address), 'tax_id', y.tax_id, 'client_id', coalesce(nullif(y.portal_client_id, ''), c.number),
            'third_party', y.name <> c.name),
        'matter', jsonb_build_object(
            'number', m.number, 'name', m.name, 'client_name', c.name, 'responsible', r.name,
            'client_matter_id', coalesce((ids.all_ -> 'client_matter_id') #>> '{}', m.number),
            'po_number', coalesce((ids.all_ -> 'po_number') #>> '{}', ''),
            'ids', coalesce(ids.all_, '{}') - 'client_matter_id' - 'po_number'),
        'lines', (SELECT jsonb_agg(jsonb_build_object(
                'number', x.number,
                'kind', CASE x.kind WHEN 'time' THEN 'fee' WHEN 'expense' THEN 'expense' ELSE 'fee-adjustment' END,
                'worked_on', x.worked_on, 'narrative', x.narrative, 'units', invoices.plain(x.units), 'rate', invoices.plain(x.rate),
                'amount', invoices.plain(x.amount), 'adjustment', invoices.plain(x.adjustment), 'tax_rate', invoices.plain(x.tax_rate),
                'tax', invoices.plain(x.tax),
                'timekeeper_id', coalesce(nullif(a.portal_number, ''), t.number, ''),
                'timekeeper_name', coalesce(concat_ws(' ', nullif(t.first_name, ''), t.last_name), ''),
                'timekeeper_class', coalesce(nullif(a.classification, ''), t.classification, ''),
                'timekeeper_title', coalesce(initcap(t.classification), ''),
                'task_code', x.task_code, 'activity_code', x.activity_code, 'expense_code', x.expense_code) ORDER BY x.number)
              FROM unnest(document.parts) x LEFT JOIN public.people_timekeeper t ON t.id = x.timekeeper_id
              LEFT JOIN LATERAL (SELECT q.portal_number, q.classification FROM public.firm_portalrate q
                                  WHERE q.payer_id = document.payer AND q.timekeeper_id = t.id AND q.from_on <= x.worked_on
                                    AND (q.until_on IS NULL OR q.until_on >= x.worked_on) ORDER BY q.from_on DESC, q.id DESC LIMIT 1) a ON true
             WHERE x.payer_id = document.payer))
      FROM public.matters_matter m JOIN public.matters_client c ON c.id = m.client_id JOIN public.people_person r ON r.id = m.responsible_id
      JOIN public.matters_payer y ON y.id = document.payer
      LEFT JOIN (SELECT * FROM public.firm_profile ORDER BY id LIMIT 1) f ON true
      LEFT JOIN authority.installation i ON true
      CROSS JOIN LATERAL (SELECT jsonb_object_agg(d.name, d.value ORDER BY d.portal) AS all_ FROM public.matters_matterid d
                           WHERE d.matter_id = m.id AND d.payer_id = document.payer AND d.portal IN ('', y.delivery)) ids
     WHERE m.id = p.matter_id
$$;

-- Issue a final bill: `parts` is a list of {payer_id, share_note, lines: [{line_id, amount, adjustment, tax}]}.
CREATE OR REPLACE FUNCTION invoices.issue(prebill_id bigint, decision_id bigint, parts jsonb, layered numeric) RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who bigint := authority.actor();
    now_ timestamptz := authority.moment();
    day date := invoices.today();
    p public.prebills_prebill%ROWTYPE;
    d public.authority_decision%ROWTYPE;
    client bigint;
    divided invoices.part[];
    issue_id bigint;
    made bigint;
    b record;
    series text;
    value record;
    place jsonb;
BEGIN
    SELECT * INTO p FROM public.prebills_prebill x WHERE x.id = issue.prebill_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no pre-bill %.', prebill_id USING ERRCODE = 'no_data_found';
    ELSIF p.state <> 'approved' THEN
        RAISE EXCEPTION 'Pre-bill % is %; only an approved one is issued.', p.id, p.state USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    SELECT * INTO d FROM public.authority_decision x WHERE x.id = issue.decision_id;
    IF NOT FOUND OR d.decided_at <= p.returned_at THEN
        RAISE EXCEPTION 'Decision % does not approve pre-bill % any more.', decision_id, p.id USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO public.invoices_issue (prebill_id, bills, decision_id) VALUES (p.id, d.content -> 'bills', d.id) RETURNING id INTO issue_id;
    SELECT array_agg(x) INTO divided FROM invoices.parts_of(p.id, parts) x;
    PERFORM invoices.check_parts(p, d.content -> 'bills',
        (SELECT sum(jsonb_array_length(x -> 'lines'))::integer FROM jsonb_array_elements(parts) x), divided);
    SELECT m.client_id INTO client FROM public.matters_matter m WHERE m.id = p.matter_id;
    -- What the work was worth, what was given up before the bill, and what the arrangement made of it.
    SELECT coalesce(sum(l.worked_value), 0) AS worked, coalesce(sum(l.arranged_value - l.billed_value), 0) AS written_down,
           coalesce(sum(l.worked_value - l.arranged_value), 0) AS arranged, coalesce(sum(l.billed_value), 0) AS billed
      INTO value FROM public.prebills_line l WHERE l.prebill_id = p.id AND l.removed_at IS NULL AND NOT l.on_hold;
    place := jsonb_build_object('currency', p.currency, 'client_id', client, 'matter_id', p.matter_id);
    PERFORM ledger.post('wip.billed:' || issue_id, 'wip.billed', day, 'invoices_issue', issue_id, jsonb_build_array(
        place || jsonb_build_object('account', 'wip', 'amount', -value.worked),
        place || jsonb_build_object('account', 'worked', 'amount', value.billed),
        place || jsonb_build_object('account', 'write-down', 'amount', value.written_down),
        place || jsonb_build_object('account', 'arrangement', 'amount', value.arranged)));
    UPDATE public.prebills_line l SET removed_at = now_ WHERE l.prebill_id = p.id AND l.removed_at IS NULL AND l.on_hold;
    UPDATE public.prebills_prebill x SET state = 'invoiced', state_since = now_, layered = issue.layered WHERE x.id = p.id;

    series := invoices.series(false, day);
    FOR b IN SELECT x.*, y.terms_days, coalesce(g.share_note, '') AS share_note
               FROM jsonb_to_recordset(d.content -> 'bills') AS x(payer_id bigint, fees numeric, costs numeric, tax numeric, total numeric)
               JOIN public.matters_payer y ON y.id = x.payer_id
               JOIN jsonb_to_recordset(parts) AS g(payer_id bigint, share_note text) ON g.payer_id = x.payer_id
              ORDER BY x.payer_id LOOP
        INSERT INTO public.invoices_invoice
            (issue_id, number, matter_id, payer_id, issued_on, due_on, period_from, period_to, currency, fees, costs, tax, total, frozen, issued_at)
        SELECT issue_id, n.number, p.matter_id, b.payer_id, day, day + b.terms_days, p.period_from, p.period_to, p.currency, b.fees, b.costs,
               b.tax, b.total, invoices.document(p, b.payer_id, n.number, day, day + b.terms_days, divided, b.share_note), now_
          FROM (SELECT invoices.written(series, invoices.next_number(series)) AS number) n
        RETURNING id INTO made;
        PERFORM invoices.take_number(series);
        INSERT INTO public.invoices_invoiceline
            (invoice_id, number, prebill_line_id, entry_id, kind, timekeeper_id, worked_on, narrative, units, rate, adjustment, amount, tax_rate, tax,
             task_code, activity_code, expense_code)
        SELECT made, x.number, x.line_id, x.entry_id, x.kind, x.timekeeper_id, x.worked_on, x.narrative, x.units, x.rate, x.adjustment, x.amount,
               x.tax_rate, x.tax, x.task_code, x.activity_code, x.expense_code
          FROM unnest(divided) x WHERE x.payer_id = b.payer_id;
        PERFORM invoices.post_invoice(made, place || jsonb_build_object('payer_id', b.payer_id, 'invoice_id', made));
        RETURN NEXT made;
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION invoices.post_invoice(invoice bigint, place jsonb) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT ledger.post('invoice.issued:' || i.id, 'invoice.issued', i.issued_on, 'invoices_invoice', i.id, jsonb_build_array(
        place || jsonb_build_object('account', 'ar', 'amount', i.total),
        place || jsonb_build_object('account', 'fees', 'amount', -i.fees),
        place || jsonb_build_object('account', 'costs', 'amount', -i.costs),
        place || jsonb_build_object('account', 'tax', 'amount', -i.tax)))
      FROM public.invoices_invoice i WHERE i.id = invoice
$$;
