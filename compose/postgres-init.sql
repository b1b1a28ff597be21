-- Run once, when the database is made: the table in which connect-pg-simple keeps sessions, a row each.
CREATE TABLE session (
  sid    varchar PRIMARY KEY,
  sess   json NOT NULL,          -- what the session holds: user, cart, ...
  expire timestamp(6) NOT NULL   -- from then on the row is no session any more; it is swept out later
);
CREATE INDEX session_expire ON session (expire);
