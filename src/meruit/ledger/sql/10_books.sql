-- The books: entries of two or more legs that sum to zero in each currency, never edited, undone by a reversal.
-- Months are counted on days without a zone, so that no session's setting moves one.
-- No login writes here. Rooms above call ledger.post and ledger.post_wip from the triggers of their effects.

CREATE SCHEMA IF NOT EXISTS ledger;

CALL authority.append_only('public.ledger_entry');
CALL authority.append_only('public.ledger_posting');
CALL authority.append_only('public.ledger_close');
CALL audit.keep_history('public.ledger_close');

DO $$ BEGIN
    ALTER TABLE public.ledger_posting ADD CONSTRAINT ledger_sane CHECK (
        amount <> 0 AND amount NOT IN ('NaN', 'Infinity', '-Infinity') AND currency ~ '^[A-Z]{3}$');
EXCEPTION WHEN duplicate_object THEN NULL; END $$;

-- Whoever posts into a book holds its shared lock until his transaction ends; whoever closes a month waits for
-- them and keeps later ones out, so that nothing slips into a month while its figures are taken.
CREATE OR REPLACE FUNCTION ledger.lock_key(book text) RETURNS bigint
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$ SELECT hashtextextended('ledger.book.' || book, 0) $$;

-- The first day on or after a day that a book still takes: work that becomes known after its month was closed
-- (late time) is booked into the first open month.
CREATE OR REPLACE FUNCTION ledger.open_day(book text, day date) RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT greatest(day, (SELECT (max(c.month) + interval '1 month')::date FROM public.ledger_close c WHERE c.book = open_day.book))
$$;

-- Checked once a statement, over all its legs: the months are open, and every entry that got a leg still sums to
-- zero in every currency.
CREATE OR REPLACE FUNCTION ledger.check_postings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE wrong record;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(ledger.lock_key(b.book))
       FROM (SELECT DISTINCT a.book FROM new_rows n JOIN public.ledger_account a ON a.code = n.account_id ORDER BY 1) b;
    SELECT c.book, c.month INTO wrong
      FROM new_rows n JOIN public.ledger_entry e ON e.id = n.entry_id JOIN public.ledger_account a ON a.code = n.account_id
      JOIN public.ledger_close c ON c.book = a.book AND c.month = date_trunc('month', e."on"::timestamp)::date LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% is closed in the book of %; post into an open month.', to_char(wrong.month, 'FMMonth YYYY'), wrong.book
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    SELECT p.entry_id, p.currency, sum(p.amount) AS over_ INTO wrong
      FROM public.ledger_posting p WHERE p.entry_id IN (SELECT n.entry_id FROM new_rows n)
     GROUP BY p.entry_id, p.currency HAVING sum(p.amount) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Entry % does not balance: its legs in % sum to %.', wrong.entry_id, wrong.currency, wrong.over_
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

-- The last word, when the transaction ends: an entry has legs, and they balance.
CREATE OR REPLACE FUNCTION ledger.check_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM public.ledger_posting p WHERE p.entry_id = NEW.id)
       OR EXISTS (SELECT 1 FROM public.ledger_posting p WHERE p.entry_id = NEW.id GROUP BY p.currency HAVING sum(p.amount) <> 0) THEN
        RAISE EXCEPTION 'Entry % (%) does not balance.', NEW.id, NEW.natural_key USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER a_check AFTER INSERT ON public.ledger_posting REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.check_postings();
DO $$ BEGIN
    CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON public.ledger_entry DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION ledger.check_entry();
EXCEPTION WHEN duplicate_object THEN NULL; END $$;

-- One event into the books. `legs` is a list of {account, amount, currency, client_id, matter_id, payer_id,
-- invoice_id, owner_id}, debits positive; legs of nothing are left out. The same natural key twice is one entry.
CREATE OR REPLACE FUNCTION ledger.post(
    natural_key text, event text, day date, source_table text, source_id bigint, legs jsonb, reverses bigint DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE made bigint;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM jsonb_array_elements(legs) x WHERE (x ->> 'amount')::numeric <> 0) THEN
        RETURN NULL;
    END IF;
    -- One statement: the entry has its legs when its last word is spoken, also where constraints are immediate.
    WITH entry AS (
        INSERT INTO public.ledger_entry (natural_key, event, "on", entered_at, reverses_id, source_table, source_id)
        VALUES (post.natural_key, post.event, post.day, authority.moment(), post.reverses, post.source_table, post.source_id)
        ON CONFLICT ON CONSTRAINT ledger_entry_natural_key_key DO NOTHING RETURNING id
    ), written AS (
        INSERT INTO public.ledger_posting (entry_id, account_id, amount, currency, client_id, matter_id, payer_id, invoice_id, owner_id)
        SELECT e.id, l.account, l.amount, l.currency, l.client_id, l.matter_id, l.payer_id, l.invoice_id, l.owner_id
          FROM entry e, jsonb_to_recordset(post.legs) AS l(account text, amount numeric, currency text, client_id bigint, matter_id bigint,
                                                           payer_id bigint, invoice_id bigint, owner_id bigint)
         WHERE l.amount <> 0
    )
    SELECT e.id INTO made FROM entry e;
    RETURN coalesce(made, (SELECT e.id FROM public.ledger_entry e WHERE e.natural_key = post.natural_key));
END $$;

-- An entry is undone by its mirror, on a day of its own.
CREATE OR REPLACE FUNCTION ledger.reverse(entry bigint, natural_key text, event text, day date, source_table text, source_id bigint)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM public.ledger_entry e WHERE e.reverses_id = entry AND e.natural_key <> reverse.natural_key) THEN
        RAISE EXCEPTION 'Entry % is already reversed.', entry USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN ledger.post(natural_key, event, day, source_table, source_id,
        (SELECT jsonb_agg(jsonb_build_object('account', p.account_id, 'amount', -p.amount, 'currency', p.currency, 'client_id', p.client_id,
                                             'matter_id', p.matter_id, 'payer_id', p.payer_id, 'invoice_id', p.invoice_id,
                                             'owner_id', p.owner_id) ORDER BY p.id)
           FROM public.ledger_posting p WHERE p.entry_id = reverse.entry), reverse.entry);
END $$;

-- Work in progress by the statement: one entry for each movement (a matter's work of one day), debit wip and
-- credit worked; a negative amount takes it out again. Late movements fall into the first open month.
DO $$ BEGIN
    CREATE TYPE ledger.movement AS (
        natural_key text, day date, client_id bigint, matter_id bigint, currency text, amount numeric);
EXCEPTION WHEN duplicate_object THEN NULL; END $$;

CREATE OR REPLACE FUNCTION ledger.post_wip(event text, source_table text, movements ledger.movement[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    many bigint;
    now_ timestamptz := authority.moment();
    floor_ date := ledger.open_day('wip', '-infinity');
BEGIN
    WITH wanted AS MATERIALIZED (
        SELECT * FROM unnest(movements) m WHERE m.amount <> 0
    ), made AS (
        INSERT INTO public.ledger_entry (natural_key, event, "on", entered_at, source_table, source_id)
        SELECT w.natural_key, post_wip.event, greatest(w.day, floor_), now_, post_wip.source_table, w.matter_id FROM wanted w
        ON CONFLICT ON CONSTRAINT ledger_entry_natural_key_key DO NOTHING
        RETURNING id, natural_key
    )
    INSERT INTO public.ledger_posting (entry_id, account_id, amount, currency, client_id, matter_id)
    SELECT made.id, side.account, side.sign * w.amount, w.currency, w.client_id, w.matter_id
      FROM made JOIN wanted w USING (natural_key), (VALUES ('wip', 1), ('worked', -1)) side(account, sign);
    GET DIAGNOSTICS many = ROW_COUNT;
    RETURN many / 2;
END $$;

-- Opening + in - out = closing, by account and currency, for one month of a book; debits positive.
CREATE OR REPLACE FUNCTION ledger.figures(book text, month date) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('account', f.account_id, 'currency', f.currency, 'opening', f.opening::text,
                                                 'debits', f.debits::text, 'credits', f.credits::text,
                                                 'closing', (f.opening + f.debits - f.credits)::text) ORDER BY f.account_id, f.currency), '[]')
      FROM (SELECT p.account_id, p.currency,
                   coalesce(sum(p.amount) FILTER (WHERE e."on" < figures.month), 0) AS opening,
                   coalesce(sum(p.amount) FILTER (WHERE e."on" >= figures.month AND p.amount > 0), 0) AS debits,
                   coalesce(-sum(p.amount) FILTER (WHERE e."on" >= figures.month AND p.amount < 0), 0) AS credits
              FROM public.ledger_posting p JOIN public.ledger_entry e ON e.id = p.entry_id
              JOIN public.ledger_account a ON a.code = p.account_id
             WHERE a.book = figures.book AND e."on" < figures.month + interval '1 month'
             GROUP BY p.account_id, p.currency) f
$$;

-- A billing partner closes a month that has ended everywhere on earth, in order, for good; its figures are kept.
CREATE OR REPLACE FUNCTION ledger.close_month(book text, month date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who bigint := authority.actor();
    now_ timestamptz := authority.moment();
    last date;
    made bigint;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM authority.acting a WHERE a.xid = pg_current_xact_id() AND a.session_id IS NOT NULL) OR NOT EXISTS (
        SELECT 1 FROM public.authority_grant g WHERE g.person_id = who AND g.role = 'billing partner' AND g.client_id IS NULL AND g.matter_id IS NULL
           AND g.from_at <= now_ AND (g.until_at IS NULL OR g.until_at > now_)
           AND NOT EXISTS (SELECT 1 FROM public.authority_revocation v WHERE v.grant_id = g.id)) THEN
        RAISE EXCEPTION 'A month is closed by a billing partner of the whole firm.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF month <> date_trunc('month', month::timestamp)::date OR NOT EXISTS (SELECT 1 FROM public.ledger_account a WHERE a.book = close_month.book) THEN
        RAISE EXCEPTION 'A month of a book is closed by its first day; there is no book "%" or % is no first day.', book, month
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM pg_advisory_xact_lock(ledger.lock_key(book));
    IF (month + interval '1 month')::date > (now_ AT TIME ZONE 'Etc/GMT+12')::date THEN
        RAISE EXCEPTION '% has not ended yet.', to_char(month, 'FMMonth YYYY') USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    SELECT max(c.month) INTO last FROM public.ledger_close c WHERE c.book = close_month.book;
    IF month <= last THEN
        RAISE EXCEPTION '% is already closed in the book of %.', to_char(month, 'FMMonth YYYY'), book USING ERRCODE = 'object_not_in_prerequisite_state';
    ELSIF month > last + interval '1 month' THEN
        RAISE EXCEPTION 'Months are closed in order; the next of the book of % is %.', book, to_char(last + interval '1 month', 'FMMonth YYYY')
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    INSERT INTO public.ledger_close (book, month, closed_at, closed_by_id, figures)
    VALUES (book, month, now_, who, ledger.figures(book, month)) RETURNING id INTO made;
    PERFORM audit.record('month.closed', 'ledger_close', made::text, NULL, jsonb_build_object('book', book, 'month', month));
    RETURN made;
END $$;
