-- Is this rate one that the firm agreed for this work? Any rung of the ladder will do here: which of them comes
-- first is arithmetic (firm/core/rates.py); that no rate is invented is held by the database.

CREATE OR REPLACE FUNCTION firm.is_agreed(
    timekeeper bigint, matter bigint, client bigint, on_ date, task text, currency text, rate numeric
) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH mine AS (
        SELECT r.level, r.amount, r.percent FROM public.firm_rate r, public.people_timekeeper t
         WHERE t.id = is_agreed.timekeeper AND r.currency = is_agreed.currency
           AND r.from_on <= on_ AND (r.until_on IS NULL OR r.until_on >= on_)
           AND (r.client_id IS NULL OR r.client_id = is_agreed.client)
           AND (r.matter_id IS NULL OR r.matter_id = is_agreed.matter)
           AND (r.timekeeper_id IS NULL OR r.timekeeper_id = t.id)
           AND (r.classification = '' OR r.classification = t.classification)
           AND (r.task_code = '' OR r.task_code = is_agreed.task)
    )
    SELECT EXISTS (SELECT 1 FROM mine WHERE amount = rate)
        OR EXISTS (SELECT 1 FROM mine d, mine s WHERE d.level = 'discount' AND s.level = 'standard'
                    AND abs(s.amount * (100 - d.percent) / 100 - rate) <= 0.005)
$$;

-- The same for a month end at once: work of one person on one matter at one rate, from its first day to its last.
DO $$ BEGIN
    CREATE TYPE firm.work AS (
        entry_id bigint, timekeeper_id bigint, matter_id bigint, task_code text, currency text, rate numeric, first date, last date);
EXCEPTION WHEN duplicate_object THEN NULL; END $$;

-- Is this the rate at which a person works for everybody, throughout these days? Then it is agreed for all his work at it,
-- and no matter has to be looked at.
CREATE OR REPLACE FUNCTION firm.is_standing(timekeeper bigint, currency text, rate numeric, first date, last date) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM public.firm_rate r JOIN public.people_timekeeper t ON t.id = is_standing.timekeeper
         WHERE r.client_id IS NULL AND r.matter_id IS NULL AND r.task_code = '' AND r.amount = rate AND r.currency = is_standing.currency
           AND r.from_on <= is_standing.first AND (r.until_on IS NULL OR r.until_on >= is_standing.last)
           AND (r.timekeeper_id = t.id OR (r.timekeeper_id IS NULL AND r.classification <> ''))
           AND (r.classification = '' OR r.classification = t.classification))
$$;

-- The works that no single row of the rate table answers for all their days; these are asked about day by day. Each
-- part finds its rows by what they name, so that it holds for a table of many clients at the same few rates.
CREATE OR REPLACE FUNCTION firm.doubtful(works firm.work[]) RETURNS SETOF firm.work
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH asked AS MATERIALIZED (
        SELECT w.entry_id, w.timekeeper_id, w.matter_id, w.task_code, w.currency, w.rate, w.first, w.last, m.client_id, t.classification
          FROM unnest(works) w
          JOIN public.matters_matter m ON m.id = w.matter_id
          JOIN public.people_timekeeper t ON t.id = w.timekeeper_id
    )
    SELECT a.entry_id, a.timekeeper_id, a.matter_id, a.task_code, a.currency, a.rate, a.first, a.last
      FROM asked a
     WHERE NOT EXISTS (
            SELECT 1 FROM public.firm_rate r
             WHERE r.client_id IS NULL AND r.timekeeper_id = a.timekeeper_id AND r.amount = a.rate AND r.currency = a.currency
               AND r.from_on <= a.first AND (r.until_on IS NULL OR r.until_on >= a.last)
               AND (r.matter_id IS NULL OR r.matter_id = a.matter_id)
               AND (r.classification = '' OR r.classification = a.classification) AND (r.task_code = '' OR r.task_code = a.task_code))
       AND NOT EXISTS (
            SELECT 1 FROM public.firm_rate r
             WHERE r.client_id IS NULL AND r.timekeeper_id IS NULL AND r.classification = a.classification AND r.amount = a.rate
               AND r.currency = a.currency AND r.from_on <= a.first AND (r.until_on IS NULL OR r.until_on >= a.last)
               AND (r.matter_id IS NULL OR r.matter_id = a.matter_id) AND (r.task_code = '' OR r.task_code = a.task_code))
       AND NOT EXISTS (
            SELECT 1 FROM public.firm_rate r
             WHERE r.client_id = a.client_id AND r.amount = a.rate AND r.currency = a.currency
               AND r.from_on <= a.first AND (r.until_on IS NULL OR r.until_on >= a.last)
               AND (r.matter_id IS NULL OR r.matter_id = a.matter_id)
               AND (r.timekeeper_id IS NULL OR r.timekeeper_id = a.timekeeper_id)
               AND (r.classification = '' OR r.classification = a.classification) AND (r.task_code = '' OR r.task_code = a.task_code))
       AND NOT EXISTS (
            SELECT 1 FROM public.firm_rate d JOIN public.firm_rate s ON s.currency = d.currency AND s.level = 'standard' AND s.client_id IS NULL
             WHERE d.client_id = a.client_id AND d.level = 'discount' AND d.currency = a.currency
               AND d.from_on <= a.first AND (d.until_on IS NULL OR d.until_on >= a.last) AND (d.matter_id IS NULL OR d.matter_id = a.matter_id)
               AND d.timekeeper_id IS NULL AND d.classification = '' AND d.task_code = ''
               AND s.from_on <= a.first AND (s.until_on IS NULL OR s.until_on >= a.last) AND s.timekeeper_id = a.timekeeper_id
               AND s.classification = '' AND s.task_code = '' AND s.matter_id IS NULL
               AND abs(s.amount * (100 - d.percent) / 100 - a.rate) <= 0.005)
$$;
