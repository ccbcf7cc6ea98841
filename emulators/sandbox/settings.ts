export type Env = Readonly<Record<string, string | undefined>>;

/** Every port of the sandbox by its variable, with the port it has where nothing is said. */
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

/** What it takes to talk to the real Datadog; all of them or none. */
const REAL_DATADOG = ['DATADOG_SITE', 'DATADOG_API_KEY', 'DATADOG_APP_KEY'] as const;
type RealDatadog = Readonly<Record<(typeof REAL_DATADOG)[number], string>>;

export interface Settings {
  /** 0 asks for any free one. */
  readonly ports: Ports;
  /** Undefined for the emulator. */
  readonly realDatadog: RealDatadog | undefined;
  /** What the person should know about the environment, in sentences. */
  readonly notices: readonly string[];
  /** The environment that processes inherit from, each a part of it. */
  readonly env: Env;
}

/** Reads the sandbox's environment. Throws Error with a line for each variable that is wrong. */
export function readSettings(env: Env): Settings {
  const faults: string[] = [];
  const ports = { ...PORTS };
  for (const name of portNames) {
    const text = env[name];
    if (text === undefined || text === '') continue;
    if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) ports[name] = Number(text);
    else faults.push(`${name}: "${text}" is no port; give a whole number from 0 to 65535`);
  }
  for (const fault of sharedPorts(ports)) faults.push(fault);
  if (faults.length > 0) throw new Error(faults.join('\n'));
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
  const notice = `The emulator of Datadog is used: of ${REAL_DATADOG.join(', ')}, ${missing.join(' and ')} is not set.`;
  return { realDatadog: undefined, notices: missing.length < REAL_DATADOG.length ? [notice] : [] };
}
