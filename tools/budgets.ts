import { type TrackedFile, trackedFiles } from './tracked-files.ts';

interface TextRule {
  /** Which files it is about. */
  readonly files: RegExp;
  /** What must not be in them. */
  readonly forbidden: RegExp;
  readonly fault: string;
}

const MOST = { topFolders: 10, runtimeDependencies: 20, readmeLines: 99 };
const CODE = /\.([cm]?[jt]s|tsx|svelte)$/;
const VAGUE_NAME = /(^|[/.-])(utils?|helpers?|managers?|common|misc)([/.-]|$)/;

/** What neither the linter nor the compiler looks at. Sizes of files and functions are .oxlintrc.json's. */
const TEXT_RULES: readonly TextRule[] = [
  {
    files: CODE,
    forbidden: /\b(test|it|describe|suite)\.(only|todo)\(|\bonly: true\b/,
    fault: 'a test that keeps others from running, or is none yet',
  },
  {
    files: CODE,
    forbidden: /\b(test|it|describe|suite)\.skip\(|\bskip: true\b|\w\.skip\(\s*\)/,
    fault: 'a test that is skipped without a message; write { skip: "why" }',
  },
  {
    files: CODE,
    forbidden: /^(?!.* -- \w).*(?:ox|es)lint-disable|biome-[i]gnore/,
    fault: 'a rule switched off without a reason; write "oxlint-disable-next-line RULE -- why"',
  },
  {
    files: /./,
    forbidden: /(^|[^\w.])\/(work|farm|root|(home|Users)\/\w+)\//,
    fault: 'a path of one machine',
  },
  {
    files: /./,
    forbidden: /https?:\/\/(?:registry\.|[\w.-]+\/(?:artifactory|nexus|npm)\/)/,
    fault: 'the address of a package registry',
  },
  {
    files: /(^|\/)package-lock\.json$/,
    forbidden: /"resolved"/,
    fault: 'download addresses; set omit-lockfile-registry-resolved=true in .npmrc and write the file anew',
  },
];

/** Every way in which these files break a budget or a house rule, a sentence each, with its place. */
export function budgetFaults(files: readonly TrackedFile[]): string[] {
  return [...files.flatMap(fileFaults), ...repositoryFaults(files)];
}

function fileFaults({ path, text }: TrackedFile): string[] {
  const faults = VAGUE_NAME.test(path)
    ? [`${path}: a name that says nothing; name it after what it holds`]
    : [];
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
    over('package.json', 'direct runtime dependencies', dependencies.length, MOST.runtimeDependencies),
    over('README.md', 'lines; depth belongs into docs/', readmeLines, MOST.readmeLines),
    over('the repository', `top folders (${[...folders].join(' ')})`, folders.size, MOST.topFolders),
  ].flat();
}

function over(place: string, what: string, count: number, max: number): string[] {
  return count > max ? [`${place}: ${count} ${what}; ${max} is the most`] : [];
}

if (import.meta.main) {
  const files = trackedFiles();
  const faults = budgetFaults(files);
  console.log([...faults, `${files.length} files looked at, ${faults.length} faults`].join('\n'));
  process.exitCode = faults.length === 0 ? 0 : 1;
}
