-- What was taken in, and by which mapping, is kept; rows of sources are named by their batch.
CALL audit.keep_history('public.imports_owner');
CALL audit.keep_history('public.imports_mapping');
CALL audit.keep_history('public.imports_setaside');
