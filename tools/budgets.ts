import { type TrackedFile, trackedFiles } from './tracked-files.ts';

interface TextRule {
  /** The files that the rule applies to. */
  readonly files: RegExp;
  /** What these files must not contain. */
  readonly forbidden: RegExp;
  readonly fault: string;
}

const MAX = { topFolders: 10, runtimeDependencies: 20, readmeLines: 99 };
const CODE = /\.([cm]?[jt]s|tsx|svelte)$/;
const VAGUE_NAME = /(^|[/.-])(utils?|helpers?|managers?|common|misc)([/.-]|$)/;

/** Rules that neither the linter nor the compiler checks. Sizes of files and functions are limited in .oxlintrc.json. */
const TEXT_RULES: readonly TextRule[] = [
  {
    files: CODE,
    forbidden: /\b(test|it|describe|suite)\.(only|todo)\(|\bonly: true\b/,
    fault: 'a test that keeps others from running (only), or that is empty (todo)',
  },
  {
    files: CODE,
    forbidden: /\b(test|it|describe|suite)\.skip\(|\bskip: true\b|\w\.skip\(\s*\)/,
    fault: 'a test that is skipped without a reason; write { skip: "reason" }',
  },
  {
    files: CODE,
    forbidden: /^(?!.* -- \w).*(?:ox|es)lint-disable|biome-[i]gnore/,
    fault: 'a lint rule disabled without a reason; write "oxlint-disable-next-line RULE -- reason"',
  },
  {
    files: /./,
    forbidden: /(^|[^\w.])\/(work|farm|root|(home|Users)\/\w+)\//,
    fault: 'a path of a single machine',
  },
  {
    files: /./,
    forbidden: /https?:\/\/(?:registry\.|[\w.-]+\/(?:artifactory|nexus|npm)\/)/,
    fault: 'the address of a package registry',
  },
  {
    files: /(^|\/)package-lock\.json$/,
    forbidden: /"resolved"/,
    fault: 'download addresses; set omit-lockfile-registry-resolved=true in .npmrc and regenerate the file',
  },
];

/** Returns a sentence with a position for each violation of a budget or text rule. */
export function budgetFaults(files: readonly TrackedFile[]): string[] {
  return [...files.flatMap(fileFaults), ...repositoryFaults(files)];
}

function fileFaults({ path, text }: TrackedFile): string[] {
  const faults = VAGUE_NAME.test(path) ? [`${path}: a vague name; name it after what it contains`] : [];
  for (const rule of TEXT_RULES) {
    if (!rule.files.test(path)) continue;
    const line = text.split('\n').findIndex((words) => rule.forbidden.test(words));
    if (line !== -1) faults.push(`${path}:${line + 1}: ${rule.fault}`);
  }
  return faults;
}

function repositoryFaults(files: readonly TrackedFile[]): string[] {
  const folders = new Set(files.flatMap(({ path }) => (path.includes('/') ? [path.split('/')[0]] : [])));
  const textOf = (path: string) => files.find((file) => file.path === path)?.text;
  const dependencies = Object.keys(JSON.parse(textOf('package.json') ?? '{}').dependencies ?? {});
  const readmeLines = (textOf('README.md') ?? '').trimEnd().split('\n').length;
  return [
    over('package.json', 'direct runtime dependencies', dependencies.length, MAX.runtimeDependencies),
    over('README.md', 'lines; move details to docs/', readmeLines, MAX.readmeLines),
    over('the repository', `top folders (${[...folders].join(' ')})`, folders.size, MAX.topFolders),
  ].flat();
}

function over(place: string, what: string, count: number, max: number): string[] {
  return count > max ? [`${place}: ${count} ${what}; the maximum is ${max}`] : [];
}

if (import.meta.main) {
  const files = trackedFiles();
  const faults = budgetFaults(files);
  console.log([...faults, `${files.length} files checked, ${faults.length} faults`].join('\n'));
  process.exitCode = faults.length === 0 ? 0 : 1;
}
