-- What left the house, and what became of it, is told by history whoever sends the statement.
CALL audit.keep_history('public.steps_mail');
