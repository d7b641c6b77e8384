-- Whether a run read only some streams or scopes of its source, as for a webhook.
ALTER TABLE run ADD COLUMN part INTEGER NOT NULL DEFAULT 0;
