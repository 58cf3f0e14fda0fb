-- Each entry is told once in the trail, with all its legs, so that whoever checks an export adds the books up again.
-- One statement for a month end's thousands of entries.

CREATE OR REPLACE FUNCTION ledger.tell() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE who authority.acting%ROWTYPE;
BEGIN
    SELECT * INTO who FROM authority.acting a WHERE a.xid = pg_current_xact_id();
    INSERT INTO public.audit_record
        (at, xid, person_id, session_id, on_behalf_of, login, origin, address, event, subject, subject_id, after)
    SELECT clock_timestamp(), pg_current_xact_id()::text, who.person_id, who.session_id, who.on_behalf_of, session_user,
           coalesce(who.origin, 'sql'), who.address, 'ledger.posted', 'ledger_entry', n.entry_id::text,
           jsonb_build_object('postings', jsonb_agg(jsonb_build_object('account', n.account_id, 'currency', n.currency, 'amount', n.amount::text)))
      FROM new_rows n GROUP BY n.entry_id ORDER BY n.entry_id;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER tell AFTER INSERT ON public.ledger_posting REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.tell();

-- Only the owner could change a leg, past the trigger that refuses it; then the trail says so.
CREATE OR REPLACE TRIGGER history_u AFTER UPDATE ON public.ledger_posting REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION audit.history();
CREATE OR REPLACE TRIGGER history_d AFTER DELETE ON public.ledger_posting REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION audit.history();
