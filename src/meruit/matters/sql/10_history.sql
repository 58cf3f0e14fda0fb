-- Changes of clients, payers and matters leave history, also those of raw SQL.
CALL audit.keep_history('public.matters_client');
CALL audit.keep_history('public.matters_payer');
CALL audit.keep_history('public.matters_matter');
CALL audit.keep_history('public.matters_matterid');
CALL audit.keep_history('public.matters_wall');
CALL audit.keep_history('public.people_timekeeper');
