/**
 * desk.db. `alerts.body` is the alert as JSON; the columns beside it are what lists filter by, written from it in one
 * place (alert-table.ts). `n` orders alerts by their first opening and never changes, which keeps pages stable.
 */
export const DESK_MIGRATIONS = [
  `
  CREATE TABLE desk (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    epoch TEXT NOT NULL,
    findings_seq INTEGER NOT NULL,
    finding_key TEXT,
    findings_applied INTEGER NOT NULL
  ) STRICT;
  INSERT INTO desk VALUES (1, lower(hex(randomblob(4))), 0, NULL, 0);
  CREATE TABLE alerts (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    household TEXT NOT NULL,
    region TEXT,
    kind TEXT NOT NULL,
    severity TEXT NOT NULL,
    state TEXT NOT NULL,
    condition TEXT NOT NULL,
    raised_at_ms INTEGER NOT NULL,
    held_until_ms INTEGER,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX alerts_by_state ON alerts (state, n);
  CREATE INDEX alerts_by_kind ON alerts (kind, n);
  CREATE INDEX alerts_by_household ON alerts (household, n);
  CREATE INDEX alerts_by_region ON alerts (region, n);
  CREATE INDEX alerts_held ON alerts (held_until_ms) WHERE held_until_ms IS NOT NULL;
  -- Kept by triggers, so that counting does not read every alert there has ever been; region '' where there is none.
  CREATE TABLE alert_counts (
    region TEXT NOT NULL,
    kind TEXT NOT NULL,
    severity TEXT NOT NULL,
    state TEXT NOT NULL,
    condition TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (region, kind, severity, state, condition)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER count_new AFTER INSERT ON alerts BEGIN
    INSERT INTO alert_counts
    VALUES (ifnull(new.region, ''), new.kind, new.severity, new.state, new.condition, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
  END;
  CREATE TRIGGER count_changed AFTER UPDATE OF region, severity, state, condition ON alerts BEGIN
    UPDATE alert_counts SET count = count - 1
    WHERE region = ifnull(old.region, '') AND kind = old.kind AND severity = old.severity
      AND state = old.state AND condition = old.condition;
    INSERT INTO alert_counts
    VALUES (ifnull(new.region, ''), new.kind, new.severity, new.state, new.condition, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
  END;
  -- Findings that have been worked, whatever came of them, so that a replay of the findings log changes nothing.
  CREATE TABLE worked (finding_key TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    change TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  `,
] as const
