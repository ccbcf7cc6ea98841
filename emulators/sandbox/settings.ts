export type Env = Readonly<Record<string, string | undefined>>;

/** The variable of each port of the sandbox, with its default. */
const PORTS = {
  BIRDDOG_PORT: 8080,
  BIRDDOG_OPS_PORT: 8081,
  SIDECAR_PORT: 5000,
  SIDECAR_OPS_PORT: 5001,
  DATADOG_EMULATOR_PORT: 9100,
  LEANIX_EMULATOR_PORT: 9101,
  SERVICENOW_EMULATOR_PORT: 9102,
  VAULT_EMULATOR_PORT: 9200,
};
export type PortName = keyof typeof PORTS;
export type Ports = Readonly<Record<PortName, number>>;

/** The variables for the real Datadog; only all of them together take effect. */
const REAL_DATADOG = ['DATADOG_SITE', 'DATADOG_API_KEY', 'DATADOG_APP_KEY'] as const;
type RealDatadog = Readonly<Record<(typeof REAL_DATADOG)[number], string>>;

export interface Settings {
  /** 0 selects any free port. */
  readonly ports: Ports;
  /** Undefined if the sandbox uses the emulator. */
  readonly realDatadog: RealDatadog | undefined;
  /** Messages about the environment for the terminal. */
  readonly notices: readonly string[];
  /** The environment; each process inherits a part of it. */
  readonly env: Env;
}

/** Reads the sandbox's environment. Throws Error with one line for each invalid variable. */
export function readSettings(env: Env): Settings {
  const errors: string[] = [];
  const ports = { ...PORTS };
  for (const name of portNames) {
    const text = env[name];
    if (text === undefined || text === '') continue;
    if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) ports[name] = Number(text);
    else errors.push(`${name}: "${text}" is not a port. Use a whole number from 0 to 65535.`);
  }
  for (const error of sharedPorts(ports)) errors.push(error);
  if (errors.length > 0) throw new Error(errors.join('\n'));
  return { ports, ...datadogOf(env), env };
}

export const portNames = Object.keys(PORTS).filter((name): name is PortName => Object.hasOwn(PORTS, name));

function sharedPorts(ports: Ports): string[] {
  return portNames.flatMap((name, at) => {
    const other = portNames.slice(0, at).find((earlier) => ports[earlier] === ports[name]);
    return other === undefined || ports[name] === 0 ? [] : [`${other} and ${name} are both ${ports[name]}`];
  });
}

function datadogOf(env: Env): Pick<Settings, 'realDatadog' | 'notices'> {
  const { DATADOG_SITE, DATADOG_API_KEY, DATADOG_APP_KEY } = env;
  if (DATADOG_SITE && DATADOG_API_KEY && DATADOG_APP_KEY) {
    return { realDatadog: { DATADOG_SITE, DATADOG_API_KEY, DATADOG_APP_KEY }, notices: [] };
  }
  const missing = REAL_DATADOG.filter((name) => !env[name]);
  const notice = `Using the Datadog emulator: ${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not set. The real Datadog needs ${REAL_DATADOG.join(', ')}.`;
  return { realDatadog: undefined, notices: missing.length < REAL_DATADOG.length ? [notice] : [] };
}
