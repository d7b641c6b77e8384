-- What those who follow a store look at: a count that every ended reading moves, the scopes it moved
-- for, and where the version rows of a revision begin.
ALTER TABLE publication_counter ADD COLUMN readings INTEGER NOT NULL DEFAULT 0;
ALTER TABLE publication ADD COLUMN first_number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE scope ADD COLUMN reading INTEGER NOT NULL DEFAULT 0;
ALTER TABLE scope ADD COLUMN first_number INTEGER NOT NULL DEFAULT 0;
CREATE INDEX entity_claim_ended ON entity_claim (scope_id, to_rev) WHERE to_rev < 9223372036854775807;
CREATE INDEX relation_claim_ended ON relation_claim (scope_id, to_rev) WHERE to_rev < 9223372036854775807;
CREATE INDEX reference_claim_ended ON reference_claim (scope_id, to_rev) WHERE to_rev < 9223372036854775807;

-- What tells this store from every other one.
CREATE TABLE store (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id  TEXT NOT NULL
) STRICT;
INSERT INTO store VALUES (1, lower(hex(randomblob(16))));
