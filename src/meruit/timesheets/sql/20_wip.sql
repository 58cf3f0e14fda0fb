-- Released work is work in progress: the books take it when it is released, move it when its entry is
-- transferred, and take the difference when it is changed by decision. By the statement, never by the row.

-- One movement for each matter, day and currency; its natural key is the digest of what moves it.
CREATE OR REPLACE FUNCTION timesheets.post_release() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
BEGIN
    PERFORM ledger.post_wip('work.released', 'timesheets_released', (
        SELECT array_agg(g.m) FROM (
            SELECT ROW('work.released:' || e.matter_id || ':' || v.worked_on || ':' || md5(string_agg(n.id::text, ',' ORDER BY n.id)),
                       v.worked_on, m.client_id, e.matter_id, v.currency, sum(v.worked_value))::ledger.movement AS m
              FROM new_rows n
              JOIN public.timesheets_entry e ON e.id = n.entry_id
              JOIN public.timesheets_version v ON v.entry_id = n.entry_id AND v.number = n.version
              JOIN public.matters_matter m ON m.id = e.matter_id
             WHERE v.billable
             GROUP BY e.matter_id, v.worked_on, m.client_id, v.currency) g));
    RETURN NULL;
END $$;

-- A released entry says something else: out with what it was worth, in with what it is worth now.
CREATE OR REPLACE FUNCTION timesheets.post_amendment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM ledger.post_wip('work.amended', 'timesheets_released', (
        SELECT array_agg(ROW('work.amended:' || e.id || ':' || n.version || ':' || side.name, v.worked_on, m.client_id, e.matter_id, v.currency,
                             side.sign * v.worked_value)::ledger.movement)
          FROM new_rows n JOIN old_rows o ON o.id = n.id AND o.version <> n.version
          JOIN public.timesheets_entry e ON e.id = n.entry_id
          JOIN public.matters_matter m ON m.id = e.matter_id
          CROSS JOIN (VALUES ('out', -1), ('in', 1)) side(name, sign)
          JOIN public.timesheets_version v ON v.entry_id = e.id AND v.billable
               AND v.number = CASE side.name WHEN 'out' THEN o.version ELSE n.version END));
    RETURN NULL;
END $$;

-- A released entry moves to another matter, and its value with it. An entry comes back by another transfer, so
-- the key names the transfers it has had.
CREATE OR REPLACE FUNCTION timesheets.post_transfer() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM ledger.post_wip('work.transferred', 'timesheets_entry', (
        SELECT array_agg(ROW('work.transferred:' || n.id || ':' || (SELECT count(*) FROM public.timesheets_transfer t WHERE t.entry_id = n.id)
                             || ':' || side.name, v.worked_on, m.client_id, m.id, v.currency, side.sign * v.worked_value)::ledger.movement)
          FROM new_rows n JOIN old_rows o ON o.id = n.id AND o.matter_id <> n.matter_id
          JOIN public.timesheets_released r ON r.entry_id = n.id
          JOIN public.timesheets_version v ON v.entry_id = n.id AND v.number = r.version AND v.billable
          CROSS JOIN (VALUES ('out', -1), ('in', 1)) side(name, sign)
          JOIN public.matters_matter m ON m.id = CASE side.name WHEN 'out' THEN o.matter_id ELSE n.matter_id END));
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER c_wip AFTER INSERT ON public.timesheets_released REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION timesheets.post_release();
CREATE OR REPLACE TRIGGER c_wip_u AFTER UPDATE ON public.timesheets_released REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION timesheets.post_amendment();
CREATE OR REPLACE TRIGGER c_wip_u AFTER UPDATE ON public.timesheets_entry REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION timesheets.post_transfer();
