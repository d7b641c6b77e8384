-- What those who follow a store look at: a count that every ended reading moves, the scopes it moved
-- for, and where the version rows of a revision begin.
ALTER TABLE publication_counter ADD COLUMN readings BIGINT NOT NULL DEFAULT 0;
ALTER TABLE publication ADD COLUMN first_number BIGINT NOT NULL DEFAULT 0;
ALTER TABLE scope ADD COLUMN reading BIGINT NOT NULL DEFAULT 0;
ALTER TABLE scope ADD COLUMN first_number BIGINT NOT NULL DEFAULT 0;
CREATE INDEX entity_claim_ended ON entity_claim (scope_id, to_rev) WHERE to_rev < 9223372036854775807;
CREATE INDEX relation_claim_ended ON relation_claim (scope_id, to_rev) WHERE to_rev < 9223372036854775807;
CREATE INDEX reference_claim_ended ON reference_claim (scope_id, to_rev) WHERE to_rev < 9223372036854775807;

-- What tells this store from every other one.
CREATE TABLE store (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    id  TEXT NOT NULL
);
INSERT INTO store VALUES (1, replace(gen_random_uuid()::text, '-', ''));
