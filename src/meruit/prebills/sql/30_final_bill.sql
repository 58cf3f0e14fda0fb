-- What the approval of a bill speaks of, recomputed from the live rows. The canonical text is the one of
-- core/content.py; docs/algorithms/bill-hash.md tells it in prose.

-- A record: each cell is the length of its value in bytes, a colon, the value and a comma; an absent one is `~,`.
CREATE OR REPLACE FUNCTION prebills.cells(VARIADIC cells text[]) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT string_agg(coalesce(octet_length(convert_to(x, 'UTF8')) || ':' || x || ',', '~,'), '' ORDER BY n) FROM unnest(cells) WITH ORDINALITY AS c(x, n)
$$;

CREATE OR REPLACE FUNCTION prebills.first_hash(prebill_id bigint, bills jsonb) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT sha256(convert_to(
        prebills.cells('B', 'meruit-bill-1', p.currency)
        || (SELECT coalesce(string_agg(prebills.cells('P', b.payer_id::text, round(b.fees, 4)::text, round(b.costs, 4)::text,
                                                      round(b.tax, 4)::text, round(b.total, 4)::text), '' ORDER BY b.payer_id), '')
              FROM jsonb_to_recordset(bills) AS b(payer_id bigint, fees numeric, costs numeric, tax numeric, total numeric))
        || (SELECT coalesce(string_agg(prebills.cells('L', l.number::text, l.kind, l.timekeeper_id::text, to_char(l.worked_on, 'YYYY-MM-DD'),
                                                      l.narrative, round(l.billed_hours, 4)::text, round(l.units, 4)::text,
                                                      round(l.rate, 4)::text, round(l.billed_value, 4)::text), '' ORDER BY l.number), '')
              FROM public.prebills_line l WHERE l.prebill_id = p.id AND l.removed_at IS NULL AND NOT l.on_hold), 'UTF8'))
      FROM public.prebills_prebill p WHERE p.id = first_hash.prebill_id
$$;

-- The smallest amount of a currency: what rounding a line may be off by. The whole list is in meruit.money.
CREATE OR REPLACE FUNCTION prebills.unit(currency text) RETURNS numeric
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF')
                THEN 1 ELSE 0.01 END
$$;

-- Who may be billed for a matter: whom its shares name, or, while it has none, its client's payers in its currency.
CREATE OR REPLACE FUNCTION prebills.payers_of(matter bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT (x ->> 'payer_id')::bigint FROM public.matters_shareset s, jsonb_array_elements(s.shares) x WHERE s.matter_id = matter
    UNION
    SELECT p.id FROM public.matters_matter m JOIN public.matters_payer p ON p.client_id = m.client_id AND p.currency = m.currency
     WHERE m.id = matter AND NOT EXISTS (SELECT 1 FROM public.matters_shareset s WHERE s.matter_id = m.id)
$$;

CREATE OR REPLACE FUNCTION prebills.describe_final_bill(content jsonb) RETURNS authority.subject
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s authority.subject;
    p public.prebills_prebill%ROWTYPE;
    bills jsonb := content -> 'bills';
    b record;
    on_lines record;
    fees_ numeric := 0;
    costs_ numeric := 0;
    total_ numeric := 0;
    payers bigint[] := '{}';
BEGIN
    SELECT * INTO p FROM public.prebills_prebill x WHERE x.id = (content ->> 'prebill_id')::bigint;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no pre-bill %.', content ->> 'prebill_id' USING ERRCODE = 'no_data_found';
    ELSIF p.state NOT IN ('in review', 'approved') THEN
        RAISE EXCEPTION 'Pre-bill % is %; a bill is approved out of review.', p.id, p.state USING ERRCODE = 'object_not_in_prerequisite_state';
    ELSIF p.arrangement ? 'stale' OR p.arrangement ? 'refused' THEN
        RAISE EXCEPTION 'The fee arrangement of pre-bill % has to be worked out anew first.', p.id USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF jsonb_typeof(bills) IS DISTINCT FROM 'array' OR jsonb_array_length(bills) = 0 THEN
        RAISE EXCEPTION 'A final bill names at least one payer and what he is asked for.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT count(*) AS many, coalesce(sum(l.billed_value) FILTER (WHERE l.kind <> 'expense'), 0) AS fees,
           coalesce(sum(l.billed_value) FILTER (WHERE l.kind = 'expense'), 0) AS costs,
           bool_and(l.billed_value = greatest(l.arranged_value - coalesce(w.amount, 0), least(l.arranged_value, 0))) AS holds,
           bool_and(l.kind = 'adjustment' OR (l.version, l.narrative, l.worked_value, p.matter_id, p.currency)
                    IS NOT DISTINCT FROM (e.version, v.narrative, v.worked_value, e.matter_id, v.currency)) AS copied
      INTO on_lines
      FROM public.prebills_line l
      LEFT JOIN public.timesheets_entry e ON e.id = l.entry_id
      LEFT JOIN public.timesheets_version v ON v.entry_id = e.id AND v.number = e.version
      LEFT JOIN LATERAL (SELECT sum(d.amount) AS amount FROM public.prebills_writedown d WHERE d.line_id = l.id) w ON true
     WHERE l.prebill_id = p.id AND l.removed_at IS NULL AND NOT l.on_hold;
    IF on_lines.many = 0 THEN
        RAISE EXCEPTION 'Pre-bill % has no line that could be billed.', p.id USING ERRCODE = 'object_not_in_prerequisite_state';
    ELSIF NOT on_lines.holds OR NOT on_lines.copied THEN
        RAISE EXCEPTION 'A line of pre-bill % is not what its entry and its write-downs make it.', p.id USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    FOR b IN SELECT x.*, x.given, y.rate FROM (
                 SELECT (j ->> 'payer_id')::bigint AS payer_id, (j ->> 'fees')::numeric AS fees, (j ->> 'costs')::numeric AS costs,
                        (j ->> 'tax')::numeric AS tax, (j ->> 'total')::numeric AS total, j AS given FROM jsonb_array_elements(bills) j) x
             LEFT JOIN LATERAL (SELECT q.tax_rate AS rate FROM public.matters_payer q WHERE q.id = x.payer_id AND q.currency = p.currency) y ON true LOOP
        IF (SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(b.given) k) <> ARRAY['costs', 'fees', 'payer_id', 'tax', 'total']
           OR num_nulls(b.payer_id, b.fees, b.costs, b.tax, b.total) > 0 THEN
            RAISE EXCEPTION 'A bill has payer_id, fees, costs, tax and total, and nothing else.' USING ERRCODE = 'invalid_parameter_value';
        ELSIF b.rate IS NULL OR NOT b.payer_id IN (SELECT * FROM prebills.payers_of(p.matter_id)) OR b.payer_id = ANY (payers) THEN
            RAISE EXCEPTION 'Payer % owes no part of this matter in %, or is named twice.', b.payer_id, p.currency USING ERRCODE = 'invalid_parameter_value';
        ELSIF 'NaN' IN (b.fees, b.costs, b.tax, b.total) OR b.total <> b.fees + b.costs + b.tax OR abs(b.total) = 'Infinity' THEN
            RAISE EXCEPTION 'Payer %: fees of %, costs of % and tax of % are not %.', b.payer_id, b.fees, b.costs, b.tax, b.total
                USING ERRCODE = 'invalid_parameter_value';
        ELSIF abs(b.tax - (b.fees + b.costs) * b.rate) > prebills.unit(p.currency) * on_lines.many THEN
            RAISE EXCEPTION 'Payer %: tax of % is not % percent of %.', b.payer_id, b.tax, trim_scale(b.rate * 100), b.fees + b.costs
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
        fees_ := fees_ + b.fees;
        costs_ := costs_ + b.costs;
        total_ := total_ + b.total;
        payers := payers || b.payer_id;
    END LOOP;
    IF (fees_, costs_) <> (on_lines.fees, on_lines.costs) THEN
        RAISE EXCEPTION 'The bills ask for fees of % and costs of %; the lines of pre-bill % come to % and %.', fees_, costs_, p.id,
            on_lines.fees, on_lines.costs USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    SELECT m.client_id, m.id INTO s.client_id, s.matter_id FROM public.matters_matter m WHERE m.id = p.matter_id;
    s.payer_id := CASE WHEN cardinality(payers) = 1 THEN payers[1] END;
    s.amount := total_;
    s.currency := p.currency;
    s.sha256 := prebills.first_hash(p.id, bills);
    RETURN s;
EXCEPTION WHEN invalid_text_representation OR numeric_value_out_of_range THEN
    RAISE EXCEPTION 'The content of a final bill holds a value that is no number: %', SQLERRM USING ERRCODE = 'invalid_parameter_value';
END $$;
