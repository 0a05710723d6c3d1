/** What a migration's statement does that holds up others on a filled table, or that cannot be repeated. */
type Rule = { reason: string; breaks(command: string, migration: ParsedMigration): boolean };
type ParsedMigration = { isResumable: boolean; commands: string[]; newTables: string[] };

const NAME = String.raw`(?:"?\w+"?\.)?"?(\w+)"?`;
// What drizzle-kit and we write: the same whatever the row, or read once for all rows.
const CONSTANT_DEFAULT = String.raw`(?:'[^']*'(?:::[\w ]+)?|-?[\d.]+|true|false|null|now\(\)|podcore_now\(\)|current_timestamp)`;

const RULES: readonly Rule[] = [
  {
    reason: "builds an index in one go, which holds up every write: create index concurrently, without a transaction",
    breaks: (command, { newTables }) =>
      /^create (unique )?index (?!concurrently)/i.test(command) &&
      !newTables.includes(tableOf(command, `on (?:only )?${NAME}`)),
  },
  {
    reason: 'needs "-- podcore: no transaction" as the first line of its file',
    breaks: (command, { isResumable }) =>
      !isResumable && (/\bconcurrently\b/i.test(command) || /\bvalidate constraint\b/i.test(command)),
  },
  {
    reason: "adds a column that every row is written anew for: add it without a default, and fill it in batches",
    breaks: onTable((command) =>
      clausesOf(command).some(
        (clause) =>
          /^add (column )?(?!constraint)/i.test(clause) &&
          (/\b(big|small)?serial\b|\bgenerated\b/i.test(clause) ||
            (/\bdefault\b/i.test(clause) && !new RegExp(`\\bdefault ${CONSTANT_DEFAULT}(?: |$)`, "i").test(clause))),
      ),
    ),
  },
  {
    reason: "adds a column NOT NULL without a default, which fails where there are rows",
    breaks: onTable(
      (command) => /\badd (column )?(?!constraint)[^,]*\bnot null\b/i.test(command) && !/\bdefault\b/i.test(command),
    ),
  },
  {
    reason: "changes a column's type, which writes every row anew: add another column",
    breaks: onTable((command) => /\balter (column )?\S+ (set data )?type\b/i.test(command)),
  },
  {
    reason: "reads the whole table under its lock: add a check (... is not null) not valid and validate it before",
    breaks: onTable(
      (command, { commands }) =>
        /\bset not null\b/i.test(command) &&
        !commands
          .slice(0, commands.indexOf(command))
          .some(
            (earlier) => /\bvalidate constraint\b/i.test(earlier) && alteredTable(earlier) === alteredTable(command),
          ),
    ),
  },
  {
    reason: "reads the whole table under its lock: add the constraint not valid, and validate it without a transaction",
    breaks: onTable(
      (command) => /\badd constraint \S+ (check|foreign key)\b/i.test(command) && !/\bnot valid\b/i.test(command),
    ),
  },
  {
    reason: "builds an index under a lock: create it concurrently before, and add the constraint using index",
    breaks: onTable(
      (command) =>
        /\badd (constraint \S+ )?(unique|primary key|exclude)\b/i.test(command) && !/\busing index\b/i.test(command),
    ),
  },
  {
    reason: 'changes rows in one go: "-- podcore: in batches"',
    breaks: (command, { newTables }) =>
      /^(update|delete from)\b/i.test(command) &&
      !newTables.includes(tableOf(command, `^(?:update|delete from) (?:only )?${NAME}`)),
  },
  {
    reason: "locks a whole table",
    breaks: (command) =>
      /^(lock|truncate|cluster|vacuum full|vacuum \(.*full)\b/i.test(command) ||
      /^(reindex|drop index|refresh materialized view)\b(?!.*\bconcurrently\b)/i.test(command),
  },
  {
    reason: "cannot be repeated, which a migration without a transaction must: if [not] exists, or replace",
    breaks: (command, { isResumable }) =>
      isResumable &&
      (/^(create (?!or replace)|drop )(?!.*\bif (not )?exists\b)/i.test(command) ||
        /\b(add column (?!if not exists)|drop (column|constraint) (?!if exists))/i.test(command) ||
        /^insert\b(?!.*\bon conflict\b)/i.test(command)),
  },
  {
    reason: "cannot be repeated: drop constraint if exists before add constraint, in the same statement",
    breaks: (command, { isResumable }) =>
      isResumable &&
      /\badd constraint (\S+)/i.test(command) &&
      !/\bdrop constraint if exists (\S+).*\badd constraint \1/i.test(command),
  },
];

/** The statements of a migration's file that break a rule, with the reason. "-- podcore: short lock: why" lets one pass. */
export function findLongLocks(text: string): string[] {
  const statements = text.split("--> statement-breakpoint").map((statement) => statement.trim());
  const commands = statements.map(commandOf);
  const migration: ParsedMigration = {
    isResumable: text.startsWith("-- podcore: no transaction"),
    commands,
    newTables: commands.map((command) => tableOf(command, `^create table (?:if not exists )?${NAME}`)).filter(Boolean),
  };
  return statements.flatMap((statement, i) => {
    const command = commands[i] ?? "";
    if (/^-- podcore: short lock: \S/m.test(statement)) return [];
    // Its text begins with "with" or "update"; each batch locks few rows.
    if (/^-- podcore: in batches$/m.test(statement)) return [];
    return RULES.filter((rule) => rule.breaks(command, migration)).map(
      ({ reason }) => `${command.slice(0, 80)}: ${reason}`,
    );
  });
}

/** One line, without comments. */
function commandOf(statement: string): string {
  return statement.replace(/--.*$/gm, "").replace(/\s+/g, " ").trim().replace(/;$/, "");
}

function tableOf(command: string, pattern: string): string {
  return new RegExp(pattern, "i").exec(command)?.[1] ?? "";
}

function alteredTable(command: string): string {
  return tableOf(command, `^alter table (?:if exists )?(?:only )?${NAME}`);
}

/** A rule for ALTER TABLE on a table that is older than the migration. */
function onTable(breaks: Rule["breaks"]): Rule["breaks"] {
  return (command, migration) => {
    const table = alteredTable(command);
    return table !== "" && !migration.newTables.includes(table) && breaks(command, migration);
  };
}

/** The actions of an ALTER TABLE, apart at commas outside of parentheses and quotes. */
function clausesOf(command: string): string[] {
  const actions = command.replace(/^alter table (?:if exists )?(?:only )?\S+ /i, "");
  return actions.split(/,(?![^(]*\))(?=(?:[^']*'[^']*')*[^']*$)/).map((clause) => clause.trim());
}
