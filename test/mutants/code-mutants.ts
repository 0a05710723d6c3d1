import { join } from "node:path";
import { type Node, SyntaxKind } from "typescript/unstable/ast";
import {
  isBinaryExpression,
  isBlock,
  isCallExpression,
  isConditionalExpression,
  isExpressionStatement,
  isIdentifier,
  isIfStatement,
  isImportDeclaration,
  isNewExpression,
  isNoSubstitutionTemplateLiteral,
  isNumericLiteral,
  isPropertyAssignment,
  isReturnStatement,
  isStringLiteral,
  isTaggedTemplateExpression,
  isTemplateExpression,
  isThrowStatement,
  isTypeNode,
  isWhileStatement,
} from "typescript/unstable/ast/is";
import { API } from "typescript/unstable/sync";
import { type Edit, type Mutant, toMutants } from "./mutant.ts";
import { sqlEdits } from "./sql-mutants.ts";

const OPERATORS: Record<string, string> = {
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "===": "!==",
  "!==": "===",
  "&&": "||",
  "||": "&&",
  "??": "&&",
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
};

/** What drizzle's query builder calls its operators. */
const BUILDERS: Record<string, string> = {
  ...{ eq: "ne", ne: "eq", lt: "lte", lte: "lt", gt: "gte", gte: "gt", asc: "desc", desc: "asc" },
  ...{ and: "or", or: "and", isNull: "isNotNull", isNotNull: "isNull", exists: "notExists", notExists: "exists" },
};

/** Makes all mutants of the files, whose paths are from `root`. */
export function makeMutants(root: string, files: readonly string[]): Mutant[] {
  const api = new API({ cwd: root });
  try {
    const [project] = api.updateSnapshot({ openProjects: [join(root, "tsconfig.json")] }).getProjects();
    return files.flatMap((file) => {
      const tree = project?.program.getSourceFile(join(root, file));
      if (tree === undefined) throw new Error(`Cannot mutate "${file}": tsconfig.json does not include it`);
      return toMutants(editsWithin(tree, tree.text), { file, source: tree.text });
    });
  } finally {
    api.close();
  }
}

function editsWithin(node: Node, source: string): Edit[] {
  if (isImportDeclaration(node) || isTypeNode(node) || isWording(node, source)) return [];
  const edits = editsOf(node, source);
  node.forEachChild((child) => {
    edits.push(...editsWithin(child, source));
  });
  return edits;
}

/** Log lines and errors: how they are worded is no behaviour. */
function isWording(node: Node, source: string): boolean {
  if (!isCallExpression(node) && !isNewExpression(node)) return false;
  return /(?:\blog\.\w+|Error|badRequest|notFound)$/.test(textOf(node.expression, source));
}

function editsOf(node: Node, source: string): Edit[] {
  const text = textOf(node, source);
  const replace = (part: Node, replacement: string): Edit => ({
    start: part.getStart(),
    end: part.end,
    replacement,
  });

  if (isIfStatement(node) || isWhileStatement(node)) return negate(node.expression, source);
  if (isConditionalExpression(node)) return negate(node.condition, source);
  if (isExpressionStatement(node)) return [{ ...replace(node, ";"), what: `drop \`${firstLine(text)}\`` }];
  if (isThrowStatement(node)) return [{ ...replace(node, ";"), what: `drop \`${firstLine(text)}\`` }];
  if (isReturnStatement(node)) {
    const { expression } = node;
    const isUndefined = expression === undefined || textOf(expression, source) === "undefined";
    return isUndefined ? [] : [replace(expression, "undefined")];
  }
  if (isBinaryExpression(node)) {
    const to = OPERATORS[textOf(node.operatorToken, source)];
    // A `+` beside a text joins.
    const isJoin = to === "-" && /["'`]/.test(text);
    return to === undefined || isJoin ? [] : [replace(node.operatorToken, to)];
  }
  if (node.kind === SyntaxKind.TrueKeyword) return [replace(node, "false")];
  if (node.kind === SyntaxKind.FalseKeyword) return [replace(node, "true")];
  if (isNumericLiteral(node)) return [replace(node, otherNumber(text))];
  if (isStringLiteral(node)) return isKey(node) ? [] : [replace(node, text.length > 2 ? '""' : '"other"')];
  if (isCallExpression(node) && isIdentifier(node.expression)) return builderEdits(node, source);
  if (isNoSubstitutionTemplateLiteral(node) || isTemplateExpression(node)) return templateEdits(node, source);
  return [];
}

function builderEdits(node: Node & { expression: Node; arguments: readonly Node[] }, source: string): Edit[] {
  const name = textOf(node.expression, source);
  const to = BUILDERS[name];
  if (to === undefined || !/from "drizzle-orm"/.test(source)) return [];
  const swap: Edit = {
    start: node.expression.getStart(),
    end: node.expression.end,
    replacement: `mutated_${to}`,
    prelude: `import { ${to} as mutated_${to} } from "drizzle-orm"; `,
  };
  const drops = name !== "and" && name !== "or" ? [] : node.arguments;
  return [swap, ...drops.map((it) => ({ start: it.getStart(), end: it.end, replacement: "undefined" }))];
}

/** Changes the SQL of a text in backquotes that is given to `sql`, `sql.raw()` or `unsafe()`, or stands within one. */
function templateEdits(node: Node, source: string): Edit[] {
  if (!isSql(node, source)) return [];
  const [start, end] = [node.getStart() + 1, node.end - 1];
  const opaque: [number, number][] = [];
  if (isTemplateExpression(node))
    for (const span of node.templateSpans) opaque.push([span.expression.pos - 2, span.expression.end + 1]);
  return sqlEdits(source.slice(start, end), (at) =>
    opaque.some(([from, to]) => start + at >= from && start + at < to),
  ).map((edit) => ({ ...edit, start: start + edit.start, end: start + edit.end, isSql: true }));
}

function isSql(node: Node, source: string): boolean {
  for (let at: Node | undefined = node.parent; at !== undefined && !isBlock(at); at = at.parent) {
    if (isTaggedTemplateExpression(at)) return /^sql\b/.test(textOf(at.tag, source));
    if (isCallExpression(at) && /\b(?:sql\.raw|unsafe)$/.test(textOf(at.expression, source))) return true;
  }
  return false;
}

/** A name of a property, or part of a pattern of types. */
function isKey(node: Node): boolean {
  const { parent } = node;
  return isPropertyAssignment(parent) && parent.name === node;
}

function negate(node: Node, source: string): Edit[] {
  // The operator's own change is the same.
  if (isBinaryExpression(node) && /^[!=]==$/.test(textOf(node.operatorToken, source))) return [];
  return [{ start: node.getStart(), end: node.end, replacement: `!(${textOf(node, source)})` }];
}

/** Doubled, which leaves no bound or delay as it was; 0 has no double. */
function otherNumber(text: string): string {
  const value = Number(text.replaceAll("_", ""));
  return value === 0 ? "1" : String(value * 2);
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

function textOf(node: Node, source: string): string {
  return source.slice(node.getStart(), node.end);
}
